"""What happens behind the listeners: a release is disabled, and enabled again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.slack.features.editing.status import messages, views
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from bot.slack.kit.grammar import tokens, with_reason, words
from bot.slack.kit.payloads import Asker, Click, Outdated, Submission
from bot.slack.kit.verbs import Asked, Reply, example
from bot.slack.line.modals import Doorman
from bot.slack.line.replies import Voice
from bot.slack.line.submitting import Answer, carried_out
from bot.slack.named import NamedThings
from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.permissions import Permissions
from provisioning.releases.availability import Availability
from provisioning.releases.cards import ReleaseLine
from provisioning.releases.reading import Cards

FIELDS: Final = {"because": names.DISABLE_BECAUSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDesk:
    """Takes what is typed and pressed; undoing is enabling."""

    cards: Cards
    named: NamedThings
    permissions: Permissions
    availability: Availability
    doorman: Doorman
    voice: Voice

    async def disable(self, asked: Asked) -> Reply:
        """Disable a release that is named with its version; else ask in the form."""
        await self.permissions.require(asked.by, Act.DISABLE)
        before, because = with_reason(asked.text)
        said = words(tokens(before))[1:]
        line = await self._meant("disable", said)
        if len(said) == 1:
            return await self._form(line.release_id, asked.by, because)
        try:
            await self.availability.disable(line.release_id, because, asked.by)
        except AlreadyDone:
            if not asked.again:
                raise
        return messages.disabled(await self.cards.release(line.release_id))

    async def enable(self, asked: Asked) -> Reply:
        """Enable a release again."""
        await self.permissions.require(asked.by, Act.DISABLE)
        line = await self._meant("enable", words(asked.rest))
        try:
            await self.availability.enable(line.release_id, asked.by)
        except AlreadyDone:
            if not asked.again:
                raise
        return messages.enabled(await self.cards.release(line.release_id))

    async def open(self, click: Click, release_id: str) -> None:
        """Open the form for a release. Raise NotAllowed, NotFound, NotNow."""
        form = await self._form(release_id, click.asker.by)
        value = names.value_of(release_id, names.MORE_DISABLE)
        again = blocks.button("Disable…", names.MORE, value)
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def sent(self, sent: Submission) -> Answer:
        """Disable the release of the form, or say what is wrong."""
        match sent.kept:
            case (release_id,):
                because = sent.entered(names.DISABLE_BECAUSE)
                act = self._disable(release_id, because, sent.asker)
                return await carried_out(act, FIELDS, names.DISABLE_BECAUSE)
        raise Outdated

    async def enabled(self, click: Click) -> None:
        """Enable the release of a button. Raise NotAllowed, NotFound, NotNow, AlreadyDone."""
        try:
            await self.availability.enable(click.subject, click.asker.by)
        except AlreadyDone:
            if not click.again:
                raise
        card = await self.cards.release(click.subject)
        await self.voice.whisper(click.asker, messages.enabled(card))

    async def _disable(self, release_id: str, because: str, asker: Asker) -> Form:
        await self.availability.disable(release_id, because, asker.by)
        return views.disabled(await self.cards.release(release_id))

    async def _form(self, release_id: str, by: Actor, because: str = "") -> Form:
        await self.availability.require(release_id, by)
        return views.disable(await self.cards.release(release_id), because)

    async def _meant(self, verb: str, said: Sequence[str]) -> ReleaseLine:
        if not said:
            raise Unclear(f"Say which release: {example(f'{verb} harbour 2.4.0')}.")
        _, line = await self.named.release(said[0], " ".join(said[1:]) or None)
        return line
