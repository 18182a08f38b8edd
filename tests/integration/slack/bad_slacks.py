"""Servers in Slack's place that refuse, keep silent, dawdle or lie."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from aiohttp import web

#: Serves one connection, for better or worse.
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

ME = {"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1", "user": "slipway", "team": "T"}


@asynccontextmanager
async def raw(serve: Serve) -> AsyncGenerator[str]:
    """Lend the address of a server that speaks as *serve* does."""
    connected: set[asyncio.StreamWriter] = set()

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await serve(reader, writer)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"
    finally:
        server.close()
        for writer in connected:
            writer.transport.abort()
        await server.wait_closed()


@contextmanager
def refusing() -> Iterator[str]:
    """Lend the address of nobody."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/api/"


@contextmanager
def unreachable() -> Iterator[str]:
    """Lend an address where connections neither succeed nor fail, as behind a bad firewall."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.settimeout(0)
            with suppress(BlockingIOError):
                filler.connect(address)
        try:
            yield f"http://127.0.0.1:{address[1]}/api/"
        finally:
            for filler in fillers:
                filler.close()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take everything and say nothing."""
    while await reader.read(65536):
        pass


async def dawdling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time."""
    await reader.read(65536)
    for (
        byte
    ) in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n":
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.2)


async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with what is no HTTP."""
    await reader.read(65536)
    writer.write(bytes(range(256)) * 40)
    writer.close()


@asynccontextmanager
async def lying(
    answers: dict[str, object], link: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> AsyncGenerator[str]:
    """Lend a Web API that answers each method with a text or an object, and sockets by *link*."""

    async def answer(request: web.Request) -> web.StreamResponse:
        said = answers.get(request.match_info["method"], {"ok": False, "error": "unknown_method"})
        if isinstance(said, str):
            return web.Response(text=said, content_type="text/html")
        here = f"ws://{request.host}/link"
        text = json.dumps(said).replace("HERE", here)
        return web.Response(text=text, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    app.router.add_get("/link", link)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()


async def no_socket(_request: web.Request) -> web.StreamResponse:
    """Answer with a page instead of a socket."""
    return web.Response(text="<html>Hello</html>", content_type="text/html")


async def mute_socket(request: web.Request) -> web.StreamResponse:
    """Open a socket and never say hello."""
    link = web.WebSocketResponse()
    await link.prepare(request)
    async for _ in link:
        pass
    return link


async def slamming_socket(request: web.Request) -> web.StreamResponse:
    """Say hello and close, each time."""
    link = web.WebSocketResponse()
    await link.prepare(request)
    await link.send_json({"type": "hello"})
    await link.close()
    return link


async def babbling_socket(request: web.Request) -> web.StreamResponse:
    """Say hello and then what nobody understands."""
    link = web.WebSocketResponse()
    await link.prepare(request)
    await link.send_json({"type": "hello"})
    for text in ("", "[]", "{", '{"envelope_id": 5}', '{"envelope_id": "x", "payload": []}'):
        await link.send_str(text)
    await link.send_str('{"type": "events_api", "envelope_id": "x", "payload": {"team": 5}}')
    await link.send_bytes(b"\xff" * 100)
    async for _ in link:
        pass
    return link
