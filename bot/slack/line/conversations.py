"""The conversation with one person: a channel like any other, whose id begins with D."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import code_of, is_ambiguous
from bot.slack.line.health import Standing
from provisioning.errors import TellerFailed, TellerUnreachable


class Conversations:
    """Opens conversations with people; opening one again leads to the same."""

    def __init__(self, client: AsyncWebClient, standing: Standing) -> None:
        self._client = client
        self._standing = standing

    async def with_person(self, user_id: str) -> str:
        """
        Return the D… id of the conversation, which `chat.update` needs.

        Raise TellerUnreachable, or TellerFailed with Slack's word in `data["slack"]`.
        """
        try:
            opened = await self._client.conversations_open(users=user_id)
        except SlackApiError as error:
            if is_ambiguous(error):
                raise TellerUnreachable(slack=code_of(error)) from error
            raise TellerFailed(slack=code_of(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TellerUnreachable from error
        return str(opened["channel"]["id"])
