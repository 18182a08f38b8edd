"""Rate limits at the edge: who is refused, who is not, and what is said of it."""

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.slack.line.http import PATH, Entrance
from bot.web.app import make_web
from bot.web.kit.doors import Access, Door, Meter, declared_doors
from bot.web.kit.limits import RequestRates
from bot.web.kit.paths import masked
from tests.integration.web import proxies
from tests.integration.web.conftest import parts_of, serving
from tests.integration.web.site import DESKTOP, IPHONE, Answer, Site
from tests.town.counting import statements_of
from tests.unit.bot.web.kit.test_buckets import Clock

HTML = "text/html,application/xhtml+xml"


@dataclass
class Edge:
    """A site whose limits are low and whose clock is moved by hand."""

    site: Site
    clock: Clock

    async def ask(self, path: str, caller: str = "203.0.113.9", **headers: str) -> Answer:
        return await self.site.get(path, X_Forwarded_For=caller, **headers)

    async def statuses(self, times: int, path: str, caller: str = "203.0.113.9") -> list[int]:
        return [(await self.ask(path, caller)).status for _ in range(times)]


@asynccontextmanager
async def edge(
    site: Site, *doors: Door, guard: Callable[..., object] | None = None, **rates: int
) -> AsyncGenerator[Edge]:
    clock, usual = Clock(), site.address
    guards = {Access.SLACK: guard} if guard is not None else {}
    parts = replace(
        parts_of(site, doors=doors, guards=guards),  # type: ignore[arg-type]
        rates=RequestRates(**rates),
        proxies=("127.0.0.1",),
        clock=clock,
    )
    async with serving(make_web(parts)) as site.address:
        yield Edge(site=site, clock=clock)
    site.address = usual


async def test_an_address_is_refused_until_it_has_waited_and_no_other_is(site: Site) -> None:
    offer = await site.offer()
    async with edge(site, per_address=30) as at:
        assert await at.statuses(31, offer.path) == [200] * 30 + [429]
        assert await at.statuses(1, offer.path, "198.51.100.7") == [200]
        refused = await at.ask(offer.path, Accept=HTML)
        plain, program = (
            await at.ask(offer.path),
            await at.ask(offer.path, Accept="application/json"),
        )

        # A browser gets a page, a program JSON, and anything else a line.
        assert refused.status == 429
        assert refused.headers["Retry-After"] == "2"
        assert refused.headers["Cache-Control"] == "private, no-store"
        assert "<h1>One moment, please</h1>" in refused.text
        assert "Too many requests came from your network at once. Try again in 2 seconds." in (
            refused.text
        )
        assert plain.text.endswith("Try again in 2 seconds.\n")
        assert plain.headers["Content-Type"].startswith("text/plain")
        assert program.text.startswith('{"error": "Too many requests')

        at.clock.now += int(refused.headers["Retry-After"])
        assert await at.statuses(2, offer.path) == [200, 429]


async def test_what_a_caller_writes_into_the_header_does_not_help(site: Site) -> None:
    async with edge(site, per_address=5) as at:
        path, found = "/doctor/probe", []
        for number in range(8):
            answer = await at.ask(path, f"1.2.3.{number}, 203.0.113.9")
            found.append(answer.status)
        for number in range(3):
            answer = await at.ask(
                path, "203.0.113.9", X_Real_IP=f"1.2.3.{number}", Forwarded="for=9.9.9.9"
            )
            found.append(answer.status)

    assert found == [200] * 5 + [429] * 6


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
async def test_nginx_as_the_docs_have_it_says_who_asks(site: Site, tmp_path: Path) -> None:
    async with edge(site, per_address=3) as at:
        folder = tmp_path / "nginx"
        folder.mkdir()
        upstream = at.site.address.removeprefix("http://")
        with proxies.nginx(folder, upstream=upstream, blobs=tmp_path) as at.site.address:
            found = await at.statuses(5, "/doctor/probe")
            other = await at.statuses(1, "/doctor/probe", "198.51.100.7")

    assert found == [200] * 3 + [429] * 2
    assert other == [200]


async def test_a_whole_network_of_ipv6_is_one_address(site: Site) -> None:
    async with edge(site, per_address=3) as at:
        found = [
            (await at.ask("/doctor/probe", f"2001:db8:1:2::{number:x}")).status
            for number in range(5)
        ]
        other = await at.statuses(1, "/doctor/probe", "2001:db8:1:3::1")

    assert found == [200] * 3 + [429] * 2
    assert other == [200]


async def test_a_link_is_refused_wherever_it_is_asked_for_and_no_other_link(site: Site) -> None:
    offer, other = await site.offer(), await site.offer()
    own = f"/me/{await site.pages.token_of(offer.shelf.tester.id)}"
    async with edge(site, per_link=4) as at:
        found = [(await at.ask(offer.path, f"198.51.100.{one}")).status for one in range(6)]
        refused = await at.ask(offer.path, Accept=HTML)

        assert found == [200] * 4 + [429] * 2
        assert "This link was asked for too often at once." in refused.text
        assert await at.statuses(1, other.path) == [200]
        assert await at.statuses(5, own) == [200] * 4 + [429]
        at.clock.now += 60
        assert await at.statuses(1, offer.path) == [200]


async def test_a_phone_that_fetches_a_package_in_pieces_is_not_taken_for_a_flood(
    site: Site,
) -> None:
    offer = await site.offer()
    async with edge(site, per_link=4) as at:
        found = []
        for number in range(70):
            answer = await at.ask(offer.ipa, Range=f"bytes={number * 100}-{number * 100 + 99}")
            found.append(answer.status)
        assert found == [206] * 70
        # What is read beside is counted by itself; and there is an end to pieces, too.
        assert await at.statuses(5, offer.path) == [200] * 4 + [429]
        assert await at.statuses(11, offer.ipa) == [200] * 10 + [429]


async def test_who_looks_for_links_is_refused_before_the_database_is_asked(site: Site) -> None:
    offer = await site.offer()
    async with edge(site, in_vain=10) as at:
        guesses = [f"/i/{number:022d}" for number in range(14)]
        found = [(await at.ask(guess)).status for guess in guesses]
        with statements_of(site.database) as heard:
            refused = await at.ask(guesses[0], Accept=HTML)
            nowhere = await at.ask("/wp-login.php")

        assert found == [404] * 10 + [429] * 4
        assert (refused.status, nowhere.status) == (429, 429)
        assert "led nowhere" in refused.text
        assert heard == []
        # Their neighbours, and whoever comes from elsewhere, are not theirs to refuse.
        assert await at.statuses(1, offer.path, "198.51.100.7") == [200]
        at.clock.now += int(refused.headers["Retry-After"])
        assert await at.statuses(1, offer.path) == [200]


async def test_an_office_behind_one_address_is_never_refused(site: Site) -> None:
    offers = [await site.offer(content=b"x" * 1000) for _ in range(3)]
    async with edge(site) as at:  # With what is usual.
        found = set()
        for offer in offers:
            paths = ["", "/manifest.plist", "/app.ipa", "/icon-57.png", "/code.svg"]
            answers = await asyncio.gather(
                *(at.ask(offer.path + path) for _ in range(10) for path in paths)
            )
            found |= {answer.status for answer in answers}

    assert found == {200}
    usual = RequestRates()
    # 500 people who each read a page with what belongs to it and fetch a package, all at once.
    assert usual.per_address >= 500 * 8
    assert usual.in_vain >= 500 * 2


async def test_what_slack_signs_is_never_refused_and_what_nobody_signs_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    entrance = Entrance(AsyncApp(signing_secret="x", token="xoxb-0"), "s" * 32)

    async def done(_request: web.Request) -> web.Response:
        return web.Response(text="done")

    door = Door(method="POST", path=PATH, access=Access.SLACK, handler=done)
    async with edge(site, door, guard=entrance.admit, in_vain=5, per_address=1) as at:

        async def deliver(*, signed: bool) -> Answer:
            monkeypatch.setattr(entrance._signing, "covers", lambda _headers, _body: signed)
            monkeypatch.setattr(entrance._signing, "is_timely", lambda _headers: signed)
            return await at.site.get(PATH, method="POST", X_Forwarded_For="203.0.113.9")

        bad = [await deliver(signed=False) for _ in range(8)]
        good = [await deliver(signed=True) for _ in range(20)]
        again = await deliver(signed=False)

    assert [one.status for one in bad] == [401] * 5 + [429] * 3
    assert bad[-1].headers["Retry-After"] == "12"
    assert bad[-1].body == b""
    assert {one.status for one in good} == {200}
    assert again.status == 429


async def test_whether_it_lives_is_always_said(site: Site) -> None:
    async with edge(site, per_address=1, in_vain=1) as at:
        await at.statuses(5, "/nothing")

        assert await at.statuses(20, "/healthz") == [200] * 20
        assert await at.statuses(20, "/readyz") == [200] * 20


async def test_every_door_says_how_it_is_counted(site: Site) -> None:
    doors = declared_doors(make_web(parts_of(site)))

    free = {door.path for door in doors if door.meter is Meter.FREE}
    pieces = {door.path for door in doors if door.meter is Meter.DOWNLOAD}

    assert free == {"/healthz", "/readyz"}
    assert len(pieces) == 2
    assert all("package" in path for path in pieces)
    assert {door.meter for door in doors} == {Meter.PAGE, Meter.DOWNLOAD, Meter.FREE}


@pytest.mark.slow
async def test_a_limit_of_zero_is_none(site: Site) -> None:
    offer = await site.offer()
    async with edge(site, per_address=0, per_link=0, in_vain=0) as at:
        assert await at.statuses(40, offer.path) == [200] * 40
        assert await at.statuses(40, "/nothing") == [404] * 40


async def test_the_log_says_once_in_a_while_how_many_were_refused(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    offer = await site.offer()
    async with edge(site, per_address=2) as at:
        with caplog.at_level(logging.INFO):
            await at.statuses(12, offer.path)
            first = list(caplog.messages)
            at.clock.now += 59
            await at.statuses(9, offer.path)
            at.clock.now += 2
            await at.statuses(3, offer.path)

    said = [one for one in caplog.messages if "refused" in one]
    assert [one for one in first if "refused" in one] == [
        "Requests are refused, since there are too many: 1 of one address."
    ]
    assert len(said) == 2
    assert "18 of one address" in said[1]
    assert "203.0.113.9" not in caplog.text
    assert offer.token not in caplog.text
    asked = [one for one in caplog.messages if masked(offer.path) in one]
    assert len(asked) == 2 + 1 + 1
    assert not any("429" in one for one in asked)


async def test_a_refused_page_is_the_same_on_a_phone_and_a_desktop(site: Site) -> None:
    offer = await site.offer()
    async with edge(site, per_address=1) as at:
        await at.ask(offer.path)
        phone, desk = [
            await at.ask(offer.path, Accept=HTML, agent=one) for one in (IPHONE, DESKTOP)
        ]

    assert phone.body == desk.body
