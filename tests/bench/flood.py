"""
How soon the door answers while somebody posts thousands of badly signed requests a second.

    uv run python -m tests.bench.flood [--seconds 10] [--connections 50] [--per-second 5000]

The server is our own, in a process of its own, with Slack's door and the limits that it has in
service. It prints the time of `/healthz` without and with the flood; wanted is at most 100 ms
with it. The flood takes a core: on a machine with fewer than three, it is part of what is measured.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from aiohttp import ClientSession, web
from slack_bolt.async_app import AsyncApp

from bot.slack.line.http import PATH, Entrance
from bot.web.app import make_web
from bot.web.kit.doors import Access, Door
from storage.migrations import migrate
from tests.integration.web.conftest import open_site, parts_of, serving

WANTED = 0.1


async def _serve(ready: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/slipway.db"
        await migrate.upgrade(url)
        async with open_site(url, Path(folder)) as site:
            entrance = Entrance(AsyncApp(signing_secret="x", token="xoxb-0"), "s" * 32)
            door = Door(method="POST", path=PATH, access=Access.SLACK, handler=_taken)
            parts = parts_of(site, doors=[door], guards={Access.SLACK: entrance.admit})
            async with serving(make_web(replace(parts, proxies=("127.0.0.1",)))) as address:
                ready.send(address)
                await asyncio.Event().wait()


async def _taken(_request: web.Request) -> web.Response:
    return web.Response()


def _served(ready: Connection) -> None:
    asyncio.run(_serve(ready))


def _flooded(
    port: int, connections: int, per_second: int, seconds: float, told: Connection
) -> None:
    told.send(asyncio.run(_flood(port, connections, per_second, seconds)))


async def _flood(port: int, connections: int, per_second: int, seconds: float) -> Counter[str]:
    until, found = time.monotonic() + seconds, Counter[str]()
    pause = connections / per_second
    await asyncio.gather(*(_post(port, pause, until, found) for _ in range(connections)))
    return found


async def _post(port: int, pause: float, until: float, found: Counter[str]) -> None:
    """Post again and again, by hand: a client of its own would take longer than the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"type": "event_callback"}'
    stamp = int(time.time())
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={'0' * 64}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    while time.monotonic() < until:
        begun = time.monotonic()
        writer.write(head + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(line for line in answer.lower().splitlines() if "content-length" in line)
        await reader.readexactly(int(length.partition(":")[2]))
        found[answer.split()[1]] += 1
        await asyncio.sleep(max(pause - (time.monotonic() - begun), 0))
    writer.close()


async def asked(address: str, seconds: float) -> list[float]:
    """Return the seconds of each question that was asked in that time, ten a second."""
    found, until = [], time.monotonic() + seconds
    async with ClientSession() as client:
        while time.monotonic() < until:
            begun = time.monotonic()
            async with client.get(f"{address}/healthz") as answer:
                await answer.read()
            found.append(time.monotonic() - begun)
            await asyncio.sleep(0.1)
    return found


@contextmanager
def server() -> Iterator[str]:
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_served, args=(theirs,), daemon=True)
    process.start()
    try:
        yield str(mine.recv())
    finally:
        process.terminate()
        process.join()


def main(connections: int, per_second: int, seconds: float) -> None:
    with server() as address:
        quiet = asyncio.run(asked(address, 2))
        mine, theirs = multiprocessing.Pipe()
        port = int(address.rpartition(":")[2])
        flood = multiprocessing.Process(
            target=_flooded, args=(port, connections, per_second, seconds, theirs)
        )
        flood.start()
        attacked = sorted(asyncio.run(asked(address, seconds - 1)))
        answers = mine.recv()
        flood.join()
    each = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
    print(f"bad signatures: {sum(answers.values()) / seconds:.0f} a second ({each})")
    print(f"/healthz, nobody else: median {median(quiet) * 1000:.1f} ms")
    print(
        f"/healthz, meanwhile:   median {median(attacked) * 1000:.1f} ms, "
        f"95 of 100 within {attacked[int(len(attacked) * 0.95)] * 1000:.1f} ms, "
        f"worst {attacked[-1] * 1000:.1f} ms (wanted <= {WANTED * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--per-second", type=int, default=5_000)
    options = parser.parse_args()
    main(options.connections, options.per_second, options.seconds)
