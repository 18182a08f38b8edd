"""Answers `history`: finds what is meant, and what was done to it or by whom."""

from dataclasses import dataclass

from bot.slack.drawing.titles import plain_app_title, plain_title
from bot.slack.features.history import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import MentionKind, mentions, words
from bot.slack.kit.payloads import actor
from bot.slack.kit.verbs import Asked, closest
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.actors import Act
from provisioning.people.groups import slug_of
from provisioning.people.permissions import Permissions
from provisioning.releases.history import Chronicle
from storage.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Tells who did what."""

    history: Chronicle
    named: NamedThings
    permissions: Permissions

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, Unclear."""
        await self.permissions.require(asked.by, Act.SEE_HISTORY)
        refuse_unknown(asked.rest)
        people, spoken = mentions(asked.rest, MentionKind.PERSON), words(asked.rest)
        if people:
            by = actor(people[0].id).reference
            lines = await self.history.done_by(by, asked.by)
            return messages.told(f"What {messages.mention(people[0].id)} did", lines)
        if not spoken:
            return messages.told("What was done last", await self.history.newest(asked.by))
        return await self._about(spoken, asked)

    async def _about(self, spoken: list[str], asked: Asked) -> Message:
        version = " ".join(spoken[1:]) or None
        app, release = await self.named.lists.find(spoken[0], version)
        if app is None:
            return await self._group(spoken, asked)
        if version is None:
            lines = await self.history.of_app(app.id, asked.by)
            return messages.told(messages.title(plain_app_title(app)), lines)
        if release is None:
            raise NotFound(f"{app.display_name} has no release “{version[:60]}”.")
        lines = await self.history.of(release.release_id, asked.by)
        return messages.told(messages.title(plain_title(release)), lines)

    async def _group(self, spoken: list[str], asked: Asked) -> Message:
        """Return what was done to a group. Raise NotFound, with what may have been meant."""
        text = " ".join(spoken)
        known = {group.slug: group for group in await self.named.groups.all()}
        group = known.get(slug_of(text))
        if group is None:
            names = [*await self.named.lists.names(), *known]
            meant = closest(text, names)
            hint = f" Did you mean `{meant}`?" if meant else ""
            raise NotFound(f"There is no app and no group called “{text[:60]}”.{hint}")
        return messages.told(messages.title(group.name), await self.history.of(group.id, asked.by))
