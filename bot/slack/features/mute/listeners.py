"""Listens for mutes: the verbs, and the button on a reminder."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.mute.deeds import MuteDesk
from bot.slack.kit import names
from bot.slack.kit.payloads import click_of
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verbs."""
    desk = MuteDesk(
        mutes=house.following.mutes,
        lists=house.releases.lists,
        permissions=house.people.permissions,
        voice=workspace.voice,
    )

    @app.action(names.MUTE)
    async def on_mute(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await desk.clicked(click_of(body))

    return (
        Verb(
            name="mute",
            usage="mute [APP]",
            summary="No reminders of an app; its new releases still come.",
            examples=("mute", "mute harbour"),
            act=Act.SEE,
            answer=desk.mute,
        ),
        Verb(
            name="unmute",
            usage="unmute APP",
            summary="Reminders of an app again.",
            examples=("unmute harbour",),
            act=Act.SEE,
            answer=desk.unmute,
        ),
    )
