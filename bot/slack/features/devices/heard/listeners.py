"""Listens for UDIDs in what people write, and for the buttons below our answers."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.devices.deeds import OwnDevices
from bot.slack.features.devices.heard import messages
from bot.slack.features.devices.heard.deeds import Hearing, is_a_mistake, is_about_devices
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of
from bot.slack.workspace import Workspace
from provisioning.errors import NotNow


def register(app: AsyncApp, hearing: Hearing, own: OwnDevices, workspace: Workspace) -> None:
    """Let *app* listen."""

    @app.event({"type": "message", "subtype": None}, matchers=[is_about_devices])
    async def on_direct_message(event: dict[str, Any]) -> None:
        await hearing.hear(event)

    @app.event({"type": "message", "subtype": None}, matchers=[is_a_mistake])
    async def on_mistake(event: dict[str, Any]) -> None:
        await hearing.saw(event)

    @app.action(names.DEVICE_GO_ON)
    async def on_go_on(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await hearing.go_on(click_of(body))

    @app.action(names.DEVICE_PLEA)
    async def on_plea(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await workspace.voice.whisper(click.asker, await hearing.plead(click))

    @app.action(names.DEVICE_ENROL)
    async def on_enrol(ack: AsyncAck) -> None:
        await ack()  # The button leads to a page; there is nothing else to do.

    @app.action(names.DEVICE_UNDO)
    async def on_undo(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        meant, around = (*click.parts, "", "")[:2]
        gone, why = await own.take_back(meant.split(","), click.asker.by)
        if not gone and not click.again:  # The same click may have taken them back already.
            raise NotNow(why[0])
        left = await own.those([one for one in around.split(",") if one], click.asker.by)
        await hearing.redraw(click, messages.after(left, messages.taken_back(gone, why)))
