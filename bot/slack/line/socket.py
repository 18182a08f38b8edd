"""Socket Mode: Slack's deliveries over a WebSocket that we open."""

import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

logger = logging.getLogger(__name__)

#: In seconds. After four pings without an answer the connection counts as dead.
PING_EVERY = 5.0


class Socket:
    """
    The connection to Slack. Make it in the running loop.

    The address of the socket comes from `apps.connections.open` at *base_url*, which may be plain
    http. slack_sdk pings, notices a silent connection after 20 seconds and reconnects by itself.
    """

    def __init__(self, app: AsyncApp, *, app_token: str, base_url: str) -> None:
        # Without its own client the handler would ask Slack's real address, with the bot token.
        web_client = AsyncWebClient(token=app_token, base_url=base_url)
        self._handler = AsyncSocketModeHandler(
            app, app_token, web_client=web_client, ping_interval=PING_EVERY
        )

    async def open(self) -> None:
        """Raise SlackApiError when the app-level token is no good."""
        await self._handler.client.connect()  # type: ignore[no-untyped-call] # slack_sdk's hole
        logger.info("Connected to Slack by Socket Mode.")

    async def close(self) -> None:
        await self._handler.client.close()  # type: ignore[no-untyped-call] # slack_sdk's hole

    async def is_connected(self) -> bool:
        """For `/healthz`."""
        return bool(await self._handler.client.is_connected())
