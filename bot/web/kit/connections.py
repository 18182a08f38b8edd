"""
Connections: how long they may keep us waiting, and how many there may be.

aiohttp waits for an hour for the end of a head, and for ever for the rest of a body; a few thousand
such connections would take every file descriptor. Who does not read is seen to where we send.
"""

import asyncio
import resource
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Seconds and numbers."""

    head: float = 10.0  #: From the beginning of a connection, or of a head, to the head's end.
    idle: float = 75.0  #: Between two requests; longer than the 60 of nginx's kept connections.
    silent: float = 30.0  #: In the middle of a body.
    look: float = 1.0  #: Between two looks for those who take longer.
    per_address: int = 256  #: Beyond that the longest waiting of an address has to go.
    total: int = 0  #: The same for all addresses; 0: what the file descriptors allow.


LIMITS = ConnectionLimits()

#: File descriptors for everything but the people at the door: databases, files, Slack, and as many
#: as the loop accepts before it tells us of one (asyncio's backlog).
RESERVED = 320


def allowed_in_total() -> int:
    """Return how many connections the file descriptors of this process allow."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(64, soft - RESERVED) if soft != resource.RLIM_INFINITY else 1 << 16


class Caller(web.RequestHandler):
    """One connection, and since when it keeps us waiting."""

    __slots__ = ("_heard", "_keeper", "_waits_since", "address")

    def __init__(self, manager: "PatientServer", **options: Any) -> None:  # noqa: ANN401 - aiohttp's own
        super().__init__(manager, **options)
        self._keeper = manager.keeper
        self._waits_since = self._heard = self._loop.time()
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) else ""
        self._keeper.came(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._keeper.went(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        now = self._loop.time()
        if self.is_waited_for and self._heard < self._waits_since:
            self._waits_since = now  # A head begins.
        self._heard = now
        super().data_received(data)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        finished = await super().finish_response(request, resp, start_time)
        self._waits_since = self._loop.time()
        return finished

    @property
    def is_waited_for(self) -> bool:
        """True while no request of it is complete and unanswered."""
        return not self._request_in_progress and not self._messages

    @property
    def waits_since(self) -> float:
        return self._waits_since

    def is_too_slow(self, limits: ConnectionLimits) -> bool:
        """Return whether it keeps us waiting for longer than it may."""
        now = self._loop.time()
        if self.is_waited_for:
            is_between = self._request_count > 0 and self._heard < self._waits_since
            return now - self._waits_since > (limits.idle if is_between else limits.head)
        request = self._current_request
        is_sending = request is not None and not request.content.is_eof()
        return is_sending and now - self._heard > limits.silent

    def cut(self) -> None:
        """End it at once, whatever is under way."""
        if self.transport is not None:
            self.transport.abort()


class Keeper:
    """Looks after the connections of a server."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._total = limits.total or allowed_in_total()
        self._open: dict[str, dict[Caller, None]] = {}
        self._count = 0

    def came(self, connection: Caller) -> None:
        """Make room for a new one, at the cost of whoever has waited longest without a request."""
        own = self._open.setdefault(connection.address, {})
        own[connection] = None
        self._count += 1
        if len(own) > self._limits.per_address:
            self._cut_one(own, but=connection)
        elif self._count > self._total:
            fullest = max(self._open, key=lambda address: len(self._open[address]))
            self._cut_one(self._open[fullest], but=connection)

    def went(self, connection: Caller) -> None:
        own = self._open.get(connection.address, {})
        if connection in own:
            del own[connection]
            self._count -= 1
        if not own:
            self._open.pop(connection.address, None)

    def _cut_one(self, among: Collection[Caller], *, but: Caller) -> None:
        """Cut the longest waiting, or the newcomer where everybody else is being served."""
        waiting = (one for one in among if one.is_waited_for and one is not but)
        victim = min(waiting, key=lambda one: one.waits_since, default=but)
        victim.cut()
        self.went(victim)  # It is lost only in a moment, and others come in the meantime.

    async def look_after(self) -> None:
        """Cut those that are too slow, again and again."""
        while True:
            await asyncio.sleep(self._limits.look)
            everybody = [one for own in self._open.values() for one in own]
            for connection in everybody:
                if connection.is_too_slow(self._limits):
                    connection.cut()


class PatientServer(web.Server):
    """A server whose connections are looked after."""

    def __init__(self, like: web.Server, keeper: Keeper, **options: Any) -> None:  # noqa: ANN401 - aiohttp's own
        super().__init__(like.request_handler, request_factory=like.request_factory, **options)
        self.keeper = keeper
        self._looking = asyncio.create_task(keeper.look_after(), name="connections")

    def __call__(self) -> web.RequestHandler:
        return Caller(self, loop=self._loop, **self._kwargs)

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - aiohttp's own
        self._looking.cancel()
        await super().shutdown(timeout)


class PatientRunner(web.AppRunner):
    """Serves an application to people who may be slow, but not for ever."""

    def __init__(self, app: web.Application, limits: ConnectionLimits, **options: Any) -> None:  # noqa: ANN401 - aiohttp's own
        super().__init__(app, keepalive_timeout=limits.idle, **options)
        self._limits = limits

    async def _make_server(self) -> web.Server:
        return PatientServer(await super()._make_server(), Keeper(self._limits), **self._kwargs)
