"""The Bolt app: every listener, each delivery once, and one answer to errors."""

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.links import Links
from bot.slack.channels import Channels
from bot.slack.features.distribution import listeners as distribution
from bot.slack.features.upkeep import listeners as upkeep
from bot.slack.features.uploads import listeners as uploads
from bot.slack.files.files import Files
from bot.slack.files.missed import Missed
from bot.slack.files.sightings import Sightings
from bot.slack.files.source import SlackSource
from bot.slack.files.threads import Threads
from bot.slack.kit.payloads import Outdated
from bot.slack.line.once import FAILED, Deliveries
from bot.slack.line.runner import Runner
from bot.slack.line.tasks import Tasks
from bot.slack.parts import SlackParts, Workspace
from bot.slack.teller import AnnouncerParts, SlackAnnouncer, no_icon
from provisioning.distributing.distributions import Distributions
from provisioning.installing.grants import Grants
from provisioning.intake.intake import Intake
from provisioning.people.groups import Groups
from provisioning.releases.reading import Cards

#: Adds the listeners of one feature.
Feature = Callable[[AsyncApp, SlackParts], None]

#: Every feature, each of which adds its listeners. The order matters only where two would match.
FEATURES: tuple[Feature, ...] = (
    uploads.register,
    distribution.register,
    upkeep.register,
)


class SlackApp(AsyncApp):
    """
    Bolt's app with our runner of listeners.

    Without a signing secret (Socket Mode) requests are not verified: they come over a connection
    that we opened ourselves, and POST /slack/events must not be routed then.
    """

    def __init__(self, parts: SlackParts, tasks: Tasks) -> None:
        workspace = parts.workspace

        async def authorize(**_: object) -> AuthorizeResult:
            # Asked once and remembered: Bolt's own way would call auth.test for each workspace.
            me = await workspace.whoami()
            return AuthorizeResult(
                enterprise_id=me.enterprise_id,
                team_id=me.team_id,
                bot_id=me.bot_id,
                bot_user_id=me.user_id,
                bot_token=workspace.clients.token,
            )

        super().__init__(
            logger=logging.getLogger("slack_bolt"),
            name="slipway",
            signing_secret=parts.signing_secret,
            client=workspace.clients.without_token(),
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=bool(parts.signing_secret),
        )
        self._async_listener_runner = Runner.like(self._async_listener_runner, tasks)


def make_slack(parts: SlackParts, *more: Feature) -> AsyncApp:
    """Return the app for both transports, with *more* features. Needs a running loop."""
    workspace = parts.workspace
    app = SlackApp(parts, workspace.tasks)
    deliveries = Deliveries(workspace.database, workspace.standing)
    app.listener_runner.listener_completion_handler = deliveries
    app.middleware(deliveries.once)

    @app.error
    async def on_error(
        error: Exception, body: dict[str, Any], request: AsyncBoltRequest
    ) -> BoltResponse | None:
        request.context[FAILED] = True
        if isinstance(error, Outdated):
            workspace.tasks.start(upkeep.redraw(parts, body), name="redraw an old card")
        acked = request.context.ack.response is not None
        return await workspace.errors.answer(error, body, acked=acked)

    for register in (*FEATURES, *more):
        register(app, parts)
    upkeep.register_rest(app)
    return app


def make_missed(workspace: Workspace, intake: Intake) -> Callable[[], Awaitable[int]]:
    """Return what looks, every few minutes, for files that no event told of."""
    return Missed(workspace, Sightings(workspace, intake))


def make_source(workspace: Workspace, hosts: Collection[str]) -> SlackSource:
    """Return where builds posted in Slack come from; *hosts* may be downloaded from."""
    files = Files(workspace.clients.patient, workspace.standing)
    return SlackSource(workspace.clients, files, hosts=hosts)


def make_channels(workspace: Workspace, groups: Groups) -> Channels:
    return Channels(groups, workspace.voice)


def make_announcer(
    workspace: Workspace,
    *,
    cards: Cards,
    grants: Grants,
    channels: Channels,
    distributions: Distributions,
    links: Links,
    icon_url: Callable[[str], str | None] = no_icon,
) -> SlackAnnouncer:
    """Return who speaks to people. *icon_url* gives a build's icon (SHA-256) a public address."""
    files = Files(workspace.clients.patient, workspace.standing)
    return SlackAnnouncer(
        AnnouncerParts(
            client=workspace.clients.patient,
            postings=workspace.postings,
            threads=Threads(files, workspace.database),
            cards=cards,
            grants=grants,
            channels=channels,
            distributions=distributions,
            links=links,
            icon_url=icon_url,
        )
    )
