"""Tells people of recalls: those who may have the release, its threads, and its sender."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.links import Links
from bot.slack.drawing.actors import slack_id_of
from bot.slack.features.recall import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Spot
from provisioning.errors import NotNow
from provisioning.installing.grants import Grants
from provisioning.ports import Told
from provisioning.releases.reading import Cards
from provisioning.releases.recalled import NoticeCard, RecallCards

#: Posts or edits the line of a key in a thread.
Log = Callable[[str, Spot, Callable[[], Awaitable[Message]]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallTellerParts:
    """What is told of recalls, and what it is said with."""

    conversations: Conversations
    postings: Postings
    cards: Cards
    recalls: RecallCards
    grants: Grants
    links: Links


class RecallTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: RecallTellerParts) -> None:
        self._parts = parts

    async def tell(self, notice_id: str) -> Told:
        """Tell somebody what was taken back, and what to install instead."""
        card = await self._parts.recalls.notice(notice_id)
        user_id = card.tester.slack_id
        if user_id is None:
            return Told(delivered=False, reason="Slipway knows no Slack account of this person.")
        if not card.tester.active:
            return Told(delivered=False, reason="The account is deactivated.")

        async def render() -> Message:
            fresh = await self._parts.recalls.notice(notice_id)
            return messages.notice(fresh, await self._link(fresh))

        await self._parts.conversations.draw(f"notice:{notice_id}", user_id, render)
        return Told(delivered=True)

    async def take_back(self, recipient_id: str, key: str) -> None:
        """Take the link out of the message of a key, where it leads nowhere any more."""
        spot = await self._parts.postings.intended(key)
        card = await self._parts.recalls.withdrawn(recipient_id)
        if spot is None or card is None:
            return

        async def render() -> Message:
            return messages.withdrawn(card)

        await self._parts.postings.draw(key, spot, render)

    async def report(self, recall_id: str, title: str, threads: list[Spot], log: Log) -> None:
        """Say in *threads* how a recall of *title* goes; and to its sender who missed it."""

        async def line() -> Message:
            return messages.log(await self._parts.recalls.one(recall_id), title)

        for spot in threads:
            await log(f"recall:{recall_id}:{spot.channel_id}", spot, line)
        await self._tell_sender(recall_id)

    async def _tell_sender(self, recall_id: str) -> None:
        recall = await self._parts.recalls.one(recall_id)
        user_id = slack_id_of(recall.by)
        key = f"missed:{recall_id}"
        was_short = await self._parts.postings.where(key) is not None
        if user_id is None or not (messages.is_short(recall) or was_short):
            return
        card = await self._parts.cards.release(await self._parts.cards.recalled_by(recall_id))

        async def render() -> Message:
            return messages.shortfall(recall, card)

        await self._parts.conversations.draw(key, user_id, render)

    async def _link(self, card: NoticeCard) -> str | None:
        if card.instead is None:
            return None
        try:
            grant = await self._parts.grants.give(card.instead.release_id, card.tester.id)
        except NotNow:
            return None
        return self._parts.links.install(self._parts.grants.token(grant))
