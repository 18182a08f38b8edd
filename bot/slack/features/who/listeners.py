"""Listens for the verb that tells who has a release, its buttons, and what is asked of a nudge."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.who.deeds import WhoDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that tells who has a release."""
    desk = WhoDesk(
        holders=house.following.holders,
        nudges=house.following.nudges,
        lists=house.releases.lists,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
        doorman=workspace.doorman,
    )
    _listen(app, desk, workspace)
    return (
        Verb(
            name="who",
            usage="who APP [VERSION] [in GROUP|#channel]",
            summary="Who has a release, who has not and why, and a nudge for them.",
            examples=("who harbour", "who harbour 2.4.0", "who harbour 2.4.0 in QA"),
            act=Act.SEE_HOLDERS,
            answer=desk.typed,
        ),
    )


def _listen(app: AsyncApp, desk: WhoDesk, workspace: Workspace) -> None:
    @app.action(names.WHO)
    async def on_who(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.open(click_of(body))

    @app.action(names.WHO_BACK)
    @app.action(names.WHO_NEXT)
    async def on_page(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.turn(click_of(body))

    @app.action(names.NUDGE)
    async def on_nudge(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.nudge(click_of(body))

    @app.action(names.NUDGE_AGAIN)
    async def on_again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.again(click_of(body))

    @app.view(names.NUDGE_FORM)
    async def on_confirmed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.confirmed(submission_of(body)))
