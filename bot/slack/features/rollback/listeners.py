"""Listens for everything that lets a group go back: the verb, the button, forms."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.rollback.deeds import RollbackDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, question_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that goes back."""
    desk = RollbackDesk(
        cards=house.releases.cards,
        earlier=house.distributing.earlier,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        permissions=house.people.permissions,
        distributions=house.distributing.distributions,
        doorman=workspace.doorman,
    )
    _listen(app, desk, workspace)
    return (
        Verb(
            name="rollback",
            usage="rollback GROUP [APP] to VERSION [because REASON] [silent]",
            summary="Give a group an older release again: it is the current one there from then.",
            examples=(
                "rollback QA to 2.4.0",
                "rollback QA to 2.4.0 because 2.5.0 loses what was typed",
                "rollback QA harbour to 2.4.0",
                "rollback QA",
            ),
            act=Act.DISTRIBUTE,
            answer=desk.typed,
        ),
    )


def _listen(app: AsyncApp, desk: RollbackDesk, workspace: Workspace) -> None:
    @app.action(names.ROLLBACK)
    async def on_rollback(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.open(click_of(body))

    @app.view(names.ROLLBACK_GROUP_FORM)
    async def on_group(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.grouped(submission_of(body)))

    @app.view(names.ROLLBACK_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.sent(submission_of(body)))

    @app.view(names.ROLLBACK_CONFIRM_FORM)
    async def on_confirmed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.confirmed(submission_of(body)))

    @app.options(names.ROLLBACK_GROUP)
    async def on_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.groups_like(question_of(body)))
