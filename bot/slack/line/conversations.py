"""The conversation with one person: a channel like any other, whose id begins with D."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.payloads import text_or_none
from bot.slack.line.health import SlackStanding
from bot.slack.line.meaning import SILENT, in_our_words
from provisioning.errors import TellerUnreachable


class Conversations:
    """Opens conversations with people; opening one again leads to the same."""

    def __init__(self, client: AsyncWebClient, standing: SlackStanding) -> None:
        self._client = client
        self._standing = standing

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
