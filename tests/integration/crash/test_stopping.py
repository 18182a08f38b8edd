"""A process that is asked to stop ends, whatever PostgreSQL does."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.engines import EngineHome
from tests.integration.crash import small_road
from tests.integration.crash.harness import Child, until
from tests.integration.crash.small_road import QUICK, Effects

#: Handing back and taking down take less than a second each, and a connection that is just being
#: made three.
AFTER_THE_DRAIN = 20.0


class Wire:
    """A way to a server that may go dead: nothing is refused, and nothing answered."""

    def __init__(self) -> None:
        self._pumps: set[asyncio.Task[None]] = set()
        self._alive = asyncio.Event()
        self._alive.set()

    def die(self) -> None:
        self._alive.clear()

    @asynccontextmanager
    async def to(self, host: str, port: int) -> AsyncGenerator[int]:
        """Lead to a server; yield the port to ask instead."""

        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there = await asyncio.open_connection(host, port)
            for source, sink in ((reader, there[1]), (there[0], writer)):
                pump = asyncio.create_task(self._pump(source, sink))
                self._pumps.add(pump)

        server = await asyncio.start_server(lead, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for pump in self._pumps:
                pump.cancel()
            await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._alive.wait()
                sink.write(data)
                await sink.drain()
        finally:
            sink.close()


@pytest.mark.parametrize("dead", [False, True])
async def test_asked_to_stop_a_process_ends(
    postgres_engine_home: EngineHome, *, dead: bool
) -> None:
    home, wire = postgres_engine_home, Wire()
    url = sa.make_url(home.database_url)
    async with wire.to(url.host or "", url.port or 0) as port:
        away = url.set(port=port).render_as_string(hide_password=False)
        child = Child.start(small_road.go_on_for_ever, replace(home, database_url=away))
        await asyncio.to_thread(until, lambda: bool(Effects(home).of("ready")))
        if dead:
            wire.die()
        await asyncio.sleep(0.3)
        assert child.process.pid is not None
        os.kill(child.process.pid, signal.SIGTERM)
        asked = time.monotonic()
        code, seen = await asyncio.to_thread(child.wait)

    assert code == 0, seen[-1]
    assert time.monotonic() - asked < QUICK.drain + AFTER_THE_DRAIN
