"""Listens for everything that makes a release mandatory: the verb, buttons, forms."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.mandatory.deeds import MandatoryDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, question_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from bot.slack.named import NamedThings
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb that makes a release mandatory."""
    desk = MandatoryDesk(
        cards=house.releases.cards,
        mandated=house.releases.mandated,
        lists=house.releases.lists,
        named=NamedThings(lists=house.releases.lists, groups=house.people.groups),
        people=house.people.people,
        permissions=house.people.permissions,
        mandates=house.distributing.mandates,
        doorman=workspace.doorman,
        voice=workspace.voice,
    )
    _listen(app, desk, workspace)
    return (
        Verb(
            name="mandatory",
            usage="mandatory APP VERSION [off] [for GROUP|#channel …] [from WHEN] [grace 24h] "
            "[below 4.2] [because REASON]",
            summary="Make a release mandatory, or not any more: people are reminded to install it.",
            examples=(
                "mandatory harbour 2.4.0",
                "mandatory harbour 2.4.0 for QA from Thursday 10:00 grace 24h below 2.3",
                "mandatory harbour 2.4.0 off",
            ),
            act=Act.REQUIRE,
            answer=desk.typed,
        ),
    )


def _listen(app: AsyncApp, desk: MandatoryDesk, workspace: Workspace) -> None:
    @app.action(names.MANDATORY)
    async def on_mandatory(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.open(click_of(body))

    @app.action(names.MANDATORY_UNDO)
    async def on_undo(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.undo(click_of(body))

    @app.view(names.MANDATORY_PICK_FORM)
    async def on_picked(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.picked(submission_of(body)))

    @app.view(names.MANDATORY_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.sent(submission_of(body)))

    @app.view(names.MANDATORY_CONFIRM_FORM)
    async def on_confirmed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.confirmed(submission_of(body)))

    @app.options(names.MANDATORY_RELEASE)
    async def on_typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=await desk.releases_like(question_of(body)))
