"""Listens for those who cannot install: the button, and the form."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.trouble.deeds import TroubleDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen. It has no verb: it is said of the release that a message is about."""
    desk = TroubleDesk(troubles=house.following.troubles, doorman=workspace.doorman)

    @app.action(names.TROUBLE)
    async def on_trouble(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.open(click_of(body))

    @app.view(names.TROUBLE_FORM)
    async def on_sent(ack: AsyncAck, body: dict[str, Any]) -> None:
        await answer(ack, workspace.doorman, body, desk.sent(submission_of(body)))

    return ()
