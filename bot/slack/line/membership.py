"""Whether the app is in a channel, so that a connection that cannot work is said at once."""

import asyncio
from collections.abc import Iterable

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import code_of
from bot.slack.kit.payloads import at
from bot.slack.line.health import SlackStanding

#: A form waits for this, and Slack gives up on its answer after three seconds.
ANSWER_WITHIN = 1.5
#: What Slack says of a private channel that the app is not in.
_UNSEEN = frozenset({"channel_not_found", "not_in_channel", "missing_scope"})


class Membership:
    """Asks Slack where the app is not."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding) -> None:
        self._client = client
        self._standing = standing

    async def absent(self, channel_ids: Iterable[str]) -> list[str]:
        """Return those channels that the app is not in; none of them when Slack is slow or out."""
        asked = list(channel_ids)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                inside = await asyncio.gather(*map(self._is_in, asked))
        except TimeoutError:
            return []
        return [channel_id for channel_id, is_in in zip(asked, inside, strict=True) if not is_in]

    async def _is_in(self, channel_id: str) -> bool:
        try:
            answer = await self._client.conversations_info(channel=channel_id)
        except SlackApiError as error:
            self._standing.note(error)
            return code_of(error) not in _UNSEEN
        except aiohttp.ClientError:
            return True
        return bool(at(answer.data, "channel", "is_member"))
