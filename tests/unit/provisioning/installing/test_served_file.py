"""Which file somebody is served: by their own devices."""

from datetime import timedelta

import pytest

from provisioning.installing.grants import Grants
from provisioning.installing.served_file import chosen
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.device import Device
from storage.records.identity import SigningIdentity
from storage.records.variant import Variant, VariantState, VariantWay
from tests.shelf import Shelf, change, stock

OLD, NEW, OTHERS = "a1" * 20, "00008120-0011223344556677", "b2" * 20


def variant(*devices: str, generation: str = "g") -> Variant:
    return Variant(
        build_id="b" * 32,
        generation=generation,
        identity_id="i" * 32,
        fingerprint="f" * 64,
        signing={"devices": list(devices)},
    )


def device(udid: str) -> Device:
    return Device(organization_id="o" * 32, udid=udid, tester_id="t" * 32, created_by="clock")


def test_the_last_wanted_variant_that_runs_on_one_of_theirs_is_chosen() -> None:
    first, second = variant(OLD, NEW), variant(OLD)

    assert chosen([first, second], [device(OLD)]) is first
    assert chosen([second, first], [device(NEW)]) is first


def test_a_variant_for_others_is_nobodys_who_has_no_such_device() -> None:
    assert chosen([variant(OTHERS)], [device(OLD)]) is None
    assert chosen([variant(OTHERS)], []) is None
    assert chosen([], [device(OLD)]) is None


def test_a_udid_means_the_same_in_any_case() -> None:
    one = variant(OLD.upper())

    assert chosen([one], [device(OLD.lower())]) is one


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    return await stock(database)


async def ready(database: Database, shelf: Shelf, generation: str, *devices: str) -> Variant:
    """Keep a variant of the build on the shelf that is ready for these devices."""
    own = shelf.build.organization_id
    identity = SigningIdentity(
        organization_id=own,
        key_fingerprint="k" * 64,
        sealed_key=b"",
        name=generation,
        created_by="clock",
        fingerprint=generation.ljust(64, "0"),
    )
    made = Variant(
        build_id=shelf.build.id,
        generation=generation,
        identity_id=identity.id,
        fingerprint=generation.ljust(64, "0"),
        state=VariantState.READY,
        way=VariantWay.FULL,
        signing={"devices": list(devices)},
        segments=[[generation.ljust(64, "0"), 0, 1]],
        tag=generation.ljust(64, "0"),
        size=1,
    )
    for record in (identity, made):
        async with database.writing() as session:
            session.add(record)
    return made


async def test_e11_two_people_with_one_release_get_each_their_own_file(
    database: Database, shelf: Shelf
) -> None:
    grants = Grants(database, b"k" * 32, timedelta(days=1))
    await ready(database, shelf, "aa", OLD)
    await ready(database, shelf, "bb", OTHERS)
    own = Device(
        organization_id=shelf.build.organization_id,
        udid=OLD,
        tester_id=shelf.tester.id,
        created_by="clock",
    )
    async with database.writing() as session:
        session.add(own)
    grant = await grants.give(shelf.release.id, shelf.tester.id)

    opened = await grants.open(grants.token(grant))
    assert opened is not None
    assert opened.handout is not None
    assert opened.handout.edition == "aa".ljust(16, "0")
    # The edition of somebody else's devices is reached by a manifest that named it only.
    assert await grants.edition(opened, "bb".ljust(16, "0")) is not None


async def test_without_a_device_of_theirs_the_build_itself_is_served(
    database: Database, shelf: Shelf
) -> None:
    grants = Grants(database, b"k" * 32, timedelta(days=1))
    await ready(database, shelf, "bb", OTHERS)
    grant = await grants.give(shelf.release.id, shelf.tester.id)

    opened = await grants.open(grants.token(grant))
    assert opened is not None
    assert opened.handout is not None
    assert opened.handout.edition is None
    assert opened.file.tag == shelf.build.sha256


async def test_an_external_build_has_a_link_and_no_file(database: Database, shelf: Shelf) -> None:
    grants = Grants(database, b"k" * 32, timedelta(days=1))
    await change(
        database, shelf.build, sha256=None, size=None, link="https://builds.example.com/7.ipa"
    )
    grant = await grants.give(shelf.release.id, shelf.tester.id)

    opened = await grants.open(grants.token(grant))
    assert opened is not None
    assert (opened.handout, opened.build.link) == (None, "https://builds.example.com/7.ipa")
    assert await grants.edition(opened, "aa".ljust(16, "0")) is None
    assert opened.facts.bundle_id == "test.example.harbour"
    assert opened.grant.expires_at > now()
