"""What the Slack surface works with: the ways to Slack, and the house behind it."""

from dataclasses import dataclass

from bot.slack.channels import Channels
from bot.slack.line.client import Clients
from bot.slack.line.directory import SlackDirectory
from bot.slack.line.errors import Errors
from bot.slack.line.health import Standing
from bot.slack.line.identity import Whoami
from bot.slack.line.modals import Doorman
from bot.slack.line.pace import PAUSE, Pace
from bot.slack.line.postings import Postings
from bot.slack.line.replies import Voice
from bot.slack.line.tasks import Tasks
from provisioning.distributing.distributions import Distributions
from provisioning.intake.intake import Intake
from provisioning.people.groups import Groups
from provisioning.people.people import People
from provisioning.people.testers import Testers
from provisioning.ports import Announcer
from provisioning.releases.drafts import Releases
from provisioning.releases.reading import Cards
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
    standing: Standing
    tasks: Tasks
    postings: Postings
    voice: Voice
    doorman: Doorman
    errors: Errors
    directory: SlackDirectory


def workspace(clients: Clients, database: Database, *, pace: float | None = None) -> Workspace:
    """Return the ways to a workspace. *pace*: seconds between messages in a channel."""
    standing, tasks = Standing(), Tasks()
    lanes = Pace(PAUSE if pace is None else pace)
    whoami = Whoami(clients.patient)
    voice = Voice(clients, standing)
    return Workspace(
        clients=clients,
        database=database,
        whoami=whoami,
        standing=standing,
        tasks=tasks,
        postings=Postings(clients, database, whoami, standing, lanes),
        voice=voice,
        doorman=Doorman(clients.hurried, voice),
        errors=Errors(voice=voice, tasks=tasks, standing=standing),
        directory=SlackDirectory(clients.patient, database, whoami, standing),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackParts:
    """Everything the listeners need. `signing_secret` is empty in Socket Mode."""

    workspace: Workspace
    signing_secret: str
    announcer: Announcer
    channels: Channels
    intake: Intake
    releases: Releases
    distributions: Distributions
    people: People
    groups: Groups
    testers: Testers
    cards: Cards
