"""Packages that the proxy sends: by its own hand, and with what it tells of it."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.web.app import make_web
from bot.web.install.handing import INSIDE, LASTING, OFFER, REPORT, UNDER_WAY, Handing, Proxy
from storage.records.grant import Receipt
from tests.integration.web import proxies
from tests.integration.web.conftest import open_site, parts_of, serving
from tests.integration.web.site import KEY, Offer, Site
from tests.shelf import package

BIG = 12_000_000
SMALL = 300_000


def handing(site: Site, proxy: Proxy) -> Handing:
    return Handing(proxy=proxy, key=KEY, blobs=site.blobs, receipts=site.receipts)


@pytest.fixture
async def handed(sqlite_url: str, tmp_path: Path) -> AsyncGenerator[Site]:
    """Lend a site that hands over to nginx, reached without one."""
    async with open_site(sqlite_url, tmp_path) as site:
        parts = replace(parts_of(site), handing=handing(site, Proxy.NGINX))
        async with serving(make_web(parts)) as site.address:
            yield site


async def ticket_of(site: Site, offer: Offer) -> str:
    answer = await site.get(offer.ipa, X_Slipway_Sendfile="nginx")
    return answer.headers["X-Slipway-Ticket"]


async def report(site: Site, ticket: str, **said: str) -> int:
    headers = {"X-Slipway-Ticket": ticket, **{f"X-Slipway-{k}": v for k, v in said.items()}}
    async with site.client.post(site.address + REPORT, headers=headers) as answer:
        return answer.status


async def binary_of(site: Site, offer: Offer) -> Receipt | None:
    return (await site.receipts_of(offer)).get("binary")


async def test_sendfile_names_the_blob_by_its_digest_alone(handed: Site) -> None:
    offer = await handed.offer()
    answer = await handed.get(offer.ipa, X_Slipway_Sendfile="nginx")

    digest = str(offer.shelf.build.sha256)
    assert answer.body == b""
    assert answer.headers["X-Accel-Redirect"] == f"{INSIDE}{digest[:2]}/{digest[2:4]}/{digest}"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert await handed.receipts_of(offer) == {}


@pytest.mark.parametrize("offered", ["", "caddy", "NGINX", "off"])
async def test_sendfile_waits_for_the_proxy_to_offer_it(handed: Site, offered: str) -> None:
    offer = await handed.offer()
    answer = await handed.get(offer.ipa, **({OFFER: offered} if offered else {}))

    assert answer.body == offer.content
    assert "X-Accel-Redirect" not in answer.headers


async def test_sendfile_is_off_unless_it_is_set(site: Site) -> None:
    offer = await site.offer()
    answer = await site.get(offer.ipa, X_Slipway_Sendfile="nginx")

    assert answer.body == offer.content
    async with site.client.post(site.address + REPORT) as refused:
        assert refused.status == 404


async def test_sendfile_leaves_a_file_that_is_gone_to_us(handed: Site) -> None:
    offer = await handed.offer()
    await handed.blobs.delete(str(offer.shelf.build.sha256))

    assert (await handed.get(offer.ipa, X_Slipway_Sendfile="nginx")).status == 410


@pytest.mark.parametrize("digest", ["../../secret.key", "a" * 63 + "/", "A" * 64, ""])
async def test_sendfile_goes_nowhere_but_to_a_blob(handed: Site, digest: str) -> None:
    offer = await handed.offer(build={"sha256": digest})
    answer = await handed.get(offer.ipa, X_Slipway_Sendfile="nginx")

    assert answer.status == 410
    assert "X-Accel-Redirect" not in answer.headers


async def test_a_report_of_everything_is_a_complete_receipt(handed: Site) -> None:
    offer = await handed.offer(content=package(SMALL))
    ticket = await ticket_of(handed, offer)

    assert await report(handed, ticket, Sent=str(SMALL), Status="200", Whole="OK") == 204
    receipt = await binary_of(handed, offer)
    assert receipt is not None
    assert receipt.completed_at is not None


@pytest.mark.parametrize(
    ("said", "ranges"),
    [
        ({"Sent": "10000000", "Status": "200", "Whole": ""}, [[0, 10_000_000 - UNDER_WAY]]),
        ({"Sent": "10000000", "Status": "200"}, [[0, 10_000_000 - UNDER_WAY]]),
        ({"Sent": str(BIG), "Status": "200", "Whole": ""}, [[0, BIG - UNDER_WAY]]),
        ({"Sent": "9000000", "Status": "200", "Whole": "OK"}, [[0, 9_000_000 - UNDER_WAY]]),
        (
            {"Sent": "5", "Status": "206", "Part": f"bytes 10-14/{BIG}", "Whole": "OK"},
            [[10, 15]],
        ),
        ({"Sent": "100", "Status": "200", "Whole": ""}, None),
        ({"Sent": "0", "Status": "304", "Whole": "OK"}, None),
        ({"Sent": "5", "Status": "206", "Whole": "OK"}, None),
        ({"Sent": "5", "Status": "206", "Part": "bytes 10-14/99", "Whole": "OK"}, None),
        ({"Sent": "-5", "Status": "200", "Whole": "OK"}, None),
        ({"Sent": "9" * 40, "Status": "200", "Whole": "OK"}, None),
        ({"Status": "200", "Whole": "OK"}, None),
    ],
)
async def test_a_report_never_counts_more_than_is_known(
    handed: Site, said: dict[str, str], ranges: list[list[int]] | None
) -> None:
    offer = await handed.offer(content=package(BIG))

    assert await report(handed, await ticket_of(handed, offer), **said) == 204
    receipt = await binary_of(handed, offer)
    assert (receipt.ranges if receipt else None) == ranges
    assert receipt is None or receipt.completed_at is None


async def test_a_report_without_a_ticket_of_ours_is_heard_of_nobody(handed: Site) -> None:
    offer = await handed.offer(content=package(SMALL))
    ticket = await ticket_of(handed, offer)
    grant, size, until, seal = ticket.split(".")
    larger = f"{grant}.{int(size) + 1}.{until}.{seal}"
    longer = f"{grant}.{size}.{int(until) + 1}.{seal}"
    unsealed = f"{grant}.{size}.{until}.{'0' * 64}"
    late = replace(handing(handed, Proxy.NGINX), clock=lambda: -LASTING - 1.0)
    foreign = replace(handing(handed, Proxy.NGINX), key=b"o" * 32)
    sealed = [await _sealed_by(teller, handed, offer) for teller in (late, foreign)]
    for text in ("", "x", larger, longer, unsealed, *sealed):
        assert await report(handed, text, Sent="1", Status="200", Whole="OK") == 404
    assert await handed.receipts_of(offer) == {}


async def _sealed_by(teller: Handing, site: Site, offer: Offer) -> str:
    async with (
        serving(make_web(replace(parts_of(site), handing=teller))) as address,
        site.client.get(address + offer.ipa, headers={OFFER: "nginx"}) as answer,
    ):
        return answer.headers["X-Slipway-Ticket"]


async def behind(site: Site, offer: Offer) -> None:
    """Look at a package through a proxy in every way that phones do."""
    whole = await site.get(offer.ipa)
    assert (whole.status, whole.body) == (200, offer.content)
    assert whole.headers["Content-Type"] == "application/octet-stream"
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert whole.headers["Cache-Control"] == "private, no-store"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Security-Policy"].startswith("sandbox")
    assert not [name for name in whole.headers if name.lower().startswith(("x-accel", "x-slip"))]
    assert whole.headers.getall("Accept-Ranges") == ["bytes"]
    tag = whole.headers["ETag"]
    part = await site.get(offer.ipa, Range="bytes=100-199", If_Range=tag)
    assert (part.status, part.body) == (206, offer.content[100:200])
    other = await site.get(offer.ipa, Range="bytes=100-199", If_Range='"another"')
    assert (other.status, other.body) == (200, offer.content)
    assert (await site.get(offer.ipa, If_None_Match=tag)).status == 304
    assert (await site.get(offer.ipa, Range=f"bytes={len(offer.content)}-")).status == 416
    head = await site.get(offer.ipa, method="HEAD")
    assert (head.headers["Content-Length"], head.headers["ETag"]) == (str(len(offer.content)), tag)
    digest = str(offer.shelf.build.sha256)
    for path in (f"{INSIDE}{digest[:2]}/{digest[2:4]}/{digest}", f"{INSIDE}../slipway.db"):
        assert (await site.get(path)).status == 404


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
async def test_sendfile_through_nginx_as_documented(handed: Site, tmp_path: Path) -> None:
    offer = await handed.offer(content=package(BIG))
    upstream = urlsplit(handed.address).netloc
    (tmp_path / "nginx").mkdir()
    with proxies.nginx(tmp_path / "nginx", upstream=upstream, blobs=tmp_path / "blobs") as address:
        handed.address = address
        assert (await handed.get(offer.ipa, method="HEAD")).status == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(f"GET {offer.ipa} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readexactly(1000)
        writer.transport.abort()
        await asyncio.sleep(0.3)
        broken_off = await binary_of(handed, offer)
        assert broken_off is None or broken_off.completed_at is None

        await behind(handed, offer)
        await _complete(handed, offer)


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
async def test_sendfile_through_caddy_as_documented(site: Site, tmp_path: Path) -> None:
    offer = await site.offer(content=package(SMALL))
    parts = replace(parts_of(site), handing=handing(site, Proxy.CADDY))
    (tmp_path / "caddy").mkdir()
    async with serving(make_web(parts)) as inner:
        upstream = urlsplit(inner).netloc
        blobs = tmp_path / "blobs"
        with proxies.caddy(tmp_path / "caddy", upstream=upstream, blobs=blobs) as site.address:
            await behind(site, offer)
    receipt = await binary_of(site, offer)
    assert receipt is not None
    assert (receipt.ranges, receipt.completed_at) == ([], None)


async def _complete(site: Site, offer: Offer) -> None:
    """Wait for the proxy's report, which comes just after the last byte."""
    for _ in range(200):
        receipt = await binary_of(site, offer)
        if receipt is not None and receipt.completed_at is not None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("There is no complete receipt.")
