"""Tells the team of somebody who cannot install a release."""

from collections.abc import Awaitable, Callable, Sequence

from bot.slack.drawing.actors import slack_id_of
from bot.slack.features.trouble import messages
from bot.slack.kit.blocks import Message
from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import Spot
from provisioning.following.troubles import TroubleCard, Troubles

#: Posts or edits the line of a key in a thread.
Log = Callable[[str, Spot, Callable[[], Awaitable[Message]]], Awaitable[None]]


class TroubleTeller:
    """Every method may be called again; each message has its key."""

    def __init__(self, conversations: Conversations, troubles: Troubles) -> None:
        self._conversations = conversations
        self._troubles = troubles

    async def card(self, report_id: str) -> TroubleCard:
        """Raise NotFound."""
        return await self._troubles.one(report_id)

    async def report(self, card: TroubleCard, threads: Sequence[Spot], log: Log) -> None:
        """Say it in *threads*; of a release without one, to whoever published it."""

        async def line() -> Message:
            return messages.line(card)

        for spot in threads:
            await log(f"reported:{card.report_id}:{spot.channel_id}", spot, line)
        user_id = slack_id_of(card.published_by) if card.published_by else None
        if not threads and user_id is not None:
            await self._conversations.draw(f"reported:{card.report_id}", user_id, line)
