"""Listens for the buttons of what waits for another platform."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.pending.deeds import PendingDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen; what waits is asked for by `distribute`."""
    desk = PendingDesk(house, workspace)

    @app.action(names.PENDING_SEND)
    async def on_send(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.send_now(click_of(body))

    @app.action(names.PENDING_STOP)
    async def on_stop(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.stop(click_of(body))

    return ()
