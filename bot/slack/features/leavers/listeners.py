"""Listens for what is done about people who left: the verb, buttons, the form."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.leavers.deeds import LeaverDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that lists who left."""
    desk = LeaverDesk(
        departures=house.leaving.departures,
        restoring=house.leaving.restoring,
        announcing=house.leaving.announcing,
        permissions=house.people.permissions,
        doorman=workspace.doorman,
        voice=workspace.voice,
    )
    _listen(app, desk, workspace)
    return (
        Verb(
            name="leavers",
            usage="leavers",
            summary="Who left lately, what was taken from them, and a way to undo it.",
            examples=("leavers",),
            act=Act.MANAGE_GROUPS,
            answer=desk.typed,
        ),
    )


def _listen(app: AsyncApp, desk: LeaverDesk, workspace: Workspace) -> None:
    @app.action(names.LEAVERS_RESTORE)
    async def on_restore(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.restore(click_of(body))

    @app.action(names.LEAVERS_LET_GO)
    async def on_let_go(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.let_go(click_of(body))

    @app.view(names.LEAVERS_RESTORE_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.sent(submission_of(body)))
