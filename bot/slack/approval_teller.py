"""Tells people of requests for approval: those who decide, and whoever asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.drawing.actors import slack_id_of
from bot.slack.features.approvals import messages
from bot.slack.features.approvals.deeds import ApprovalBoard
from bot.slack.kit.blocks import Message
from bot.slack.line.board import Board, Log
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Spot
from provisioning.distributing.approval_cards import ApprovalCard, ApprovalCards
from storage.records.approval import ApprovalState


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTellerParts:
    """What is told of approvals, and what it is said with."""

    conversations: Conversations
    postings: Postings
    cards: ApprovalCards


class ApprovalTeller:
    """Every method may be called again; each message has its key and is edited in place."""

    def __init__(self, parts: ApprovalTellerParts) -> None:
        self._parts = parts
        self._board = ApprovalBoard(
            board=Board(conversations=parts.conversations, postings=parts.postings),
            cards=parts.cards,
        )

    async def show(self, request_id: str) -> None:
        """Draw a request where those look who decide about it."""
        await self._board.draw(request_id)

    async def tell_asker(self, request_id: str) -> None:
        """Tell whoever asked that it waits, or what became of it."""
        card = await self._parts.cards.one(request_id)
        user_id = slack_id_of(card.by)
        if user_id is None:
            return

        async def asked() -> Message:
            return messages.asked(await self._parts.cards.one(request_id))

        async def told() -> Message:
            return messages.told(await self._parts.cards.one(request_id))

        key = f"asked:{request_id}"
        if card.waits or await self._parts.postings.intended(key) is not None:
            await self._parts.conversations.draw(key, user_id, asked)
        if not card.waits and card.state is not ApprovalState.WITHDRAWN:
            await self._parts.conversations.draw(f"{key}:{card.state.value}", user_id, told)

    async def card(self, request_id: str) -> ApprovalCard:
        return await self._parts.cards.one(request_id)

    async def proclaim(self, request_id: str, threads: Sequence[Spot], log: Log) -> None:
        """Say in *threads*, and to all who approve, that a release went without them."""

        async def render() -> Message:
            return messages.proclaimed(await self._parts.cards.one(request_id))

        key = f"overridden:{request_id}"
        for spot in threads:
            await log(f"{key}:{spot.channel_id}", spot, render)
        _, user_ids = await self._parts.cards.deciders(request_id)
        await self._board.board.say(f"{key}:to", None, user_ids, render)
