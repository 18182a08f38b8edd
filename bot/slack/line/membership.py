"""Whether the app can post in a channel, so that one that cannot work is never connected."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import code_of
from bot.slack.kit.payloads import at, text_or_none
from bot.slack.line.health import SlackStanding

#: A form waits for this, and Slack gives up on its answer after three seconds.
ANSWER_WITHIN = 1.5
#: Slack does not tell a channel that was deleted from a private one that the app is not in.
UNSEEN = (
    "Slipway cannot see {name}: it was deleted, or it is private and Slipway is not in it. Type "
    "`/invite @slipway` there first."
)
ARCHIVED = "{name} is archived, so nothing can be posted there. Unarchive it, or choose another."
SHARED = (
    "{name} is shared with another organization, whose people would read of your releases. Choose "
    "another."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """
    What becomes of posting in a channel.

    `refusal` is why it can never work as things are, `is_absent` that the app is yet to be invited.
    """

    id: str
    refusal: str = ""
    is_absent: bool = False


class Membership:
    """Asks Slack in which channels the app can post."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding) -> None:
        self._client = client
        self._standing = standing

    async def look(self, channel_ids: Iterable[str]) -> list[Outlook]:
        """Return what is known of channels; nothing speaks against them when Slack is slow."""
        asked = list(channel_ids)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return list(await asyncio.gather(*map(self._look, asked)))
        except TimeoutError:
            return [Outlook(id=channel_id) for channel_id in asked]

    async def _look(self, channel_id: str) -> Outlook:
        try:
            answer = await self._client.conversations_info(channel=channel_id)
        except SlackApiError as error:
            self._standing.note(error)
            word = code_of(error)
            unseen = UNSEEN.format(name="one of these channels")
            refusal = unseen if word == "channel_not_found" else ""
            return Outlook(id=channel_id, refusal=refusal, is_absent=word == "missing_scope")
        except aiohttp.ClientError:
            return Outlook(id=channel_id)
        channel = at(answer.data, "channel")
        name = f"#{text_or_none(channel, 'name') or channel_id}"
        if at(channel, "is_archived"):
            return Outlook(id=channel_id, refusal=ARCHIVED.format(name=name))
        if at(channel, "is_ext_shared"):
            return Outlook(id=channel_id, refusal=SHARED.format(name=name))
        return Outlook(id=channel_id, is_absent=not at(channel, "is_member"))
