"""Listens for the command, finds the verb, and shows its answer to the person alone."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.command import messages
from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.grammar import tokens
from bot.slack.kit.payloads import asker_of, text_or_none
from bot.slack.kit.verbs import Asked, Reply, Verb
from bot.slack.parts import Workspace
from provisioning.people.people import Act, People

#: Words that people type when they look for help.
HELP = frozenset({"help", "?", "-h", "--help"})


class Command:
    """Knows all verbs, and which of them a person may use."""

    def __init__(self, verbs: Sequence[Verb], people: People) -> None:
        self._verbs = {verb.name: verb for verb in verbs}
        self._people = people

    async def answer(self, text: str, *, user_id: str, channel_id: str, trigger_id: str) -> Reply:
        """Return what to show. Errors of ours leave: their message is the answer."""
        found = tokens(text)
        word = found[0].lower() if found and isinstance(found[0], str) else ""
        asked = Asked(
            user_id=user_id, channel_id=channel_id, trigger_id=trigger_id, rest=tuple(found[1:])
        )
        if not word or word in HELP:
            return await self._help(asked)
        verb = self._verbs.get(word)
        if verb is None:
            return messages.no_such_verb(word, await self._usable(user_id))
        return await verb.answer(asked)

    async def _help(self, asked: Asked) -> Message:
        usable = await self._usable(asked.user_id)
        wanted = asked.rest[0].lower() if asked.rest and isinstance(asked.rest[0], str) else ""
        if not wanted or wanted in HELP:
            return messages.overview(usable, distributes=await self._distributes(asked.user_id))
        verb = self._verbs.get(wanted)
        if verb is None:
            return messages.no_such_verb(wanted, usable)
        await self._people.require(asked.user_id, verb.act)
        return messages.of_verb(verb)

    async def _distributes(self, user_id: str) -> bool:
        return await self._people.may(user_id, Act.DISTRIBUTE)

    async def _usable(self, user_id: str) -> list[Verb]:
        return [verb for verb in self._verbs.values() if await self._people.may(user_id, verb.act)]


def register(app: AsyncApp, command: Command, workspace: Workspace) -> None:
    """Let *app* listen for the command."""

    @app.command(names.COMMAND)
    async def on_release(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        asker = asker_of(body)

        async def answer() -> None:
            trigger_id = text_or_none(body, "trigger_id") or ""
            reply = await command.answer(
                text_or_none(body, "text") or "",
                user_id=asker.user_id,
                channel_id=asker.channel_id or "",
                trigger_id=trigger_id,
            )
            if isinstance(reply, Form):
                await workspace.doorman.open(asker, trigger_id, reply, again=None)
            else:
                await workspace.voice.whisper(asker, reply)

        workspace.errors.start(answer, asker, during=names.COMMAND)
