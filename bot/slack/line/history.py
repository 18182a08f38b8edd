"""Looking for a message of ours by the key in its metadata."""

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.names import POSTING
from bot.slack.kit.payloads import at, entries, text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.identity import Whoami
from bot.slack.line.meaning import FAILURES, SILENT, meaning
from provisioning.errors import TellerUnreachable
from storage.records.posting import Posting

logger = logging.getLogger(__name__)

#: Which scope lets us read which kind of channel. A private channel's id begins with C or G.
READING = {"D": ("im:history",), "C": ("channels:history", "groups:history")}
#: Clocks differ, and a message may have been posted just before its row was changed.
SLACK_TIME = timedelta(minutes=2)
PAGES = 20
PAGE = 200


class History:
    """Reads channels for messages that we may have posted."""

    def __init__(self, client: AsyncWebClient, whoami: Whoami, standing: SlackStanding) -> None:
        self._client = client
        self._whoami = whoami
        self._standing = standing

    async def find(self, row: Posting) -> str | None:
        """
        Return the ts of the message of *row*, None when it is not there or not to be read.

        Raise TellerUnreachable when Slack does not say: then it may be there.
        """
        me = await self._whoami()
        scopes = READING.get(row.channel_id[:1], ("groups:history",))
        if not me.granted(*scopes):
            return None
        try:
            async for message in self._since(row):
                if self._is_it(message, row.key, me.user_id, me.bot_id):
                    return text_or_none(message, "ts")
        except FAILURES as error:
            failure = meaning(error, self._standing)
            if failure.transient:
                raise failure from error
            # The scope for private channels may lack although the one for public ones is there.
            logger.info("The history of a channel cannot be read: %s.", failure.data.get("slack"))
        return None

    async def _since(self, row: Posting) -> AsyncIterator[Mapping[str, Any]]:
        oldest = f"{(row.intended_at - SLACK_TIME).timestamp():.6f}"
        cursor = ""
        for _ in range(PAGES):
            page = await self._page(row, oldest, cursor)
            for message in entries(page, "messages"):
                yield message
            cursor = text_or_none(page, "response_metadata", "next_cursor") or ""
            if not cursor:
                return

    async def _page(self, row: Posting, oldest: str, cursor: str) -> Mapping[str, Any]:
        if row.thread_ts is not None:
            answer = await self._client.conversations_replies(
                channel=row.channel_id,
                ts=row.thread_ts,
                oldest=oldest,
                include_all_metadata=True,
                limit=PAGE,
                cursor=cursor or None,
            )
        else:
            answer = await self._client.conversations_history(
                channel=row.channel_id,
                oldest=oldest,
                include_all_metadata=True,
                limit=PAGE,
                cursor=cursor or None,
            )
        if not isinstance(at(answer.data, "messages"), list):
            raise TellerUnreachable(SILENT)  # Whatever says nothing of messages is not Slack.
        return answer.data if isinstance(answer.data, dict) else {}

    @staticmethod
    def _is_it(message: Mapping[str, Any], key: str, user_id: str, bot_id: str) -> bool:
        """Anybody can write our metadata, so the message must be our own, too."""
        own = message.get("user") == user_id or (bot_id and message.get("bot_id") == bot_id)
        metadata = at(message, "metadata")
        return (
            bool(own)
            and at(metadata, "event_type") == POSTING
            and at(metadata, "event_payload", "key") == key
        )
