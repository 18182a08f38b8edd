"""People at the door who are slow, many, or make no sense."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientSession, web

from bot.web.app import make_runner
from bot.web.kit.connections import ConnectionLimits
from tests.integration.web import slow_heads

# Far enough apart that a machine which stands still for a second mistakes none for another.
QUICK = ConnectionLimits(head=0.3, idle=1.5, silent=1.0, look=0.05)

HEAD = b"GET /healthz HTTP/1.1\r\nHost: slipway\r\n"
WHOLE = HEAD + b"\r\n"
BODY = b"POST /body HTTP/1.1\r\nHost: slipway\r\nContent-Length: 100\r\n\r\n"

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def well(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def body(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def slow(_request: web.Request) -> web.Response:
    await asyncio.sleep(1.2)
    return web.Response(text="slow")


def application() -> web.Application:
    app = web.Application()
    app.add_routes([web.get("/healthz", well), web.post("/body", body), web.get("/slow", slow)])
    return app


@asynccontextmanager
async def listening(limits: ConnectionLimits = QUICK) -> AsyncGenerator[int]:
    runner = make_runner(application(), patience=0.1, limits=limits)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def said(line: Line, *words: bytes) -> bytes:
    """Send, and return what comes until the other side has nothing more to say."""
    reader, writer = line
    for word in words:
        writer.write(word)
        await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""


async def is_well(port: int) -> bool:
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/healthz") as answer:
        return answer.status == 200


async def until_cut(port: int, *words: bytes) -> tuple[bytes, float]:
    begun = time.monotonic()
    line = await asyncio.open_connection("127.0.0.1", port)
    answer = await said(line, *words)
    line[1].close()
    return answer, time.monotonic() - begun


@pytest.mark.parametrize("words", [b"", b"G", HEAD, HEAD + b"X: y\r\n"])
async def test_b2_a_head_that_does_not_end_is_not_waited_for(words: bytes) -> None:
    async with listening() as port:
        answer, seconds = await until_cut(port, words)

    assert answer == b""
    assert seconds >= 0.3


async def test_b2_a_head_that_comes_byte_by_byte_is_not_waited_for() -> None:
    async with listening() as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"G")
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1), 0.02)
        writer.close()


async def test_b2_between_two_requests_one_may_be_idle_for_longer() -> None:
    async with listening() as port:
        line = await asyncio.open_connection("127.0.0.1", port)
        line[1].write(WHOLE)
        assert (await line[0].readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.5)
        line[1].write(WHOLE)
        assert (await line[0].readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        assert await said(line) == b""
        assert time.monotonic() - begun > 1.4
        line[1].close()


async def test_b2_the_second_head_has_no_more_time_than_the_first() -> None:
    async with listening() as port:
        line = await asyncio.open_connection("127.0.0.1", port)
        line[1].write(WHOLE)
        await line[0].readuntil(b"ok")
        begun = time.monotonic()
        assert await said(line, HEAD) == b""
        assert time.monotonic() - begun < 1.4
        line[1].close()


async def test_b2_a_body_that_stops_coming_is_not_waited_for() -> None:
    async with listening() as port:
        answer, _ = await until_cut(port, BODY, b"half")
        assert answer == b""
        line = await asyncio.open_connection("127.0.0.1", port)
        line[1].write(BODY)
        for _ in range(10):  # Longer than silence may last, and never silent for that long.
            await asyncio.sleep(0.15)
            line[1].write(b"x" * 10)
        assert (await line[0].readuntil(b"100")).startswith(b"HTTP/1.1 200")
        line[1].close()


async def test_b2_an_answer_may_take_its_time() -> None:
    async with listening() as port:
        answer, _ = await until_cut(port, WHOLE.replace(b"/healthz", b"/slow"))

    assert answer.endswith(b"slow")


async def test_b2_of_too_many_from_one_address_the_longest_waiting_goes() -> None:
    limits = ConnectionLimits(per_address=5, look=0.05)
    async with listening(limits) as port:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        for _, writer in waiting:
            writer.write(HEAD)
        assert await is_well(port)

        assert await said(waiting[0]) == b""
        for line in waiting[1:3]:
            line[1].write(b"\r\n")
            assert await line[0].readuntil(b"ok")
        for _, writer in waiting:
            writer.close()


async def test_b2_whoever_is_being_served_is_not_cut_for_a_newcomer() -> None:
    async with listening(ConnectionLimits(per_address=3)) as port, ClientSession() as client:

        async def ask() -> str:
            async with client.get(f"http://127.0.0.1:{port}/slow") as answer:
                return await answer.text()

        served = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0.3)
        answer, _ = await until_cut(port, WHOLE)

        assert answer == b""
        assert await asyncio.gather(*served) == ["slow"] * 3


#: What makes no sense, and how it is answered.
MALFORMED: dict[str, tuple[bytes, int]] = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "no version, as before 1996": (b"GET /healthz\r\n\r\n", 200),
    "another version": (b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n", 400),
    "no method": (b" /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a method with a colon": (b"G:T /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a header without a colon": (b"GET /healthz HTTP/1.1\r\nHost\r\n\r\n", 400),
    "a header with a space before its colon": (b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "a header with a zero byte": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", 400),
    "a header that goes on in the next line": (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
        400,
    ),
    "a long path": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a long header": (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        400,
    ),
    "many headers": (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 1_000 + b"\r\n",
        400,
    ),
    "two lengths": (
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        400,
    ),
    "a length and chunks": (
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n%s\r\n\r\n0\r\n\r\n"
        % b"Transfer-Encoding: chunked",
        400,
    ),
    "a negative length": (b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    "a length that is no number": (
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        400,
    ),
    "a chunk without a size": (
        b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        400,
    ),
    "an encoding that nobody knows": (
        b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: pigeon\r\n\r\n",
        400,
    ),
    "a path outside": (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    "a whole address of another": (b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    "a method that nobody knows": (b"BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a method that is not for this": (b"DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    "a large body": (
        b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + b"a" * 3_000_000,
        413,
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_b2_what_makes_no_sense_has_its_answer(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    words, status = MALFORMED[name]
    async with listening() as port:
        answer, _ = await until_cut(port, words)
        assert await is_well(port)

    assert answer.split(b" ", 2)[1] == str(status).encode()
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.slow
async def test_b2_three_thousand_slow_heads_keep_nobody_out() -> None:
    async with slow_heads.server(descriptors=1_024) as door:
        async with slow_heads.attack(door.port, connections=3_000):
            assert await asyncio.wait_for(is_well(door.port), 10)
        complaints = await door.end()

    assert len(complaints) < 10_000
