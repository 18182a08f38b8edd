"""Downloads from Slack, against a file server that misbehaves."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from bot.slack.files.files import Files
from bot.slack.files.source import SlackSource
from bot.slack.line import client
from bot.slack.line.health import SlackStanding
from provisioning.errors import SourceFailed, SourceGone, SourceUnreachable

TOKEN = "xoxb-secret"
BYTES = bytes(range(256)) * 8192
ANSWER = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Server:
    """Answers files.info and downloads; each download by the next of `answers`."""

    size: int = len(BYTES)
    path: str = "/files/app.ipa"
    url: str = ""
    knows_token: bool = True
    answers: list[ANSWER] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)

    async def info(self, _request: web.Request) -> web.Response:
        file = {
            "id": "F1",
            "name": "app.ipa",
            "size": self.size,
            "mode": "hosted",
            "url_private_download": self.url + self.path,
        }
        return web.json_response({"ok": True, "file": file})

    async def who(self, _request: web.Request) -> web.Response:
        if self.knows_token:
            return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1"})
        return web.json_response({"ok": False, "error": "invalid_auth"})

    async def download(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization", ""))
        self.ranges.append(request.headers.get("Range", ""))
        answer = self.answers.pop(0) if self.answers else whole
        return await answer(request)


async def whole(_request: web.Request) -> web.Response:
    return web.Response(body=BYTES, content_type="application/zip")


def cut(at: int) -> ANSWER:
    """Promise the file from where it was asked for, and break off."""

    async def answer(request: web.Request) -> web.StreamResponse:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        headers = {"Content-Length": str(len(BYTES) - start)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(BYTES) - 1}/{len(BYTES)}"
        response = web.StreamResponse(status=206 if start else 200, headers=headers)
        await response.prepare(request)
        await response.write(BYTES[start:at])
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


async def rest(request: web.Request) -> web.Response:
    start = int(request.headers["Range"][6:-1])
    headers = {"Content-Range": f"bytes {start}-{len(BYTES) - 1}/{len(BYTES)}"}
    return web.Response(status=206, body=BYTES[start:], headers=headers)


def redirect(to: str) -> ANSWER:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": to})

    return answer


def status(code: int, **headers: str) -> ANSWER:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=code, headers=headers)

    return answer


@asynccontextmanager
async def serving(server: Server) -> AsyncGenerator[SlackSource]:
    app = web.Application()
    app.router.add_route("*", "/api/files.info", server.info)
    app.router.add_route("*", "/api/auth.test", server.who)
    app.router.add_get("/{tail:.*}", server.download)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    server.url = f"http://{host}"
    async with client.open_session() as session:
        ways = client.clients(session, token=TOKEN, base_url=f"http://{host}/api/")
        yield SlackSource(ways, Files(ways.patient, SlackStanding()), hosts=[host])
    await runner.cleanup()


async def fetched(source: SlackSource) -> bytes:
    async with source.open({"file_id": "F1"}) as incoming:
        return b"".join([chunk async for chunk in incoming.chunks])


async def test_a_file_is_streamed_in_pieces_with_its_name_and_size() -> None:
    async with serving(Server()) as source, source.open({"file_id": "F1"}) as incoming:
        pieces = [len(chunk) async for chunk in incoming.chunks]

    assert incoming.file_name == "app.ipa"
    assert incoming.size == sum(pieces) == len(BYTES)
    assert max(pieces) <= 1024 * 1024


async def test_nothing_is_fetched_before_somebody_reads() -> None:
    server = Server()
    async with serving(server) as source, source.open({"file_id": "F1"}):
        pass

    assert server.tokens == []


async def test_a_connection_that_breaks_goes_on_where_it_stopped() -> None:
    server = Server(answers=[cut(100_000), cut(500_000), rest])
    async with serving(server) as source:
        got = await fetched(source)

    assert got == BYTES
    assert server.ranges == ["", "bytes=100000-", "bytes=500000-"]


async def test_18_a_server_that_cannot_begin_in_the_middle_leaves_a_short_body() -> None:
    server = Server(answers=[cut(100_000), whole])
    async with serving(server) as source:
        with pytest.raises(SourceFailed, match=r"broke off at 100000 of"):
            await fetched(source)


async def test_15_a_file_deleted_in_the_middle_is_gone() -> None:
    server = Server(answers=[cut(100_000), status(404)])
    async with serving(server) as source:
        with pytest.raises(SourceGone):
            await fetched(source)


@pytest.mark.parametrize("code", [404, 410])
async def test_15_a_file_that_is_not_there_is_gone(code: int) -> None:
    async with serving(Server(answers=[status(code)])) as source:
        with pytest.raises(SourceGone):
            await fetched(source)


@pytest.mark.parametrize("size", [len(BYTES) - 1, len(BYTES) + 1])
async def test_18_a_wrong_length_is_refused(size: int) -> None:
    async with serving(Server(size=size)) as source:
        with pytest.raises(SourceFailed, match="bytes of a file that has"):
            await fetched(source)


async def test_18_more_bytes_than_promised_are_refused_even_without_a_length() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(BYTES + b"more")
        return response

    async with serving(Server(answers=[endless])) as source:
        with pytest.raises(SourceFailed, match="over"):
            await fetched(source)


@pytest.mark.parametrize("code", [401, 403])
async def test_18_a_refused_token_names_the_scope(code: int) -> None:
    async with serving(Server(answers=[status(code)])) as source:
        with pytest.raises(SourceFailed, match="files:read"):
            await fetched(source)


async def test_a9_a_token_that_slack_does_not_take_at_all_is_no_fault_of_the_file() -> None:
    server = Server(answers=[status(401)], knows_token=False)
    async with serving(server) as source:
        with pytest.raises(SourceUnreachable):
            await fetched(source)


async def test_18_a_redirect_within_the_allowed_hosts_is_followed() -> None:
    server = Server(answers=[redirect("/files/there.ipa"), whole])
    async with serving(server) as source:
        assert await fetched(source) == BYTES

    assert server.tokens == [f"Bearer {TOKEN}"] * 2


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("http://evil.example/x", "does not trust"),
        ("https://files.slack.com.evil.example/x", "does not trust"),
        ("file:///etc/passwd", "does not trust"),
        ("https://acme.slack.com/?redir=%2Ffiles-pri%2Fx", "files:read"),
    ],
)
async def test_18_a_redirect_elsewhere_never_carries_the_token(to: str, sentence: str) -> None:
    server = Server(answers=[redirect(to)])
    async with serving(server) as source:
        with pytest.raises(SourceFailed, match=sentence):
            await fetched(source)

    assert len(server.tokens) == 1


async def test_18_redirects_in_circles_end() -> None:
    async with serving(Server(answers=[redirect("/again")] * 9)) as source:
        with pytest.raises(SourceFailed, match="circles"):
            await fetched(source)


async def test_1_a_busy_file_server_is_asked_again() -> None:
    busy = [status(429, **{"Retry-After": "0"}), status(503, **{"Retry-After": "0"})]
    async with serving(Server(answers=[*busy, whole])) as source:
        assert await fetched(source) == BYTES


async def test_a_plain_address_is_refused_where_slack_speaks_https() -> None:
    async with client.open_session() as session:
        ways = client.clients(session, token=TOKEN, base_url="https://slack.com/api/")
        source = SlackSource(ways, Files(ways.patient, SlackStanding()), hosts=["files.slack.com"])

        with pytest.raises(SourceFailed, match="does not trust"):
            source._check_host("http://files.slack.com/x")
        with pytest.raises(SourceFailed, match="does not trust"):
            source._check_host("https://user@files.slack.com/x")
        source._check_host("https://files.slack.com/x")


async def test_the_session_is_the_only_one() -> None:
    async with client.open_session() as session:
        ways = client.clients(session, token=TOKEN, base_url="https://slack.com/api/")

    assert isinstance(ways.session, aiohttp.ClientSession)
    assert {ways.hurried.session, ways.patient.session, ways.careful.session} == {session}
