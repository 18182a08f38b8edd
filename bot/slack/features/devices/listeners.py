"""Listens for what people do about devices."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.devices.deeds import Deciding
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, _workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen."""
    deciding = Deciding(house.devices.approvals, house.devices.waves, house.people.permissions)

    @app.action(names.DEVICE_APPROVE)
    async def on_approve(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await deciding.approve(click_of(body))

    @app.action(names.DEVICE_REFUSE)
    async def on_refuse(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await deciding.refuse(click_of(body))

    @app.action(names.WAVE_RETRY)
    async def on_retry(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await deciding.retry(click_of(body))

    return ()
