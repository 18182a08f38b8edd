"""Boards: where those look who decide something, in one channel or each by themselves."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.slack.line.conversations import Conversations
from bot.slack.line.postings import ChannelRefused, Postings, Render, Spot
from provisioning.errors import TellerFailed

#: Posts or edits the line of a key in a thread.
Log = Callable[[str, Spot, Render], Awaitable[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Says something to those who decide, and draws it anew wherever it stands."""

    conversations: Conversations
    postings: Postings

    async def say(
        self, key: str, channel_id: str | None, user_ids: Sequence[str], render: Render
    ) -> bool:
        """
        Say something in a channel, or to each of some people where there is none that takes it.

        Return False where there is nobody. One who cannot be reached keeps it from no other. Raise
        TellerUnreachable.
        """
        if channel_id is not None:
            try:
                await self.postings.draw(f"{key}:{channel_id}", Spot(channel_id=channel_id), render)
            except ChannelRefused as refused:
                logger.warning("Those who decide cannot be told there: %s", refused)
            else:
                return True
        late: TellerFailed | None = None
        for user_id in user_ids:
            try:
                await self.conversations.draw(f"{key}:{user_id}", user_id, render)
            except TellerFailed as failure:
                logger.info("One of those who decide was not told: %s", failure)
                late = failure if failure.transient else late
        if late is not None:
            raise late
        return bool(user_ids)

    async def redraw(self, key: str, render: Render) -> None:
        """
        Draw anew what was said, wherever it stands, or may stand.

        What was posted and is not noted yet is found: else it would go on asking what is decided.
        """
        for row in await self.postings.starting_with(f"{key}:"):
            try:
                await self.postings.draw(row.key, Spot(channel_id=row.channel_id), render)
            except TellerFailed as failure:
                if failure.transient or row.ts is not None:
                    raise
                logger.info("What was never said there is not said now, either: %s", failure)
