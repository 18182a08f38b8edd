"""Tells of nudges: those who are reminded, a release's threads, and whoever asked for one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.links import Links
from bot.slack.drawing.actors import slack_id_of
from bot.slack.features.recall import messages as recall_messages
from bot.slack.features.who import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Spot
from provisioning.errors import NotNow
from provisioning.following.nudge_cards import NudgeCard, NudgeCards
from provisioning.installing.grants import Grants
from provisioning.ports import Told
from provisioning.releases.recalled import RecallCards

#: Posts or edits the line of a key in a thread.
Log = Callable[[str, Spot, Callable[[], Awaitable[Message]]], Awaitable[None]]
#: A link that ends sooner is not worth reminding anybody with.
FRESH: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeTellerParts:
    """What is told of nudges, and what it is said with."""

    conversations: Conversations
    postings: Postings
    nudges: NudgeCards
    recalls: RecallCards
    grants: Grants
    links: Links


class NudgeTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: NudgeTellerParts) -> None:
        self._parts = parts

    async def card(self, nudge_id: str) -> NudgeCard:
        """Return a nudge as it stands now. Raise NotFound."""
        return await self._parts.nudges.one(nudge_id)

    async def tell(self, word_id: str) -> Told:
        """Remind somebody, with a link that holds for a while."""
        card = await self._parts.nudges.word(word_id)
        user_id = card.tester.slack_id
        if user_id is None:
            return Told(delivered=False, reason="Slipway knows no Slack account of this person.")
        if not card.tester.active:
            return Told(delivered=False, reason="The account is deactivated.")
        try:
            grant = await self._parts.grants.give(card.release_id, card.tester.id, lasting=FRESH)
        except NotNow as error:
            return Told(delivered=False, reason=str(error))
        link = self._parts.links.install(self._parts.grants.token(grant))

        async def render() -> Message:
            return messages.reminder(card, link)

        await self._parts.conversations.draw(f"nudge:{word_id}", user_id, render)
        return Told(delivered=True)

    async def take_back(self, recipient_id: str) -> None:
        """Take the link out of what somebody was reminded with, where it leads nowhere any more."""
        withdrawn = await self._parts.recalls.withdrawn(recipient_id)
        if withdrawn is None:
            return

        async def render() -> Message:
            return recall_messages.withdrawn(withdrawn)

        for word_id in await self._parts.nudges.reminders_of(recipient_id):
            key = f"nudge:{word_id}"
            spot = await self._parts.postings.intended(key)
            if spot is not None:
                await self._parts.postings.draw(key, spot, render)

    async def report(self, nudge_id: str, threads: list[Spot], log: Log) -> None:
        """Say in *threads* how a nudge goes; and to whoever asked for it who was not reached."""

        async def line() -> Message:
            return messages.log(await self._parts.nudges.one(nudge_id))

        for spot in threads:
            await log(f"nudged:{nudge_id}:{spot.channel_id}", spot, line)
        await self._tell_sender(nudge_id)

    async def _tell_sender(self, nudge_id: str) -> None:
        card = await self._parts.nudges.one(nudge_id)
        user_id = slack_id_of(card.by)
        key = f"unnudged:{nudge_id}"
        was_short = await self._parts.postings.where(key) is not None
        if user_id is None or not (messages.is_short(card) or was_short):
            return

        async def render() -> Message:
            return messages.shortfall(card)

        await self._parts.conversations.draw(key, user_id, render)
