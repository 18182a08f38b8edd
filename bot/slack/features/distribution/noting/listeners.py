"""Listens for the buttons below the notes."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.distribution.noting.deeds import NotingDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of


def register(app: AsyncApp, desk: NotingDesk) -> None:
    """Let *app* listen."""

    @app.action(names.PREVIEW)
    async def on_preview(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.preview(click_of(body))

    @app.action(names.EDIT_NOTES)
    async def on_edit_notes(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.edit_notes(click_of(body))
