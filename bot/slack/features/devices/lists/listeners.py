"""Listens for lists of devices, and for the button that imports one."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.devices.lists.deeds import ListImports
from bot.slack.files.device_lists import is_device_list
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of, is_word_of_a_person
from bot.slack.workspace import Workspace


def register(app: AsyncApp, house: House, workspace: Workspace) -> None:
    """Let *app* listen."""
    imports = ListImports(house, workspace)

    @app.event({"type": "message", "subtype": "file_share"}, matchers=[_is_a_list])
    async def on_list(event: dict[str, Any]) -> None:
        imports.posted(event)

    @app.action(names.DEVICE_IMPORT)
    async def on_import(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        imports.carry_out(click_of(body))


async def _is_a_list(event: Mapping[str, Any]) -> bool:
    return is_word_of_a_person(event) and is_device_list(event)
