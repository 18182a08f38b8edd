"""The Bolt app: every listener, each delivery once, and one answer to errors."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.house import House
from bot.slack.features.apple import listeners as apple
from bot.slack.features.approvals import listeners as approvals
from bot.slack.features.command import listeners as command
from bot.slack.features.command.deeds import Command
from bot.slack.features.devices import listeners as devices
from bot.slack.features.distribution import listeners as distribution
from bot.slack.features.doctor import listeners as doctor
from bot.slack.features.editing import listeners as editing
from bot.slack.features.groups import listeners as groups
from bot.slack.features.history import listeners as history
from bot.slack.features.home import listeners as home
from bot.slack.features.invite import listeners as invite
from bot.slack.features.leavers import listeners as leavers
from bot.slack.features.linking import listeners as linking
from bot.slack.features.mandatory import listeners as mandatory
from bot.slack.features.mute import listeners as mute
from bot.slack.features.pending import listeners as pending
from bot.slack.features.products import listeners as products
from bot.slack.features.recall import listeners as recall
from bot.slack.features.releases import listeners as releases
from bot.slack.features.roles import listeners as roles
from bot.slack.features.rollback import listeners as rollback
from bot.slack.features.tracks import listeners as tracks
from bot.slack.features.trouble import listeners as trouble
from bot.slack.features.unfurling import listeners as unfurling
from bot.slack.features.upkeep import listeners as upkeep
from bot.slack.features.upkeep.deeds import redraw
from bot.slack.features.uploads import listeners as uploads
from bot.slack.features.verification import listeners as verification
from bot.slack.features.who import listeners as who
from bot.slack.features.workflows import listeners as workflows
from bot.slack.kit.payloads import Outdated
from bot.slack.kit.verbs import Verb
from bot.slack.line.once import FAILED, Deliveries
from bot.slack.line.promises import Promises
from bot.slack.line.runner import Runner
from bot.slack.workspace import Workspace

#: Adds the listeners of one feature and returns its verbs of the command.
Feature = Callable[[AsyncApp, House, Workspace], Sequence[Verb]]

#: Every feature. The order is that of the verbs in the help.
FEATURES: tuple[Feature, ...] = (
    uploads.register,
    distribution.register,
    mandatory.register,
    recall.register,
    rollback.register,
    approvals.register,
    pending.register,
    releases.register,
    who.register,
    mute.register,
    trouble.register,
    history.register,
    editing.register,
    linking.register,
    tracks.register,
    products.register,
    verification.register,
    groups.register,
    leavers.register,
    invite.register,
    devices.register,
    roles.register,
    apple.register,
    doctor.register,
    workflows.register,
    unfurling.register,
    home.register,
    upkeep.register,
)


class SlackApp(AsyncApp):
    """
    Bolt's app with our runner of listeners.

    What it is handed counts as Slack's: `bot.slack.line.http` has checked the signature, and the
    socket is a connection that we opened ourselves.
    """

    def __init__(self, workspace: Workspace, promises: Promises) -> None:
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
            signing_secret="",
            client=workspace.clients.without_token(),
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,
        )
        self._async_listener_runner = Runner.like(
            self._async_listener_runner, workspace.tasks, promises
        )


def make_slack(workspace: Workspace, house: House, promises: Promises) -> AsyncApp:
    """Return the app for both transports. Needs a running loop."""
    app = SlackApp(workspace, promises)
    deliveries = Deliveries(workspace.database, promises, workspace.standing)
    app.listener_runner.listener_completion_handler = deliveries
    app.middleware(deliveries.once)

    @app.error
    async def on_error(
        error: Exception, body: dict[str, Any], request: AsyncBoltRequest
    ) -> BoltResponse | None:
        request.context[FAILED] = True
        if isinstance(error, Outdated):
            workspace.tasks.start(redraw(house, workspace, body), name="redraw an old card")
        acked = request.context.ack.response is not None
        return await workspace.errors.answer(error, body, acked=acked)

    verbs = [verb for register in FEATURES for verb in register(app, house, workspace)]
    command.register(app, Command(verbs, house.people.permissions), workspace)
    upkeep.register_rest(app)
    return app
