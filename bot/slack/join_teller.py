"""Shows those who decide who would like to join, and what was decided."""

import logging
from dataclasses import dataclass

from bot.slack.drawing.actors import slack_id_of
from bot.slack.features.devices.deciding.deeds import RequestBoard
from bot.slack.features.invite.deciding import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Postings, Render, Spot
from provisioning.devices.approvals import Approvals
from provisioning.errors import TellerFailed
from provisioning.people.joining import JoinCard, Joining
from storage.errors import NotFound

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTellerParts:
    """What is told of requests, and what it is said with."""

    conversations: Conversations
    postings: Postings
    joining: Joining
    approvals: Approvals


class JoinTeller:
    """Posts a request where approvals are asked for; it may be called again and edits in place."""

    def __init__(self, parts: JoinTellerParts) -> None:
        self._parts = parts
        self._board = RequestBoard(
            conversations=parts.conversations,
            postings=parts.postings,
            approvals=parts.approvals,
        )

    async def show(self, request_id: str) -> None:
        """Post what waits, and draw anew what stands. Raise TellerUnreachable."""
        try:
            card = await self._parts.joining.card(request_id)
        except NotFound:
            return  # It was forgotten meanwhile.
        key = f"join:{request_id}"

        async def render() -> Message:
            return messages.request(await self._parts.joining.card(request_id))

        if card.waits:
            await self._ask(key, card, render)
        for row in await self._parts.postings.starting_with(f"{key}:"):
            if row.ts is not None:
                spot = Spot(channel_id=row.channel_id)
                await self._parts.postings.draw(row.key, spot, render)

    async def _ask(self, key: str, card: JoinCard, render: Render) -> None:
        """Ask those who decide, and whoever made the link where they decide by themselves."""
        heard = await self._board.say(key, render)
        channel_id, user_ids = await self._parts.approvals.deciders()
        maker = slack_id_of(card.link_made_by)
        if maker is None or maker in user_ids or (heard and channel_id is not None):
            return
        try:
            await self._parts.conversations.draw(f"{key}:{maker}", maker, render)
        except TellerFailed as failure:
            if failure.transient:
                raise
            logger.info("Whoever made a join link was not told of a request: %s", failure)
