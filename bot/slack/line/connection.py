"""One connection of Socket Mode, from its address to its end."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit.codes import is_passing
from bot.slack.kit.payloads import text_or_none
from bot.slack.line.envelopes import Envelope, envelope_of, read

logger = logging.getLogger(__name__)

#: In seconds. A silent connection is pinged, and counts as dead when there is no answer after half
#: as many more.
PING_EVERY = 10.0
#: In seconds: until there is a connection, Slack's greeting included.
DIAL_WITHIN = 10.0
#: In seconds: how long a connection has to live to be replaced without a pause.
STEADY = 10.0
CLOSE_WITHIN = 1.0


class NotSlack(aiohttp.ClientError):
    """Whatever answered in Slack's place has no socket for us."""


class Connection:
    """
    An open socket.

    `leaving` is set when it was told to go, for Slack's `reason`, or has ended.
    """

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._since = time.monotonic()
        self.leaving = asyncio.Event()
        self.reason = ""

    @property
    def is_open(self) -> bool:
        return not self._socket.closed

    @property
    def was_steady(self) -> bool:
        return time.monotonic() - self._since >= STEADY

    async def greeted(self) -> None:
        """Wait until Slack says hello. Raise NotSlack."""
        message = await self._socket.receive()
        if message.type is not WSMsgType.TEXT or read(message.data).get("type") != "hello":
            raise NotSlack("It did not say hello.")

    async def envelopes(self) -> AsyncIterator[Envelope]:
        """Yield what Slack delivers, until the connection ends."""
        try:
            async for message in self._socket:
                if message.type is WSMsgType.ERROR:
                    break
                said = read(message.data) if message.type is WSMsgType.TEXT else {}
                if said.get("type") == "disconnect":
                    self.reason = str(said.get("reason") or "")
                    logger.info("Slack asks for a new connection: %s.", self.reason)
                    self.leaving.set()
                elif (envelope := envelope_of(said)) is not None:
                    yield envelope
        finally:
            self.leaving.set()
            await self.close()

    async def send(self, text: str) -> None:
        """Say something, unless nobody is there any more: then Slack delivers again."""
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, ConnectionError, RuntimeError) as error:
            logger.info("An answer to Slack was lost (%s).", type(error).__name__)

    async def close(self) -> None:
        await self._socket.close()


class Dialer:
    """Opens connections."""

    def __init__(self, session: aiohttp.ClientSession, app_token: str, base_url: str) -> None:
        self._session = session
        self._app_token = app_token
        # Without its own token the bot's would be shown, and without retries we decide ourselves.
        self._client = AsyncWebClient(
            token=app_token, base_url=base_url, session=session, retry_handlers=[]
        )

    @classmethod
    @asynccontextmanager
    async def ready(cls, app_token: str, base_url: str) -> AsyncGenerator["Dialer"]:
        """Lend a dialer with a session of its own, whose connections live as long as they like."""
        timeout = aiohttp.ClientTimeout(total=None, connect=DIAL_WITHIN)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            yield cls(session, app_token, base_url)

    async def dial(self) -> Connection:
        """
        Return a connection that Slack has greeted.

        Raise SlackApiError for what Slack says of the token, aiohttp.ClientError or TimeoutError
        for everything else.
        """
        async with asyncio.timeout(DIAL_WITHIN):
            socket = await self._session.ws_connect(
                await self._address(),
                heartbeat=PING_EVERY,
                proxy=self._client.proxy,
                timeout=ClientWSTimeout(ws_close=CLOSE_WITHIN),
            )
            connection = Connection(socket)
            try:
                await connection.greeted()
            except BaseException:
                await connection.close()
                raise
        return connection

    async def _address(self) -> str:
        try:
            return await self._asked()
        except SlackApiError as error:
            if is_passing(error):
                raise
        return await self._asked()  # One odd answer alone does not make a token a bad one.

    async def _asked(self) -> str:
        try:
            answer = await self._client.apps_connections_open(app_token=self._app_token)
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise NotSlack("The answer makes no sense.") from error
        address = text_or_none(answer.data, "url")
        if address is None:
            raise NotSlack("There is no address in the answer.")
        return address
