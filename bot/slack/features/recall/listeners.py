"""Listens for everything that takes a release back: the verb, buttons, forms."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.recall.deeds import RecallDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, question_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that recalls."""
    desk = RecallDesk(
        cards=house.releases.cards,
        recalled=house.releases.recalled,
        lists=house.releases.lists,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
        recalls=house.distributing.recalls,
        doorman=workspace.doorman,
    )
    _listen(app, desk, workspace)
    return (
        Verb(
            name="recall",
            usage="recall APP VERSION [from GROUP|#channel|@person …] because REASON",
            summary="Take a release back: links stop at once, and whoever fetched it is told.",
            examples=(
                "recall harbour 2.4.0 because it loses what was typed",
                "recall harbour 2.4.0 from Beta because it needs the new server",
                "recall harbour 2.4.0",
            ),
            act=Act.RECALL,
            answer=desk.typed,
        ),
    )


def _listen(app: AsyncApp, desk: RecallDesk, workspace: Workspace) -> None:
    @app.action(names.RECALL)
    async def on_recall(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.open(click_of(body))

    @app.action(names.RECALL_AGAIN)
    async def on_again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.again(click_of(body))

    @app.view(names.RECALL_PICK_FORM)
    async def on_picked(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.picked(submission_of(body)))

    @app.view(names.RECALL_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.sent(submission_of(body)))

    @app.view(names.RECALL_CONFIRM_FORM)
    async def on_confirmed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.confirmed(submission_of(body)))

    @app.options(names.RECALL_RELEASE)
    async def on_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.releases_like(question_of(body)))
