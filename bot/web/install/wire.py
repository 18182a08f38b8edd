"""The connection to a phone, and how many bytes of an answer really arrived there."""

import asyncio
import errno
import fcntl
import os
import select
import struct
import termios
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import BinaryIO

from aiohttp import web

from storage.blobs.assembling import Extent
from storage.errors import BlobMissing

#: So many seconds pass between two looks at what has arrived.
LOOK = 0.01

#: Whoever has hung up confirms nothing more after so many seconds.
LAST_WORDS = 0.5

#: A download has a thread for so many seconds, then the others have their turn.
TURN = 0.1

#: In that turn, so many milliseconds are waited for a client that has enough for now.
NAP = 5

#: So many bytes are given to the system at once.
PIECE = 4 * 1024 * 1024

#: What the system says where a file system cannot send by itself; then so many bytes are copied.
NOT_FROM_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
COPY = 256 * 1024


class Wire:
    """
    Sends one body over a plain connection and counts what the other side has confirmed.

    TLS is the proxy's. The system takes some megabytes from us before any of them travels. If those
    counted, a small package would be complete for somebody who left after its first byte. So the
    system is asked what it still holds (TIOCOUTQ, tcp(7)), through a copy of the socket that lives
    on when the client hangs up. Where it does not say, what it took counts. `close` must be called
    at the end.
    """

    def __init__(self, request: web.Request) -> None:
        self._request = request
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

    async def pour(self, extents: AsyncIterator[Extent], *, stall: float) -> None:
        """
        Send what lies in *extents*, from the files to the system without a copy of ours.

        Raise ConnectionError when the client leaves, TimeoutError when it takes nothing for *stall*
        seconds, BlobMissing when a file ends too soon, and whatever the extents raise.
        """
        if self._socket < 0:
            raise ConnectionResetError
        async with asyncio.timeout(stall):
            await self._request.writer.drain()  # The headers come first.
        try:
            async for extent in extents:
                await self._carry(extent, stall)
        finally:
            if isinstance(extents, AsyncGenerator):
                await extents.aclose()  # Or the file stays open until somebody collects it.

    async def _carry(self, extent: Extent, stall: float) -> None:
        behind = self.written - extent.start
        while (at := self.written - behind) < extent.end:
            if self._gone():
                raise ConnectionResetError
            pushing = asyncio.ensure_future(asyncio.to_thread(self._push, extent, at))
            try:
                more = await asyncio.shield(pushing)
            finally:
                # Whoever is cut off here would close what the thread still uses.
                await asyncio.wait({pushing})
            self._look()
            if not more:
                await self._room(stall)

    def _push(self, extent: Extent, at: int) -> bool:
        """
        Give the system what it takes within TURN seconds; return whether it would take more.

        In a thread: a disk may take its time. A fast client empties what the system holds so soon
        that it is cheaper to wait for it here than in the loop.
        """
        until = time.monotonic() + TURN
        ready = select.poll()
        ready.register(self._socket, select.POLLOUT)
        while at < extent.end and time.monotonic() < until:
            try:
                taken = _given(self._socket, extent.file, at, min(extent.end - at, PIECE))
            except BlockingIOError:
                if not ready.poll(NAP):
                    return False
                continue
            if not taken:
                raise BlobMissing
            at += taken
            self.written += taken
            self._request.writer.output_size += taken  # The access log tells of it.
        return True

    async def _room(self, stall: float) -> None:
        """Wait until the system takes more. Raise TimeoutError as `pour` does."""
        while True:
            before = self._held()
            try:
                async with asyncio.timeout(stall):
                    await self._writable()
            except TimeoutError:
                if self._held() >= before:
                    raise
            else:
                return

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        able = asyncio.Event()
        loop.add_writer(self._socket, able.set)
        try:
            await able.wait()
        finally:
            loop.remove_writer(self._socket)

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


def _given(socket: int, file: BinaryIO, at: int, count: int) -> int:
    """Return how many bytes the system took. Raise BlockingIOError when it takes none now."""
    try:
        return os.sendfile(socket, file.fileno(), at, count)
    except OSError as error:
        if error.errno not in NOT_FROM_HERE:
            raise
    return os.write(socket, os.pread(file.fileno(), min(count, COPY), at))
