"""The command: finds the verb that was typed, answers with it, or teaches."""

from collections.abc import Sequence
from dataclasses import replace

from bot.slack.features.command import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import tokens
from bot.slack.kit.verbs import Asked, Reply, Verb
from provisioning.actors import Act
from provisioning.people.permissions import Permissions

#: Words that people type when they look for help.
HELP = frozenset({"help", "?", "-h", "--help"})


class Command:
    """Knows all verbs, and which of them a person may use."""

    def __init__(self, verbs: Sequence[Verb], permissions: Permissions) -> None:
        self._verbs = {verb.name: verb for verb in verbs}
        self._permissions = permissions

    async def answer(self, text: str, asked: Asked) -> Reply:
        """Return what to show of *text*. Errors of ours leave: their message is the answer."""
        found = tokens(text)
        word = found[0].lower() if found and isinstance(found[0], str) else ""
        asked = replace(asked, rest=tuple(found[1:]))
        if not word or word in HELP:
            return await self._help(asked)
        verb = self._verbs.get(word)
        if verb is None:
            return messages.no_such_verb(word, await self._usable(asked))
        return await verb.answer(asked)

    async def _help(self, asked: Asked) -> Message:
        usable = await self._usable(asked)
        wanted = asked.rest[0].lower() if asked.rest and isinstance(asked.rest[0], str) else ""
        if not wanted or wanted in HELP:
            return messages.overview(
                usable, distributes=await self._permissions.may(asked.by, Act.DISTRIBUTE)
            )
        verb = self._verbs.get(wanted)
        if verb is None:
            return messages.no_such_verb(wanted, usable)
        await self._permissions.require(asked.by, verb.act)
        return messages.of_verb(verb)

    async def _usable(self, asked: Asked) -> list[Verb]:
        """Return the verbs that a person may use; each permission is asked for once."""
        acts = {verb.act for verb in self._verbs.values()}
        allowed = {act for act in acts if await self._permissions.may(asked.by, act)}
        return [verb for verb in self._verbs.values() if verb.act in allowed]
