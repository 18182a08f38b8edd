"""The command: finds the verb that was typed, answers with it, or teaches."""

from collections.abc import Collection, Sequence
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
        asked = replace(asked, rest=tuple(found[1:]), text=text)
        if not word or word in HELP:
            return await self._help(asked)
        verb = self._verbs.get(word)
        if verb is None:
            return messages.no_such_verb(word, self._usable(await self._allowed(asked)))
        return await verb.answer(asked)

    async def _help(self, asked: Asked) -> Message:
        wanted = asked.rest[0].lower() if asked.rest and isinstance(asked.rest[0], str) else ""
        allowed = await self._allowed(asked)
        usable = self._usable(allowed)
        if not wanted or wanted in HELP:
            return messages.overview(usable, distributes=Act.DISTRIBUTE in allowed)
        verb = self._verbs.get(wanted)
        if verb is None:
            return messages.no_such_verb(wanted, usable)
        await self._permissions.require(asked.by, verb.act)
        return messages.of_verb(verb)

    async def _allowed(self, asked: Asked) -> set[Act]:
        acts = {verb.act for verb in self._verbs.values()}
        return await self._permissions.allowed(asked.by, acts | {Act.DISTRIBUTE})

    def _usable(self, allowed: Collection[Act]) -> list[Verb]:
        """Return the verbs that a person may use who is allowed some acts."""
        return [verb for verb in self._verbs.values() if verb.act in allowed]
