"""Variants in the records: one for each generation, and the newest ready one is handed out."""

from datetime import timedelta

import pytest

from storage.catalog import variants
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.base import now
from storage.records.identity import SigningIdentity
from storage.records.variant import Preparation, Variant, VariantState, VariantWay
from tests.shelf import Shelf, stock


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    return await stock(database)


async def wanted(database: Database, shelf: Shelf, generation: str, **values: object) -> Variant:
    """Keep a variant that says *values*."""
    async with database.writing() as session:
        identity = SigningIdentity(
            organization_id=shelf.build.organization_id,
            key_fingerprint="1" * 64,
            sealed_key=b"sealed",
            name="Harbour",
            created_by="UANN",
        )
        session.add(identity)
        await session.flush()
        fresh = Variant(
            build_id=shelf.build.id,
            generation=generation,
            identity_id=identity.id,
            fingerprint="f" * 64,
        )
        for name, value in values.items():
            setattr(fresh, name, value)
        return await variants.want(session, fresh)


async def test_a_generation_is_kept_once(database: Database, shelf: Shelf) -> None:
    first = await wanted(database, shelf, "g1")
    again = await wanted(database, shelf, "g1")
    other = await wanted(database, shelf, "g2")

    assert again.id == first.id
    assert again.wanted_at >= first.wanted_at
    assert other.id != first.id


async def test_of_the_ready_ones_the_last_wanted_is_handed_out(
    database: Database, shelf: Shelf
) -> None:
    async def newest() -> str | None:
        async with database.reading() as session:
            found = await variants.ready(session, shelf.build.id)
            return found[0].generation if found else None

    assert await newest() is None
    await wanted(database, shelf, "g1", state=VariantState.READY)
    await wanted(database, shelf, "g2", state=VariantState.READY)
    await wanted(database, shelf, "g3", state=VariantState.SIGNING)
    await wanted(database, shelf, "g4", state=VariantState.FAILED)
    assert await newest() == "g2"

    await wanted(database, shelf, "g1")
    assert await newest() == "g1"


async def test_what_is_ready_stays_as_it_is(database: Database, shelf: Shelf) -> None:
    variant = await wanted(database, shelf, "g1", state=VariantState.SIGNING)
    variant.state, variant.tag, variant.segments = VariantState.READY, "a" * 64, [["b" * 64, 0, 7]]
    async with database.writing() as session:
        done = await variants.finish(session, variant)
    variant.state, variant.tag, variant.reason = VariantState.FAILED, "", "too late"
    async with database.writing() as session:
        kept = await variants.finish(session, variant)

    assert (done.state, done.tag, done.segments) == (
        VariantState.READY,
        "a" * 64,
        [["b" * 64, 0, 7]],
    )
    assert (kept.state, kept.tag, kept.reason) == (VariantState.READY, "a" * 64, "")


async def test_an_edition_is_found_by_the_beginning_of_its_tag(
    database: Database, shelf: Shelf
) -> None:
    await wanted(database, shelf, "g1", state=VariantState.READY, tag="ab" * 32)
    await wanted(database, shelf, "g2", state=VariantState.FAILED, tag="cd" * 32)
    async with database.reading() as session:
        found = await variants.ready_with_tag(session, shelf.build.id, "abab")
        failed = await variants.ready_with_tag(session, shelf.build.id, "cdcd")
        elsewhere = await variants.ready_with_tag(session, "0" * 32, "abab")

    assert found
    assert (found.generation, failed, elsewhere) == ("g1", None, None)


async def test_only_what_was_signed_anew_by_the_same_certificate_is_a_new_source(
    database: Database, shelf: Shelf
) -> None:
    ready = {"state": VariantState.READY, "ready_at": now()}
    await wanted(database, shelf, "g1", way=VariantWay.SPLICE, **ready)
    await wanted(database, shelf, "g2", way=VariantWay.FULL, **ready)
    later = {**ready, "ready_at": now() + timedelta(seconds=9)}
    await wanted(database, shelf, "g3", way=VariantWay.FULL, **later)
    async with database.reading() as session:
        found = await variants.signed_anew(session, shelf.build.id, "f" * 64)
        other = await variants.signed_anew(session, shelf.build.id, "e" * 64)

    assert found
    assert (found.generation, other) == ("g3", None)


async def test_a_file_is_prepared_once_and_a_refusal_is_no_base(
    database: Database, shelf: Shelf
) -> None:
    refused = Preparation(
        build_id=shelf.build.id, source_sha256="a" * 64, fingerprint="f" * 64, reason="Too old."
    )
    async with database.writing() as session:
        first = await variants.keep_preparation(session, refused)
    async with database.writing() as session:
        again = await variants.keep_preparation(
            session, Preparation(build_id=shelf.build.id, source_sha256="a" * 64)
        )
        base = await variants.prepared(session, shelf.build.id, "f" * 64)

    assert (again.id, again.reason) == (first.id, "Too old.")
    assert base is None


async def test_every_blob_of_a_variant_and_of_its_base_is_in_use(
    database: Database, shelf: Shelf
) -> None:
    await wanted(database, shelf, "g1", base_sha256="a" * 64, fresh_sha256="b" * 64)
    async with database.writing() as session:
        await variants.keep_preparation(
            session,
            Preparation(
                build_id=shelf.build.id,
                source_sha256="0" * 64,
                base_sha256="c" * 64,
                index_sha256="d" * 64,
            ),
        )
        used = await variants.blobs_in_use(session, [letter * 64 for letter in "abcde"])

    assert used == {letter * 64 for letter in "abcd"}


async def test_a_variant_that_is_not_there_is_not_found(database: Database) -> None:
    async with database.reading() as session:
        with pytest.raises(NotFound):
            await variants.get(session, "0" * 32)


async def test_of_a_file_that_nobody_can_sign_again_the_reason_is_told(
    database: Database, shelf: Shelf
) -> None:
    build_id = shelf.build.id
    found = {"a" * 64: ("Nobody has signed it.", False), "b" * 64: ("It is damaged.", True)}
    async with database.writing() as session:
        for source, (reason, unfit) in found.items():
            one = Preparation(build_id=build_id, source_sha256=source, reason=reason, unfit=unfit)
            await variants.keep_preparation(session, one)

    async with database.reading() as session:
        told = [await variants.refusal_of(session, build_id, one * 64) for one in "abc"]

    assert told == ["", "It is damaged.", ""]
