"""The conversation with one person, and our messages in it: its id begins with D."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.payloads import text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import SILENT, in_our_words
from bot.slack.line.postings import Postings, Render, Spot
from provisioning.errors import TellerUnreachable


class Conversations:
    """Opens conversations with people; opening one again leads to the same."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding, postings: Postings) -> None:
        self._client = client
        self._standing = standing
        self._postings = postings

    async def draw(self, key: str, user_id: str, render: Render) -> None:
        """
        Draw the message of *key* to a person, where it stands already or in their conversation.

        Raise what `with_person` and `Postings.draw` raise.
        """
        posted = await self._postings.where(key)
        channel_id = posted.channel_id if posted else await self.with_person(user_id)
        await self._postings.draw(key, Spot(channel_id=channel_id), render)

    async def with_person(self, user_id: str) -> str:
        """
        Return the D… id of the conversation, which `chat.update` needs.

        Raise TellerUnreachable, or TellerFailed with Slack's word in `data["slack"]`.
        """
        with in_our_words(self._standing):
            opened = await self._client.conversations_open(users=user_id)
        channel_id = text_or_none(opened.data, "channel", "id")
        if channel_id is None:
            raise TellerUnreachable(SILENT)
        return channel_id
