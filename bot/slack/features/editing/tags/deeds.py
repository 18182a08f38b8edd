"""What happens behind the listeners: tags are put on a release, and taken off."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.slack.features.editing.tags import messages, views
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.grammar import Mention, Token
from bot.slack.kit.payloads import Asker, Click, Outdated, Submission
from bot.slack.kit.verbs import Asked, Reply, example
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import Answer, carried_out
from bot.slack.named import NamedThings
from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.permissions import Permissions
from provisioning.releases.reading import Cards
from provisioning.releases.tagging import Tagged, Tagging

FIELDS: Final = {"tags": names.TAGS_TEXT}
_BETWEEN: Final = re.compile(r"[\s,]+")
_BUILD: Final = re.compile(r"\(\S+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTags:
    """What stood behind the verb."""

    app: str
    version: str
    tags: tuple[str, ...]


def read(verb: str, rest: Sequence[Token]) -> TypedTags:
    """Read `APP VERSION TAG[, TAG…]`. Raise Unclear, saying how, without an app and a version."""
    spoken = [token.name if isinstance(token, Mention) else token for token in rest]
    if len(spoken) < 2:  # noqa: PLR2004 - an app and a version
        raise Unclear(f"Say which release: {example(f'{verb} harbour 2.4.0 beta, rc1')}.")
    app, version, *tags = spoken
    if tags and _BUILD.fullmatch(tags[0]):
        version = f"{version} {tags.pop(0)}"
    return TypedTags(app=app, version=version, tags=tuple(tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDesk:
    """Takes typed tags, and those of the form."""

    cards: Cards
    named: NamedThings
    permissions: Permissions
    tagging: Tagging
    doorman: Doorman

    async def tag(self, asked: Asked) -> Reply:
        """Put tags on a release; without any, open the form that holds those it has."""
        return await self._typed("tag", asked, self.tagging.add)

    async def untag(self, asked: Asked) -> Reply:
        """Take tags off a release; without any, open the form that holds those it has."""
        return await self._typed("untag", asked, self.tagging.drop)

    async def open(self, click: Click, release_id: str) -> None:
        """Open the form for a release. Raise NotAllowed, NotFound, NotNow."""
        form = await self._form(release_id, click.asker.by)
        again = blocks.button("Tags…", names.MORE, names.value_of(release_id, names.MORE_TAGS))
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def sent(self, sent: Submission) -> Answer:
        """Let the release have the tags of the form, or say beside them what is wrong."""
        match sent.kept:
            case (release_id,):
                tags = _BETWEEN.split(sent.entered(names.TAGS_TEXT))
                put = self._put(release_id, tags, sent.asker)
                return await carried_out(put, FIELDS, names.TAGS_TEXT)
        raise Outdated

    async def _typed(
        self,
        verb: str,
        asked: Asked,
        act: Callable[[str, Sequence[str], Actor], Awaitable[Tagged]],
    ) -> Reply:
        await self.permissions.require(asked.by, Act.EDIT)
        said = read(verb, asked.rest)
        _, line = await self.named.release(said.app, said.version)
        if not said.tags:
            return await self._form(line.release_id, asked.by)
        try:
            await act(line.release_id, said.tags, asked.by)
        except AlreadyDone:
            if not asked.again:
                raise
        return messages.changed(await self.cards.release(line.release_id))

    async def _put(self, release_id: str, tags: Sequence[str], asker: Asker) -> Form:
        await self.tagging.put(release_id, tags, asker.by)
        return views.changed(await self.cards.release(release_id))

    async def _form(self, release_id: str, by: Actor) -> Form:
        tags = await self.tagging.of(release_id, by)
        return views.edit(await self.cards.release(release_id), tags)
