"""Every door: who comes in, what everybody else sees, and what the log keeps of it."""

import asyncio
import logging
from pathlib import Path

import pytest
from aiohttp import web

from bot.web.app import make_web
from bot.web.health import Check
from bot.web.kit.doors import Access, Door, UndeclaredDoor, declared_doors, open_doors
from storage.errors import AlreadyExists, NoSpace
from storage.records.release import ReleaseState
from tests.integration.web.conftest import open_site, parts_of, serving
from tests.integration.web.site import APPSTORED, DESKTOP, IPHONE, Offer, Site
from tests.shelf import change

WRONG = "A" * 22
BELOW = ("", "/manifest.plist", "/app.ipa", "/icon-57.png", "/code.svg")


async def test_every_route_says_who_may_use_it(site: Site) -> None:
    doors = declared_doors(make_web(parts_of(site)))

    links = {Access.GRANT, Access.PERSONAL}
    assert {(door.path, door.access) for door in doors if door.access not in links} == {
        ("/healthz", Access.PUBLIC),
        ("/readyz", Access.PUBLIC),
        ("/assets/{name}", Access.PUBLIC),
        ("/doctor/probe", Access.PUBLIC),
    }
    grants = {door.path for door in doors if door.access is Access.GRANT}
    assert len(grants) == 8
    assert all(path.startswith("/i/{token}") for path in grants)
    own = {door.path for door in doors if door.access is Access.PERSONAL}
    assert len(own) == 4
    assert all(path.startswith("/me/{token}") for path in own)


async def test_a_route_that_came_in_otherwise_fails_the_start(site: Site) -> None:
    app = make_web(parts_of(site))

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app.router.add_get("/backdoor", handle)

    with pytest.raises(UndeclaredDoor, match="/backdoor does not say"):
        async with serving(app):
            pass


async def test_a_door_whose_guard_nobody_named_fails_the_start(site: Site) -> None:
    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    door = Door(method="GET", path="/x", access=Access.PUBLIC, handler=handle)
    app = make_web(parts_of(site, doors=[door]))
    assert ("/x", Access.PUBLIC) in {(found.path, found.access) for found in declared_doors(app)}

    for access in set(Access) - {Access.PUBLIC}:
        guarded = Door(method="GET", path="/y", access=access, handler=handle)
        with pytest.raises(UndeclaredDoor, match="Nobody guards /y"):
            open_doors(web.Application(), [guarded], {})


async def test_a_door_of_somebody_else_is_opened_behind_its_own_guard(site: Site) -> None:
    async def on_event(request: web.Request) -> web.Response:
        return web.Response(text=await request.text())

    async def admit(request: web.Request) -> web.Response | None:
        return None if request.headers.get("X-Signed") else web.Response(status=401)

    door = Door(method="POST", path="/slack/events", access=Access.SLACK, handler=on_event)
    app = make_web(parts_of(site, doors=[door], guards={Access.SLACK: admit}))
    async with serving(app) as address:
        url, signed = f"{address}/slack/events", {"X-Signed": "1"}
        async with site.client.post(url, data=b"challenge", headers=signed) as answer:
            assert (answer.status, await answer.text()) == (200, "challenge")
        async with site.client.post(url, data=b"challenge") as answer:
            assert answer.status == 401
        async with site.client.get(url, headers=signed) as answer:
            assert answer.status == 404


async def refused(site: Site, path: str, **kwargs: str) -> tuple[int, bytes, dict[str, str]]:
    answer = await site.get(path, **kwargs)
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status, answer.body, headers


async def test_wrong_expired_revoked_and_withdrawn_look_the_same(site: Site) -> None:
    offers = [await site.offer(content=b"x") for _ in range(5)]
    await site.expire(offers[0])
    await site.grants.revoke(offers[1].grant.id)
    await change(site.database, offers[2].shelf.release, state=ReleaseState.DISMISSED)
    await change(site.database, offers[3].shelf.release, enabled=False)
    await change(site.database, offers[4].shelf.tester, active=False)
    nothing = await refused(site, "/nothing/at/all")

    assert nothing[0] == 404
    for path in (f"/i/{WRONG}", "/i/short", *(offer.path for offer in offers)):
        for below in BELOW:
            for agent in (IPHONE, DESKTOP, APPSTORED):
                assert await refused(site, path + below, agent=agent) == nothing
    for offer in offers:
        assert await site.receipts_of(offer) == {}


async def test_another_method_finds_nothing(site: Site) -> None:
    offer = await site.offer()
    nothing = await site.get("/nothing")
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        answer = await site.get(offer.path, method=method)
        assert answer.status == 404
        assert "Allow" not in answer.headers
        assert answer.body == nothing.body


async def raw(site: Site, target: str) -> bytes:
    """Send *target* as it is written, past every client that would tidy it up."""
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET " + target.encode("latin-1") + b" HTTP/1.1\r\nHost: x\r\n")
    writer.write(b"Connection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


TRICKS = [
    "/%2F%2F%2F%2F%2F%2F%2F..%2F..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",  # CVE-2024-4956
    "/..%2f..%2f..%2fetc/passwd",
    "/../../../../etc/passwd",
    "/assets/../../app.py",
    "/assets/..%2f..%2fapp.py",
    "/assets/%2e%2e/app.py",
    "/assets/..%5c..%5capp.py",
    "/assets/..\\..\\app.py",
    "/assets/page.css%00.png",
    "/assets/%252e%252e%252fapp.py",
    "//assets/page.css",
    "/i/{token}/",
    "/i/{token}/.",
    "/i/{token}/./manifest.plist",
    "/i/x/../{token}",
    "/i//{token}",
    "/i/{token}%00",
    "/i/{token}%2f",
    "/i/{token}/%61pp.ipa",
    "/i/{token}/app.ipa%0d%0aX: y",
    "/I/{token}",
    "/i/{token};x=1",
    "/i/{token}/app.ipa/../../../../etc/passwd",
    "http://evil.example/i/{token}%2f",
    "/i/{token}/icon-512.png/..",
]


async def test_a_path_in_disguise_finds_nothing(site: Site) -> None:
    offer = await site.offer()
    for trick in TRICKS:
        answer = await raw(site, trick.format(token=offer.token))
        assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.0 400 ")), trick
        assert b"root:" not in answer
        assert b"Harbour" not in answer
    assert await site.receipts_of(offer) == {}


async def test_what_is_no_http_at_all_does_no_harm(site: Site) -> None:
    for target in ("*", "i/x", "", "/" + "a" * 20_000, "/\x7f\xff"):
        assert b" 200 " not in (await raw(site, target))[:20]
    assert (await site.get("/healthz")).status == 200


STRICT = {
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "slipway",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


async def test_every_answer_carries_the_strict_headers(site: Site) -> None:
    offer = await site.offer()
    for below in (*BELOW, "/nothing"):
        answer = await site.get(offer.path + below)
        policy = answer.headers["Content-Security-Policy"]
        assert {name: answer.headers.get(name) for name in STRICT} == STRICT
        assert policy.removeprefix("sandbox; ").startswith("default-src 'none';")
        assert policy.startswith("sandbox;") is (below == "/app.ipa")
        assert "unsafe" not in policy


async def test_health_and_errors_carry_them_too(site: Site) -> None:
    for path in ("/healthz", "/readyz", "/nothing"):
        answer = await site.get(path)
        assert {name: answer.headers.get(name) for name in STRICT} == STRICT


async def test_an_installation_without_https_does_not_ask_for_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_site(sqlite_url, tmp_path, base="http://10.0.0.5") as site:
        assert "Strict-Transport-Security" not in (await site.get("/healthz")).headers


async def test_what_pages_load_is_kept_for_good_and_is_ours(site: Site) -> None:
    offer = await site.offer()
    text = await site.text(offer.path, agent=DESKTOP)
    paths = [piece.split('"')[0] for piece in text.split('="')[1:] if piece.startswith("/assets/")]

    assert {path.rsplit(".", 1)[1] for path in paths} == {"css", "js", "svg"}
    for path in paths:
        answer = await site.get(path)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await site.get("/assets/page.css")).status == 404


async def test_the_log_never_learns_a_token(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    offers: list[Offer] = [await site.offer(), await site.offer()]
    await site.expire(offers[1])
    for offer in offers:
        for below in (*BELOW, "/", "/nothing", "/app.ipa/" + offer.token, f"?next={offer.token}"):
            await site.get(offer.path + below)
            await site.get(offer.path + below, method="POST")
        await site.get(f"/x/{offer.token}")
        await raw(site, f"//i/{offer.token}/%2f")
        await raw(site, f"/x%2fi%2f{offer.token}")
        await raw(site, f"/I/{offer.token}")
        await raw(site, f"/i/{offer.token}/a request line that makes no sense")
        await site.get("/", Referer=f"https://x/i/{offer.token}")
    await asyncio.sleep(0.1)

    lines = [record.getMessage() + repr(record.__dict__) for record in caplog.records]
    assert len(lines) > 50
    assert not [line for line in lines if any(offer.token in line for offer in offers)]
    masked = [record.__dict__["path"] for record in caplog.records if "path" in record.__dict__]
    assert {"/i/…", "/i/…/manifest.plist", "/i/…/app.ipa"} <= set(masked)


async def test_an_error_of_ours_has_its_status_and_its_sentence(site: Site) -> None:
    async def handle(request: web.Request) -> web.Response:
        kinds = {"taken": AlreadyExists(), "full": NoSpace(), "bug": ValueError("hunter2")}
        raise kinds[request.match_info["kind"]]

    door = Door(method="GET", path="/fail/{kind}", access=Access.PUBLIC, handler=handle)
    async with serving(make_web(parts_of(site, doors=[door]))) as address:
        found = {}
        for kind in ("taken", "full", "bug"):
            async with site.client.get(f"{address}/fail/{kind}") as answer:
                found[kind] = (answer.status, await answer.text())
        async with site.client.get(
            f"{address}/fail/taken", headers={"Accept": "application/json"}
        ) as answer:
            said = await answer.json()

    assert found["taken"][0] == 409
    assert "There is already one with this name." in found["taken"][1]
    assert found["full"][0] == 507
    assert found["bug"][0] == 500
    assert "hunter2" not in found["bug"][1]
    assert said == {"error": "There is already one with this name."}


async def test_a_surprise_is_logged_under_the_number_that_the_page_names(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async def handle(_request: web.Request) -> web.Response:
        raise ValueError("hunter2")

    door = Door(method="GET", path="/fail", access=Access.PUBLIC, handler=handle)
    async with (
        serving(make_web(parts_of(site, doors=[door]))) as address,
        site.client.get(f"{address}/fail") as answer,
    ):
        text = await answer.text()

    logged = [record.getMessage() for record in caplog.records if "failed (" in record.getMessage()]
    assert len(logged) == 1
    reference = logged[0].rpartition("(")[2].rstrip(").")
    assert reference in text


async def test_healthz_is_red_when_a_check_says_so(site: Site) -> None:
    sentences = {"socket": ""}

    async def socket() -> str:
        return sentences["socket"]

    async with serving(make_web(parts_of(site, alive={"socket": socket}))) as address:
        async with site.client.get(f"{address}/healthz") as answer:
            assert answer.status == 200
            assert (await answer.json())["checks"]["socket"]["ok"]
        sentences["socket"] = "Slack has not answered for two minutes."
        async with site.client.get(f"{address}/healthz") as answer:
            assert answer.status == 503
            assert await answer.json() == {
                "ok": False,
                "checks": {
                    "socket": {"ok": False, "sentence": "Slack has not answered for two minutes."}
                },
            }


async def test_readyz_asks_the_database_and_the_store(site: Site) -> None:
    answer = await site.get("/readyz")

    assert answer.status == 200
    assert '"database": {"ok": true' in answer.text
    assert '"blobs": {"ok": true' in answer.text


async def test_a_check_that_raises_or_hangs_is_red_and_tells_no_secret(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.health.PATIENCE", 0.1)

    async def broken() -> str:
        raise OSError("postgresql://ann:hunter2@db is not there")

    async def hanging() -> str:
        await asyncio.sleep(10)
        return ""

    checks: dict[str, Check] = {"database": broken, "engine": hanging}
    async with (
        serving(make_web(parts_of(site, ready=checks))) as address,
        site.client.get(f"{address}/readyz") as answer,
    ):
        assert answer.status == 503
        found = (await answer.json())["checks"]
    assert not found["database"]["ok"]
    assert "hunter2" not in str(found)
    assert "No answer within" in found["engine"]["sentence"]
