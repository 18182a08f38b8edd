"""One message of somebody's, read once more."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import code_of
from bot.slack.kit.payloads import entries, text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import in_our_words

_GONE = frozenset({"thread_not_found", "message_not_found"})


class Rereading:
    """Reads what somebody wrote, where it still stands: nothing of it is kept meanwhile."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding) -> None:
        self._client = client
        self._standing = standing

    async def message(
        self, channel_id: str, ts: str, thread_ts: str = ""
    ) -> Mapping[str, Any] | None:
        """Return a message, None when it is gone. Raise TellerUnreachable, TellerFailed."""
        span: dict[str, Any] = {"latest": ts, "oldest": ts, "inclusive": True, "limit": 1}
        with in_our_words(self._standing):
            try:
                if thread_ts and thread_ts != ts:
                    # Slack answers with the beginning of the thread as well.
                    span["limit"] = 2
                    answer = await self._client.conversations_replies(
                        channel=channel_id, ts=thread_ts, **span
                    )
                else:
                    answer = await self._client.conversations_history(channel=channel_id, **span)
            except SlackApiError as error:
                if code_of(error) in _GONE:
                    return None
                raise
        found = entries(answer.data, "messages")
        return next((one for one in found if text_or_none(one, "ts") == ts), None)
