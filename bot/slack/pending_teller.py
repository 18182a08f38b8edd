"""Tells of what waits for another platform: in a release's threads, and to whoever asked."""

from collections.abc import Sequence

from bot.slack.drawing.actors import slack_id_of
from bot.slack.features.pending import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.board import Log
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Spot
from provisioning.distributing.pending_cards import PendingCard, PendingCards
from storage.records.pending_order import PendingState

#: Whoever did one of these themselves knows of it.
_BY_PEOPLE = frozenset({PendingState.SENT, PendingState.STOPPED})


class PendingTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, conversations: Conversations, cards: PendingCards) -> None:
        self._conversations = conversations
        self._cards = cards

    async def card(self, order_id: str) -> PendingCard:
        """Return a pending order as it stands now. Raise NotFound."""
        return await self._cards.one(order_id)

    async def report(self, order_id: str, threads: Sequence[Spot], log: Log) -> None:
        """Say in *threads* that it waits, and what became of it."""

        async def begun() -> Message:
            return messages.begun(await self._cards.one(order_id))

        async def ended() -> Message:
            return messages.ended(await self._cards.one(order_id))

        waits = (await self._cards.one(order_id)).waits
        for spot in threads:
            await log(f"waits:{order_id}:{spot.channel_id}", spot, begun)
            if not waits:
                await log(f"waited:{order_id}:{spot.channel_id}", spot, ended)

    async def tell(self, order_id: str) -> None:
        """Tell whoever asked what became of it, unless they did it themselves."""
        card = await self._cards.one(order_id)
        user_id = slack_id_of(card.by)
        is_own = card.state in _BY_PEOPLE and card.ended_by == card.by
        if card.waits or is_own or user_id is None:
            return

        async def told() -> Message:
            return messages.told(await self._cards.one(order_id))

        await self._conversations.draw(f"waited:{order_id}", user_id, told)
