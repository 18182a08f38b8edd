"""Listens for the command, and shows its answer to the person alone."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.command.deeds import Command
from bot.slack.kit import names
from bot.slack.kit.blocks import Form
from bot.slack.kit.payloads import asker_of, is_again, text_or_none
from bot.slack.kit.verbs import Asked
from bot.slack.workspace import Workspace


def register(app: AsyncApp, command: Command, workspace: Workspace) -> None:
    """Let *app* listen for the command."""

    @app.command(names.COMMAND)
    async def on_release(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        asker = asker_of(body)

        async def answer() -> None:
            asked = Asked(
                user_id=asker.user_id,
                channel_id=asker.channel_id or "",
                trigger_id=text_or_none(body, "trigger_id") or "",
                rest=(),
                again=is_again(body),
            )
            reply = await command.answer(text_or_none(body, "text") or "", asked)
            if isinstance(reply, Form):
                await workspace.doorman.open(asker, asked.trigger_id, reply, again=None)
            else:
                await workspace.voice.whisper(asker, reply)

        workspace.errors.start(answer, asker, during=names.COMMAND)
