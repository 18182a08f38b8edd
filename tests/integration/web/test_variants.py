"""A variant is fetched as if it were a plain file, though it is ranges of others."""

import asyncio
import hashlib
import plistlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.verifying.verifier import verify
from storage.blobs.segments import Segments
from storage.catalog import recipients
from storage.records import tester as testers
from storage.records.distribution import Recipient
from storage.records.grant import Receipt
from storage.records.variant import Variant
from tests.integration.web.conftest import open_site
from tests.integration.web.site import APPSTORED, BASE, Offer, Site
from tests.shelf import change
from tests.signed import Bench, open_bench, profiles_of
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.signing.test_disk import days_pass, swept

#: More than one piece of a manifest, so that the digests of the base are put to use.
ASSETS = 11_000_000


@pytest.fixture(scope="session")
def large_ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.ipa"
    write_ipa(path, SampleApp(icon="none", payload_bytes=ASSETS))
    return path


@pytest.fixture
async def site(long_database_url: str, tmp_path: Path) -> AsyncGenerator[Site]:
    """Lend a served installation: in its long form each test runs on both databases."""
    async with open_site(long_database_url, tmp_path) as site:
        yield site


@pytest.fixture
async def bench(site: Site, large_ipa: Path, tmp_path: Path) -> Bench:
    bench = await open_bench(site.database, site.blobs, large_ipa, tmp_path)
    await bench.owns(world.OLD_PHONE, world.NEW_PHONE)
    return bench


async def offered(site: Site, bench: Bench) -> Offer:
    """Give the release on the bench to somebody."""
    shelf = bench.shelf
    grant = await site.grants.give(shelf.release.id, shelf.tester.id)
    return Offer(token=site.grants.token(grant), grant=grant, shelf=shelf, content=b"")


async def signed(bench: Bench, *devices: str) -> tuple[Variant, bytes]:
    """Sign the build, and return the variant with its bytes as written out."""
    variant = await bench.sign(profiles_of(bench.ipa, *devices))
    path = await bench.written(await bench.file())
    return variant, path.read_bytes()


async def manifest_of(site: Site, offer: Offer) -> dict[str, Any]:
    answer = await site.get(f"{offer.path}/manifest.plist", agent=APPSTORED)
    assert answer.status == 200
    package: dict[str, Any] = plistlib.loads(answer.body)["items"][0]["assets"][0]
    return package


async def receipt_of(site: Site, offer: Offer, *, count: int) -> Receipt:
    """Wait for the receipt, which is written just after the last byte."""
    for _ in range(200):
        receipt = (await site.receipts_of(offer)).get("binary")
        if receipt is not None and receipt.count >= count:
            return receipt
        await asyncio.sleep(0.02)
    raise AssertionError("There is no receipt.")


async def test_the_whole_road_of_a_phone(site: Site, bench: Bench, tmp_path: Path) -> None:
    offer = await offered(site, bench)
    variant, content = await signed(bench, world.NEW_PHONE)
    package = await manifest_of(site, offer)
    address = package["url"].removeprefix(BASE)
    got = await site.get(address, agent=APPSTORED)

    step = package["sha256-size"]
    assert package["url"] == f"{BASE}{offer.path}/{variant.tag[:16]}/app.ipa"
    assert package["sha256s"] == [
        hashlib.sha256(content[at : at + step]).hexdigest() for at in range(0, len(content), step)
    ]
    assert len(package["sha256s"]) == 2
    assert (got.status, got.body) == (200, content)
    assert got.headers["Content-Length"] == str(len(content))
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["ETag"] == f'"{variant.tag}"'
    assert (await receipt_of(site, offer, count=1)).completed_at is not None
    (tmp_path / "got.ipa").write_bytes(got.body)
    assert verify(tmp_path / "got.ipa", world.NEW_PHONE, roots=world.roots()) == []


async def test_ranges_across_every_seam_are_those_very_bytes(site: Site, bench: Bench) -> None:
    offer = await offered(site, bench)
    variant, content = await signed(bench)
    position = 0
    for part in Segments.from_json(variant.segments).parts:
        position += part.length
        first, last = max(0, position - 3), min(position + 2, len(content) - 1)
        answer = await site.get(offer.ipa, Range=f"bytes={first}-{last}")
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(content)}"
        assert answer.body == content[first : last + 1]

    suffix = await site.get(offer.ipa, Range="bytes=-7")
    assert suffix.body == content[-7:]
    beyond = await site.get(offer.ipa, Range=f"bytes={len(content)}-")
    assert beyond.status == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(content)}"


async def test_pieces_that_cover_it_are_a_complete_receipt(site: Site, bench: Bench) -> None:
    offer = await offered(site, bench)
    _, content = await signed(bench)
    half = len(content) // 2
    await site.get(offer.ipa, Range=f"bytes=0-{half}")
    before = await receipt_of(site, offer, count=1)
    await site.get(offer.ipa, Range=f"bytes={half + 1}-")
    after = await receipt_of(site, offer, count=2)

    assert before.completed_at is None
    assert after.completed_at is not None


@pytest.mark.slow
async def test_a_tag_holds_for_one_generation_only(site: Site, bench: Bench) -> None:
    offer = await offered(site, bench)
    first, content = await signed(bench, world.OLD_PHONE)
    tag = f'"{first.tag}"'
    part = await site.get(offer.ipa, Range="bytes=10-19", If_Range=tag)
    known = await site.get(offer.ipa, If_None_Match=tag)
    head = await site.get(offer.ipa, method="HEAD")
    second, newer = await signed(bench, world.OLD_PHONE, world.NEW_PHONE)
    after = await site.get(offer.ipa, Range="bytes=10-19", If_Range=tag)

    assert (part.status, part.body) == (206, content[10:20])
    assert (known.status, known.body) == (304, b"")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(content))
    assert head.headers["ETag"] == tag
    assert (after.status, after.body) == (200, newer)
    assert after.headers["ETag"] == f'"{second.tag}"'
    assert (await site.get(offer.ipa, If_Match=tag)).status == 412


async def test_a_phone_gets_what_its_manifest_named_though_a_newer_one_is_ready(
    site: Site, bench: Bench
) -> None:
    offer = await offered(site, bench)
    _, content = await signed(bench, world.OLD_PHONE)
    package = await manifest_of(site, offer)
    await signed(bench, world.OLD_PHONE, world.NEW_PHONE)
    address = package["url"].removeprefix(BASE)
    got = await site.get(address, Range="bytes=0-99")

    assert got.body == content[:100]
    assert (await manifest_of(site, offer))["url"] != package["url"]


async def test_an_edition_is_behind_the_link_like_everything_else(site: Site, bench: Bench) -> None:
    offer = await offered(site, bench)
    variant, _ = await signed(bench)
    edition = variant.tag[:16]
    other = await site.offer()

    for path in (
        f"/i/{'A' * 22}/{edition}/app.ipa",
        f"{other.path}/{edition}/app.ipa",
        f"{offer.path}/{'0' * 16}/app.ipa",
        f"{offer.path}/{edition[:15]}/app.ipa",
        f"{offer.path}/%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25/app.ipa",
        f"{offer.path}/{edition}/app.apk",
    ):
        assert (await site.get(path)).status == 404
    await site.expire(offer)
    assert (await site.get(f"{offer.path}/{edition}/app.ipa")).status == 404


async def test_an_app_that_no_phone_took_installs_once_it_is_signed_for_devices(
    site: Site, bench: Bench
) -> None:
    offer = await offered(site, bench)
    facts = dict(bench.shelf.build.facts)
    facts["signing"] = {**facts["signing"], "kind": None, "signed": False, "devices": []}
    await change(site.database, bench.shelf.build, facts=facts)
    before = await site.get(f"{offer.path}/manifest.plist", agent=APPSTORED)
    await signed(bench)
    after = await site.get(f"{offer.path}/manifest.plist", agent=APPSTORED)

    assert (before.status, after.status) == (404, 200)


async def test_a_variant_whose_base_is_gone_is_said_to_be_gone(site: Site, bench: Bench) -> None:
    offer = await offered(site, bench)
    variant, _ = await signed(bench)
    assert variant.base_sha256
    await site.blobs.delete(variant.base_sha256)
    answer = await site.get(offer.ipa)

    assert answer.status == 410
    assert await site.receipts_of(offer) == {}


async def test_somebody_whose_phone_is_not_in_it_gets_the_build_as_it_came(
    site: Site, bench: Bench
) -> None:
    shelf = bench.shelf
    variant, _ = await signed(bench, world.NEW_PHONE)
    theirs = await offered(site, bench)
    async with site.database.writing() as session:
        cid = testers.Tester(
            organization_id=shelf.build.organization_id, slack_id="UCID", name="Cid"
        )
        session.add(cid)
        await session.flush()
        mine = (await recipients.of_releases(session, [shelf.release.id]))[0]
        also = mine.model_dump(exclude={"id"}) | {"tester_id": cid.id}
        session.add(Recipient(**also))
    grant = await site.grants.give(shelf.release.id, cid.id)

    for_bob = await site.get(theirs.ipa, method="HEAD")
    for_cid = await site.get(f"/i/{site.grants.token(grant)}/app.ipa", method="HEAD")

    assert for_bob.headers["ETag"] == f'"{variant.tag}"'
    assert for_cid.headers["ETag"] == f'"{shelf.build.sha256}"'


async def test_e16_a_phone_gets_to_the_end_of_what_is_dropped_meanwhile(
    site: Site, bench: Bench
) -> None:
    offer = await offered(site, bench)
    _, content = await signed(bench, world.OLD_PHONE)
    async with site.client.get(
        site.address + offer.ipa, headers={"User-Agent": APPSTORED}
    ) as phone:
        got = await phone.content.readexactly(100_000)
        await signed(bench, world.OLD_PHONE, world.NEW_PHONE)
        await days_pass(bench)
        await bench.signing.drop_outdated()
        during = await swept(bench)
        got += await phone.content.read()

    assert got == content
    assert during == 0
    assert await swept(bench) == 1
