"""One Slack workspace, and the ways to speak with it."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.slack.line.client import Clients
from bot.slack.line.conversations import Conversations
from bot.slack.line.directory import SlackDirectory
from bot.slack.line.errors import Errors
from bot.slack.line.health import SlackStanding
from bot.slack.line.identity import Whoami
from bot.slack.line.modals import Doorman
from bot.slack.line.pace import PAUSE, Lanes
from bot.slack.line.postings import Postings
from bot.slack.line.replies import Voice
from bot.slack.line.tasks import Tasks
from storage.catalog.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """
    One Slack workspace and how we speak with it; needs nothing of the house but the records.

    Its `directory` goes to the domain before there is a surface.
    """

    clients: Clients
    database: Database
    whoami: Whoami
    standing: SlackStanding
    tasks: Tasks
    postings: Postings
    voice: Voice
    conversations: Conversations
    doorman: Doorman
    errors: Errors
    directory: SlackDirectory
    file_hosts: frozenset[str]


def workspace(
    clients: Clients,
    database: Database,
    *,
    pace: float | None = None,
    file_hosts: Collection[str] = (),
) -> Workspace:
    """
    Return the ways to a workspace.

    *pace*: seconds between messages in a channel; *file_hosts*: where its files are fetched.
    """
    standing, tasks = clients.standing, Tasks()
    lanes = Lanes(PAUSE if pace is None else pace)
    whoami = Whoami(clients.patient, standing)
    voice = Voice(clients, standing)
    postings = Postings(clients, database, whoami, standing, lanes)
    return Workspace(
        clients=clients,
        database=database,
        whoami=whoami,
        standing=standing,
        tasks=tasks,
        postings=postings,
        voice=voice,
        conversations=Conversations(clients.patient, standing, postings),
        doorman=Doorman(clients.hurried, voice, standing),
        errors=Errors(voice=voice, tasks=tasks, standing=standing),
        directory=SlackDirectory(clients.patient, database, whoami, standing),
        file_hosts=frozenset(file_hosts),
    )
