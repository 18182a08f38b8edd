"""Listens for everything that disables and enables releases: two verbs, a button, a form."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.editing.status.deeds import StatusDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from provisioning.actors import Act


def register(app: AsyncApp, desk: StatusDesk) -> Sequence[Verb]:
    """Let *app* listen, and return the verbs."""

    @app.action(names.ENABLE)
    async def on_enable(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.enabled(click_of(body))

    @app.view(names.DISABLE_FORM)
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, desk.doorman, body, desk.sent(submission_of(body)))

    return (
        Verb(
            name="disable",
            usage="disable APP VERSION [because REASON]",
            summary="Let nobody install a release for now; nothing is taken from anybody.",
            examples=(
                "disable harbour 2.4.0 because the server it needs is down",
                "disable harbour",
            ),
            act=Act.DISABLE,
            answer=desk.disable,
        ),
        Verb(
            name="enable",
            usage="enable APP VERSION",
            summary="Let people install a release again, by the links they have.",
            examples=("enable harbour 2.4.0",),
            act=Act.DISABLE,
            answer=desk.enable,
        ),
    )
