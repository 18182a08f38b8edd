"""
Socket Mode: Slack's deliveries over a WebSocket that we open.

slack_sdk has a client for this. Ours exists because that one never ceases to try once it began to
connect, so that a process whose Slack is out of reach could not be stopped, and because it closes a
connection that Slack wants replaced before it opens the next one: clicks in between are lost.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.slack.kit.codes import code_of, is_passing
from bot.slack.line.admission import SOCKET_MODE_OFF, app_token_refused
from bot.slack.line.connection import Connection, Dialer
from bot.slack.line.delivery import Senseless, deliver
from bot.slack.line.envelopes import Envelope, acknowledgement
from bot.slack.line.health import SlackStanding
from bot.slack.line.pauses import growing

logger = logging.getLogger(__name__)

#: In seconds: between attempts.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
#: In seconds: a connection that was told to go is left to Slack for so long.
LINGER = 15.0
#: In seconds: what is being answered when the socket closes may take so long to end.
CLOSE_WITHIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketParts:
    """What a socket works with. *on_back* is called when a connection follows one that was lost."""

    app: AsyncApp
    standing: SlackStanding
    app_token: str
    base_url: str
    on_back: Callable[[], Awaitable[object]]


class Socket:
    """
    The connection to Slack, opened anew whenever it is lost.

    The address of the socket comes from `apps.connections.open` at the base URL, which may be plain
    http.
    """

    def __init__(self, parts: SocketParts) -> None:
        self._parts = parts
        self._current: Connection | None = None
        self._refused = ""
        self._running: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def complaint(self) -> str:
        """Return the sentence of `/healthz`, empty while there is a connection."""
        if self._current is not None and self._current.is_open:
            return ""
        if self._refused:
            return str(app_token_refused(self._refused))
        return "The socket to Slack is not connected."

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[None]:
        """
        Be connected until the block ends; with Slack out of reach, as soon as it is back.

        Raise NotLetIn when Slack does not take the app-level token.
        """
        async with Dialer.ready(self._parts.app_token, self._parts.base_url) as dialer:
            try:
                first = await self._dial(dialer) if self._is_slack_there() else None
                if self._refused:
                    raise app_token_refused(self._refused)
                self._start(self._running, self._keep(dialer, first), "keep the socket open")
                yield
            finally:
                await self._close()

    def _is_slack_there(self) -> bool:
        return self._parts.standing.reachable.is_set()

    async def _keep(self, dialer: Dialer, connection: Connection | None) -> None:
        """Have a connection, and another one as soon as that is about to go."""
        pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
        is_gap = False
        while True:
            while connection is None:
                is_gap = True
                await self._rest(next(pauses))
                connection = await self._dial(dialer)
            self._enter(connection, is_gap=is_gap)
            await connection.leaving.wait()
            if connection.reason == SOCKET_MODE_OFF:
                self._refused = SOCKET_MODE_OFF
                logger.error("%s", app_token_refused(SOCKET_MODE_OFF))
            if connection.was_steady:
                pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
            else:
                await asyncio.sleep(next(pauses))
            self._start(self._running, self._part_with(connection), "let a connection go")
            is_gap = not connection.is_open
            connection = await self._dial(dialer)

    def _enter(self, connection: Connection, *, is_gap: bool) -> None:
        logger.info("Connected to Slack by Socket Mode.")
        self._current, self._refused = connection, ""
        self._start(self._running, self._listen(connection), "listen to Slack")
        if is_gap:
            self._start(self._running, self._made_up_for(), "make up for what was missed")

    async def _dial(self, dialer: Dialer) -> Connection | None:
        """Return a new connection, None when there is none to be had now."""
        try:
            return await dialer.dial()
        except SlackApiError as error:
            if not is_passing(error):
                self._refused = code_of(error)
            why = code_of(error) or "an odd answer"
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            why = type(error).__name__
        if self._is_slack_there():
            # While Slack is out of reach altogether, somebody else says so.
            logger.warning("The socket to Slack could not be opened (%s); it is tried again.", why)
        return None

    async def _rest(self, pause: float) -> None:
        """Wait for the next attempt, which comes at once when Slack is back."""
        if self._is_slack_there():
            await asyncio.sleep(pause)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._parts.standing.reachable.wait()

    @staticmethod
    async def _part_with(connection: Connection) -> None:
        """Leave an old connection to Slack for a while: answers may still be on their way."""
        await asyncio.sleep(LINGER)
        await connection.close()

    async def _listen(self, connection: Connection) -> None:
        async for envelope in connection.envelopes():
            self._start(self._answering, self._answer(connection, envelope), "answer Slack")

    async def _answer(self, connection: Connection, envelope: Envelope) -> None:
        try:
            answer = await deliver(self._parts.app, envelope.payload, envelope.headers)
        except Senseless as mistake:
            logger.warning("A delivery by socket made no sense: %s.", mistake)
            return
        except Exception:
            logger.exception("A delivery by socket was not taken; Slack brings it again.")
            return
        text = acknowledgement(envelope, answer)
        if text is not None:
            await connection.send(text)

    async def _made_up_for(self) -> None:
        try:
            await self._parts.on_back()
        except Exception:
            logger.exception("What was missed could not be looked for; the clock does it again.")

    def _start(
        self, among: set[asyncio.Task[None]], work: Coroutine[Any, Any, None], name: str
    ) -> None:
        task = asyncio.create_task(work, name=name)
        among.add(task)
        task.add_done_callback(among.discard)

    async def _close(self) -> None:
        if self._answering:
            await asyncio.wait(self._answering, timeout=CLOSE_WITHIN)
        tasks = self._running | self._answering
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._current is not None:
            await self._current.close()
