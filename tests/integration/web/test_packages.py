"""Fetching the package: whole, in pieces, again, and never the wrong bytes."""

import asyncio
import errno
import hashlib
import logging
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError

from storage.blobs import assembling
from storage.blobs.segments import Segments
from storage.blobs.store import BlobStore
from storage.records.grant import Receipt
from tests.integration.web.conftest import open_site
from tests.integration.web.site import APPSTORED, SLACKBOT, Offer, Site
from tests.shelf import change, package


@pytest.fixture
async def offer(site: Site) -> Offer:
    return await site.offer()


async def binary_of(site: Site, offer: Offer) -> Receipt | None:
    return (await site.receipts_of(offer)).get("binary")


async def settled(site: Site, offer: Offer, *, count: int = 1) -> Receipt:
    """Wait for the receipt, which is written just after the last byte."""
    for _ in range(200):
        receipt = await binary_of(site, offer)
        if receipt is not None and receipt.count >= count:
            return receipt
        await asyncio.sleep(0.02)
    raise AssertionError("There is no receipt.")


async def test_the_bytes_are_those_that_were_kept(site: Site, offer: Offer) -> None:
    answer = await site.get(offer.ipa, agent=APPSTORED)

    assert answer.status == 200
    assert answer.body == offer.content
    assert answer.headers["Content-Length"] == str(len(offer.content))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(offer.content).hexdigest()}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "Content-Encoding" not in answer.headers
    assert "Transfer-Encoding" not in answer.headers


async def test_a_whole_download_is_a_complete_receipt(site: Site, offer: Offer) -> None:
    await site.get(offer.ipa)

    receipt = await settled(site, offer)
    assert receipt.completed_at is not None
    assert receipt.ranges == [[0, len(offer.content)]]


async def test_nothing_is_compressed_whatever_the_client_takes(site: Site, offer: Offer) -> None:
    answer = await site.get(offer.ipa, Accept_Encoding="gzip, deflate, br, zstd")

    assert "Content-Encoding" not in answer.headers
    assert answer.body == offer.content


async def test_head_tells_the_length_sends_nothing_and_leaves_no_receipt(
    site: Site, offer: Offer
) -> None:
    answer = await site.get(offer.ipa, method="HEAD")

    assert answer.status == 200
    assert answer.headers["Content-Length"] == str(len(offer.content))
    assert answer.headers["ETag"] == offer.tag
    assert answer.body == b""
    assert await site.receipts_of(offer) == {}


RANGES = {
    "bytes=0-0": (0, 1),
    "bytes=0-99": (0, 100),
    "bytes=100-199": (100, 200),
    "bytes=299999-": (299_999, 300_000),
    "bytes=-500": (299_500, 300_000),
    "bytes=-999999999": (0, 300_000),
    "bytes=200000-9999999999999": (200_000, 300_000),
    "BYTES = 5 - 9": (5, 10),
}
IGNORED = [
    "bytes=5-1",
    "bytes=-",
    "bytes=a-b",
    "items=0-1",
    "bytes 0-1",
    "bytes=0x10-0x20",
    "bytes=٣-٤",
    "bytes=0-" + "9" * 5000,
    "bytes=0-1,5-6",
    "bytes=" + ",".join(f"{number}-{number}" for number in range(1000)),
    "bytes=" + ",".join(["0-299999"] * 100),
]


async def test_a_range_is_sent_alone(site: Site, offer: Offer) -> None:
    for asked, (first, end) in RANGES.items():
        answer = await site.get(offer.ipa, Range=asked)
        assert answer.status == 206, asked
        assert answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/300000"
        assert answer.headers["Content-Length"] == str(end - first)
        assert answer.body == offer.content[first:end]


async def test_several_ranges_and_nonsense_get_the_whole_file_once(
    site: Site, offer: Offer
) -> None:
    for asked in IGNORED:
        answer = await site.get(offer.ipa, Range=asked)
        assert answer.status == 200, asked
        assert "Content-Range" not in answer.headers
        assert answer.body == offer.content


async def test_a_range_behind_the_end_is_refused_with_the_size(site: Site, offer: Offer) -> None:
    for asked in ("bytes=300000-", "bytes=300000-300001", "bytes=-0"):
        answer = await site.get(offer.ipa, Range=asked)
        assert answer.status == 416, asked
        assert answer.headers["Content-Range"] == "bytes */300000"
        assert answer.body == b""
    assert await site.receipts_of(offer) == {}


async def test_a_resumed_download_continues_with_the_same_bytes_only(
    site: Site, offer: Offer
) -> None:
    same = await site.get(offer.ipa, Range="bytes=10-19", If_Range=offer.tag)
    other = await site.get(offer.ipa, Range="bytes=10-19", If_Range='"' + "0" * 64 + '"')
    weak = await site.get(offer.ipa, Range="bytes=10-19", If_Range=f"W/{offer.tag}")
    dated = await site.get(offer.ipa, Range="bytes=10-19", If_Range="Sat, 21 Nov 2026 12:00:00 GMT")

    assert (same.status, same.body) == (206, offer.content[10:20])
    for whole in (other, weak, dated):
        assert (whole.status, whole.body) == (200, offer.content)


async def test_who_has_the_bytes_is_told_so(site: Site, offer: Offer) -> None:
    for known in (offer.tag, f"W/{offer.tag}", f'"x", {offer.tag}', "*"):
        answer = await site.get(offer.ipa, If_None_Match=known)
        assert answer.status == 304
        assert answer.body == b""
    assert (await site.get(offer.ipa, If_None_Match='"x"')).status == 200


async def test_who_wants_other_bytes_gets_none(site: Site, offer: Offer) -> None:
    assert (await site.get(offer.ipa, If_Match='"x"')).status == 412
    assert (await site.get(offer.ipa, If_Match=f"W/{offer.tag}")).status == 412
    assert (await site.get(offer.ipa, If_Match=offer.tag)).status == 200


async def test_overlapping_ranges_over_many_requests_complete_the_receipt(
    site: Site, offer: Offer
) -> None:
    for number, asked in enumerate(["200000-", "0-120000", "100000-150000"], start=1):
        await site.get(offer.ipa, agent=APPSTORED, Range=f"bytes={asked}")
        assert (await settled(site, offer, count=number)).completed_at is None
    await site.get(offer.ipa, agent=APPSTORED, Range="bytes=150001-200000")

    receipt = await settled(site, offer, count=4)
    assert receipt.completed_at is not None
    assert receipt.ranges == [[0, 300_000]]


async def test_ranges_at_the_same_time_complete_the_receipt(site: Site, offer: Offer) -> None:
    async def fetch(start: int) -> None:
        await site.get(offer.ipa, Range=f"bytes={start}-{start + 29_999}")

    await asyncio.gather(*(fetch(start) for start in range(0, 300_000, 30_000)))

    assert (await settled(site, offer, count=10)).completed_at is not None


async def dial(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect as a client whose system takes little ahead of what it reads."""
    host, port = site.address.removeprefix("http://").split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    line.settimeout(0)
    await asyncio.get_running_loop().sock_connect(line, (host, int(port)))
    return await asyncio.open_connection(sock=line, limit=4096)


async def hang_up_after(site: Site, path: str, size: int) -> None:
    """Ask for *path* and leave when *size* bytes of the answer are read."""
    reader, writer = await dial(site)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.readexactly(size)
    writer.transport.abort()


async def test_a_large_download_that_was_broken_off_is_not_complete(site: Site) -> None:
    offer = await site.offer(content=package(8_000_000))
    await hang_up_after(site, offer.ipa, 100_000)

    receipt = await settled(site, offer)
    assert receipt.completed_at is None
    assert len(receipt.ranges) == 1
    assert receipt.ranges[0][0] == 0
    assert receipt.ranges[0][1] < 8_000_000


async def test_what_the_system_took_and_nobody_read_does_not_count(site: Site) -> None:
    """The package fits into what the system buffers, so the server could write all of it."""
    offer = await site.offer(content=package(1_000_000))
    reader, writer = await dial(site)
    writer.write(f"GET {offer.ipa} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.readexactly(500)
    await asyncio.sleep(0.3)
    writer.transport.abort()

    receipt = await settled(site, offer)
    assert receipt.completed_at is None


async def test_a_download_that_was_broken_off_is_completed_by_the_rest(site: Site) -> None:
    offer = await site.offer(content=package(8_000_000))
    await hang_up_after(site, offer.ipa, 100_000)
    first = await settled(site, offer)
    assert first.completed_at is None
    await site.get(offer.ipa, Range="bytes=0-3999999", If_Range=offer.tag)
    await site.get(offer.ipa, Range="bytes=4000000-", If_Range=offer.tag)

    assert (await settled(site, offer, count=3)).completed_at is not None


async def test_a7_who_leaves_before_the_first_byte_is_no_error(
    site: Site, offer: Offer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone = asyncio.Event()
    held = assembling.held

    @asynccontextmanager
    async def slowly(store: BlobStore, segments: Segments) -> AsyncGenerator[None]:
        await gone.wait()
        await asyncio.sleep(0.05)
        async with held(store, segments):
            yield

    monkeypatch.setattr(assembling, "held", slowly)
    _, writer = await dial(site)
    writer.write(f"GET {offer.ipa} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await asyncio.sleep(0.1)
    writer.transport.abort()
    gone.set()
    with caplog.at_level(logging.INFO):
        await _said(caplog, "ended early")

    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert await site.receipts_of(offer) == {}


async def _said(caplog: pytest.LogCaptureFixture, words: str) -> None:
    for _ in range(500):
        if words in caplog.text:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"The log does not say “{words}”.")


async def test_a7_a_slow_client_gets_every_byte_while_the_loop_turns(site: Site) -> None:
    """The client reads with pauses, so the system is full again and again."""
    offer = await site.offer(content=package(12_000_000))
    reader, writer = await dial(site)
    writer.write(f"GET {offer.ipa} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    got = bytearray()
    while len(got) < len(offer.content):
        got += await reader.read(1_500_000)
        await asyncio.sleep(0.005)

    assert bytes(got) == offer.content
    assert (await settled(site, offer)).completed_at is not None
    writer.close()


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS])
async def test_a7_a_file_system_that_cannot_send_by_itself_is_copied_from(
    site: Site, offer: Offer, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def cannot(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "sendfile", cannot)

    assert (await site.get(offer.ipa)).body == offer.content


async def test_who_takes_nothing_is_hung_up_on(sqlite_url: str, tmp_path: Path) -> None:
    async with open_site(sqlite_url, tmp_path, stall=0.3) as site:
        offer = await site.offer(content=package(8_000_000))
        reader, writer = await dial(site)
        writer.write(f"GET {offer.ipa} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readexactly(100)
        receipt = await settled(site, offer)

        assert receipt.completed_at is None
        got = 0
        with suppress(ConnectionError):
            while piece := await reader.read(1_000_000):
                got += len(piece)
        assert got < 8_000_000
        writer.close()


async def test_a_file_that_is_gone_is_said_to_be_gone(site: Site, offer: Offer) -> None:
    await site.blobs.delete(str(offer.shelf.build.sha256))
    answer = await site.get(offer.ipa)

    assert answer.status == 410
    assert "gone from the store" in answer.text
    assert await site.receipts_of(offer) == {}


async def test_a_file_shorter_than_its_record_breaks_the_connection(
    site: Site, offer: Offer
) -> None:
    await change(site.database, offer.shelf.build, size=400_000)
    with pytest.raises(ClientPayloadError):
        await asyncio.wait_for(site.get(offer.ipa), timeout=10)

    assert (await settled(site, offer)).completed_at is None


async def test_an_apk_has_its_own_type_and_name(site: Site) -> None:
    offer = await site.offer(platform="android")
    answer = await site.get(f"{offer.path}/app.apk")

    assert answer.headers["Content-Type"] == "application/vnd.android.package-archive"
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''Harbour.apk")
    assert answer.body == offer.content
    assert (await site.get(f"{offer.path}/app.ipa")).status == 404


@pytest.mark.parametrize(
    ("platform", "kind", "name", "served"),
    [
        ("android", "aab", "Harbour.aab", "Harbour.aab"),
        ("android", "apks", "Harbour.apks", "Harbour.apks"),
        ("android", "xapk", "Harbour.apkm", "Harbour.apkm"),
        ("ios", "xcarchive", "Harbour.xcarchive.zip", "Harbour.xcarchive.zip"),
        ("android", "apk", "Harbour.zip", "Harbour.zip.apk"),
    ],
)
async def test_c6_a_served_file_keeps_its_true_ending(
    site: Site, platform: str, kind: str, name: str, served: str
) -> None:
    offer = await site.offer(platform=platform, facts={"kind": kind}, build={"file_name": name})
    last = "app.apk" if kind == "apk" else "app.bin"
    answer = await site.get(f"{offer.path}/{last}")

    assert answer.body == offer.content
    assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{served}")
    for other in {"app.apk", "app.ipa", "manifest.plist"} - {last}:
        assert (await site.get(f"{offer.path}/{other}")).status == 404


async def test_a_hostile_file_name_neither_splits_the_header_nor_misleads(site: Site) -> None:
    name = '../..\\ev"il\r\nSet-Cookie: a=b\u202ecod.ipa;\u00e9 \U0001f6a2.exe'
    offer = await site.offer(build={"file_name": name})
    answer = await site.get(offer.ipa)

    header = answer.headers["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers
    assert header.startswith("attachment; filename=")
    assert header.isascii()
    assert header.endswith(".ipa")
    assert "%E2%80%AE" not in header


async def test_something_that_no_phone_installs_can_be_downloaded(site: Site) -> None:
    offer = await site.offer(platform="macos", facts={"kind": "app.zip"})
    answer = await site.get(f"{offer.path}/app.bin")

    assert answer.body == offer.content
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''Harbour.app.zip")


async def test_a_link_expanding_bot_gets_no_bytes(site: Site, offer: Offer) -> None:
    answer = await site.get(offer.ipa, agent=SLACKBOT)

    assert answer.status == 404
    assert await site.receipts_of(offer) == {}


async def test_two_requests_on_one_connection_both_arrive(site: Site, offer: Offer) -> None:
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for _ in range(2):
        writer.write(f"GET {offer.ipa} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(len(offer.content)) == offer.content
    writer.close()
    await writer.wait_closed()
