"""The sandbox's Apple beside the demo: its team is connected, and what it signs is believed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from bot.sandbox.demo import Demo, running
from bot.sandbox.history.cast import Cast
from bot.sandbox.samples.handsets import BOBS_NEW, BOBS_OLD, CIDS
from bot.sandbox.samples.identities import HARBOUR_LABS
from bot.sandbox.slack.messages import Message
from bot.sandbox.studio import Studio
from provisioning.actors import COMMAND_LINE
from provisioning.appstore.client import AppStore, AppStores
from provisioning.appstore.resources.profiles import ADHOC
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.codesign.authorities import roots_among
from provisioning.codesign.verifying.verifier import verify
from provisioning.codesign.verifying.violation import Kind
from provisioning.devices.teams import AppleTeams
from provisioning.installing.served_file import handout
from storage.blobs import assembling
from storage.catalog import builds
from storage.records.build import Build
from storage.records.variant import VariantState, VariantWay
from storage.secrets import Secrets

SAMPLE, NEWER = "Harbour-2.4.0-241.ipa", "Harbour-2.5.0-251.ipa"
STRANGE, BEACON = "Harbour-2.5.1-253.ipa", "Beacon-1.3.0-66.ipa"


def roots_of(demo: Demo) -> tuple[x509.Certificate, ...]:
    """Return the roots that the house of a demo was told to trust."""
    authorities = demo.house.ground.authorities
    assert authorities is not None
    return roots_among(authorities)


def kinds(path: Path, udid: str, roots: Sequence[x509.Certificate]) -> set[Kind]:
    return {violation.kind for violation in verify(path, udid, roots=roots)}


@asynccontextmanager
async def store_of(demo: Demo) -> AsyncGenerator[AppStore]:
    """Speak to the demo's Apple as the house does, over HTTP at the address of the setting."""
    key = demo.studio.apple.team.key
    stores = AppStores(base_url=demo.settings.apple_api_url)
    try:
        yield stores.of(
            AppStoreKey.read(issuer_id=key.issuer_id, key_id=key.id, p8=key.p8.encode())
        )
    finally:
        await stores.aclose()


async def posted(cast: Cast, demo: Demo) -> tuple[Message, Build]:
    """Let Cid post the sample; return the message, and the build that came of it."""
    message = await cast.post("Cid", SAMPLE, "Please sign.")
    await cast.create_app("Ann", message)
    ground = demo.house.ground
    content = await asyncio.to_thread(demo.studio.package(SAMPLE).read_bytes)
    async with ground.database.reading() as session:
        build = await builds.of_bytes(session, ground.organization_id, sha256(content).hexdigest())
    assert build is not None
    return message, build


async def profiles_for_everybody(store: AppStore) -> list[bytes]:
    """Make new profiles for Harbour and its extension, with every device of the team."""
    devices = await store.devices.list()
    certificates = await store.certificates.list()
    made = []
    for identifier in ("com.example.harbour", "com.example.harbour.share"):
        app_id = await store.bundle_ids.find(identifier)
        assert app_id is not None
        profile = await store.profiles.create(
            f"Slipway {identifier}",
            kind=ADHOC,
            bundle_id=app_id.id,
            certificate_ids=[one.id for one in certificates],
            device_ids=[one.id for one in devices],
        )
        assert profile.content is not None
        made.append(profile.content)
    return made


async def test_the_team_is_connected_before_anybody_does_a_thing(tmp_path: Path) -> None:
    async with running(data_dir=tmp_path) as demo:
        ground = demo.house.ground
        stores = AppStores(base_url=demo.settings.apple_api_url)
        teams = AppleTeams(
            ground.database, Secrets(ground.key), stores, organization_id=ground.organization_id
        )
        (report,) = await teams.report()
        await stores.aclose()
        (identity,) = await demo.house.house.signing.identities.every()
        async with store_of(demo) as store:
            devices = {device.udid: device for device in await store.devices.list()}
            app_ids = {app_id.identifier for app_id in await store.bundle_ids.list()}
            (certificate,) = await store.certificates.list()
        findings = {finding.what: finding for finding in await demo.house.house.examine()}
        violations = demo.studio.apple.violations

    assert (report.complaint, report.card.team_id) == ("", HARBOUR_LABS.id)
    assert (identity.team_id, identity.retired) == (HARBOUR_LABS.id, False)
    assert certificate.content is not None
    assert identity.fingerprint == sha256(certificate.content).hexdigest()
    assert devices[BOBS_OLD.udid].name == "Bob's iPhone XS"
    assert BOBS_NEW.udid not in devices
    harbour, beacon = "com.example.harbour", "com.example.beacon"
    assert app_ids == {harbour, f"{harbour}.share", beacon, f"{beacon}.share"}
    assert "stands for Apple's authorities" in findings["Apple's authorities"].found
    assert violations == []


@pytest.mark.slow
async def test_every_sample_is_signed_for_the_phones_of_its_people_and_no_other(
    tmp_path: Path,
) -> None:
    async with running(data_dir=tmp_path) as demo:
        roots = roots_of(demo)
        for name in (SAMPLE, NEWER, STRANGE, BEACON):
            path = await asyncio.to_thread(demo.studio.package, name)
            assert kinds(path, BOBS_OLD.udid, roots) == set(), name
            assert kinds(path, BOBS_NEW.udid, roots) == {Kind.DEVICE}, name
        joined = [
            kinds(await asyncio.to_thread(demo.studio.package, name), CIDS.udid, roots)
            for name in (SAMPLE, NEWER)
        ]

    assert joined == [{Kind.DEVICE}, set()]


@pytest.mark.slow
async def test_a_kept_folder_keeps_what_was_signed_and_who_signs(tmp_path: Path) -> None:
    async with running(data_dir=tmp_path) as first:
        before = (await asyncio.to_thread(first.studio.package, SAMPLE)).read_bytes()
        async with store_of(first) as store:
            added = await store.devices.register(BOBS_NEW.udid, name=BOBS_NEW.name)
    async with running(data_dir=tmp_path) as second:
        roots = roots_of(second)
        older = await asyncio.to_thread(second.studio.package, SAMPLE)
        newer = await asyncio.to_thread(second.studio.package, NEWER)
        identities = await second.house.house.signing.identities.every()
        async with store_of(second) as store:
            found = await store.devices.find(BOBS_NEW.udid)

    assert older.read_bytes() == before
    assert [kinds(path, BOBS_OLD.udid, roots) for path in (older, newer)] == [set(), set()]
    assert [identity.team_id for identity in identities] == [HARBOUR_LABS.id]
    assert found is not None
    assert (found.id, found.model) == (added.id, "iPhone 13")


@pytest.mark.slow
async def test_two_folders_have_nothing_to_do_with_each_other(tmp_path: Path) -> None:
    one = await asyncio.to_thread(Studio, tmp_path / "one")
    other = await asyncio.to_thread(Studio, tmp_path / "other")
    path = await asyncio.to_thread(one.package, SAMPLE)
    roots = roots_among(other.authorities.certificates)

    assert Kind.TRUST in kinds(path, BOBS_OLD.udid, roots)


async def test_a_phone_refuses_what_is_not_for_it_until_the_build_is_signed_for_it(
    tmp_path: Path,
) -> None:
    async with running(data_dir=tmp_path) as demo, httpx.AsyncClient(trust_env=False) as browser:
        await demo.past
        cast = Cast(demo.slack.workspace, demo.studio)
        message, build = await posted(cast, demo)
        bob = cast.person("Bob")
        await cast.command("Ann", f"groups create QA <@{bob.id}|bob>")
        await cast.distribute("Ann", message, "QA")

        async def press(**body: str) -> httpx.Response:
            address = f"{demo.slack.url}/desk/phone?as={bob.id}"
            return await browser.post(address, json=body)

        old, new = await press(), await press(phone="newest")
        async with store_of(demo) as store:
            await store.devices.register(BOBS_NEW.udid, name=BOBS_NEW.name)
            profiles = await profiles_for_everybody(store)
        house, ground = demo.house.house, demo.house.ground
        (identity,) = await house.signing.identities.every()
        variant = await house.signing.variants.variant(
            build.id, identity.id, profiles, by=COMMAND_LINE
        )
        segments = handout(build, variant).file.segments
        content = [piece async for piece in assembling.read(ground.blobs, segments)]
        signed = tmp_path / "signed.ipa"
        await asyncio.to_thread(signed.write_bytes, b"".join(content))
        roots = roots_of(demo)

    assert (old.status_code, new.status_code) == (200, 424)
    said = new.json()["error"]
    assert said.startswith("Unable to Install “Harbour”.")
    assert said.endswith("Bob's iPhone 13 is not in the profile of Harbour.app and Share.appex.")
    assert BOBS_NEW.udid not in said
    assert (variant.state, variant.way) == (VariantState.READY, VariantWay.SPLICE)
    assert kinds(signed, BOBS_NEW.udid, roots) == set()
    assert kinds(signed, BOBS_OLD.udid, roots) == set()
