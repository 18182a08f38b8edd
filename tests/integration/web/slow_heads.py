"""A server with few file descriptors, and somebody who opens many connections and says little."""

import asyncio
import resource
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

SERVER = """
import asyncio
from aiohttp import web
from bot.web.app import make_runner
from tests.integration.web.test_connections import application

async def main():
    runner = make_runner(application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Door:
    """A server of its own process."""

    port: int
    _process: Process

    async def end(self) -> bytes:
        """Kill it, and return what it complained about."""
        if self._process.returncode is None:
            self._process.kill()
        _, complaints = await self._process.communicate()
        return complaints


@asynccontextmanager
async def server(*, descriptors: int) -> AsyncGenerator[Door]:
    """Serve `/healthz` from a process that may open so many file descriptors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER),
        stdout=PIPE,
        stderr=PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)),
        env={"PYTHONPATH": "."},
    )
    assert process.stdout is not None
    door = Door(int(await process.stdout.readline()), process)
    try:
        yield door
    finally:
        await door.end()


@asynccontextmanager
async def attack(port: int, *, connections: int) -> AsyncGenerator[None]:
    """Hold so many connections open that have sent the beginning of a head."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2 * connections + 1_024, most), most))
    writers = []
    for _ in range(connections):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: slipway\r\n")
        writers.append(writer)
    try:
        yield
    finally:
        for writer in writers:
            writer.close()
