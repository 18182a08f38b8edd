"""The connection to a phone, and how many bytes of an answer really arrived there."""

import asyncio
import fcntl
import os
import struct
import termios
from collections.abc import AsyncGenerator, AsyncIterator

from aiohttp import web

#: So many seconds pass between two looks at what has arrived.
LOOK = 0.01

#: Whoever has hung up confirms nothing more after so many seconds.
LAST_WORDS = 0.5


class Wire:
    """
    Sends one body and counts what the other side has confirmed.

    The system takes some megabytes from us before any of them travels. If those counted, a small
    package would be complete for somebody who left after its first byte. So the system is asked
    what it still holds (TIOCOUTQ, tcp(7)), through a copy of the socket that lives on when the
    client hangs up. Where it does not say, what it took counts. `close` must be called at the end.
    """

    def __init__(self, request: web.Request, response: web.StreamResponse) -> None:
        self._request = request
        self._response = response
        self._socket = -1
        self.written = 0
        self.confirmed = 0
        transport = request.transport
        if transport is None:
            return
        # A write then returns once the system has taken everything, so that nothing of it can be
        # lost between the two without our knowing.
        transport.set_write_buffer_limits(high=0)
        socket = transport.get_extra_info("socket")
        if socket is not None and socket.fileno() >= 0:
            self._socket = os.dup(socket.fileno())

    async def pour(self, pieces: AsyncIterator[bytes], *, stall: float) -> None:
        """
        Write *pieces*.

        Raise ConnectionError when the client leaves, TimeoutError when it takes nothing for *stall*
        seconds, and whatever the pieces raise.
        """
        try:
            async for piece in pieces:
                async with asyncio.timeout(stall):
                    await self._response.write(piece)
                    await self._request.writer.drain()
                self.written += len(piece)
                self._look()
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()  # Or the file stays open until somebody collects it.

    async def arrival(self, *, stall: float) -> None:
        """
        Wait until everything written is confirmed.

        Raise ConnectionResetError when the client left before, TimeoutError when nothing is
        confirmed for *stall* seconds.
        """
        loop = asyncio.get_running_loop()
        moved = loop.time()
        while not self._look():
            await asyncio.sleep(LOOK)
            before = self.confirmed
            if self._look() or self.confirmed > before:
                moved = loop.time()
            elif self._gone() and loop.time() > moved + LAST_WORDS:
                raise ConnectionResetError
            elif loop.time() > moved + stall:
                raise TimeoutError

    def cut(self) -> None:
        """Break the connection, so that the client knows that it did not get everything."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def close(self) -> None:
        self._look()
        if self._socket >= 0:
            os.close(self._socket)
            self._socket = -1

    def _look(self) -> bool:
        self.confirmed = max(self.confirmed, self.written - self._held())
        return self.confirmed == self.written

    def _gone(self) -> bool:
        transport = self._request.transport
        return transport is None or transport.is_closing()

    def _held(self) -> int:
        """Return how many bytes the system has taken and the other side has not confirmed."""
        if self._socket < 0:
            return 0
        try:
            answer = fcntl.ioctl(self._socket, termios.TIOCOUTQ, bytes(4))
        except OSError:
            return 0
        return int(struct.unpack("i", answer)[0])
