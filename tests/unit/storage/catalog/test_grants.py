"""What the catalog keeps of grants."""

from datetime import timedelta

import pytest

from storage.catalog import grants
from storage.catalog.database import Database
from storage.errors import AlreadyExists, NotFound
from storage.records.base import now
from storage.records.grant import Grant
from tests.shelf import Shelf, stock


def grant_for(shelf: Shelf, mark: str, generation: int = 1) -> Grant:
    return Grant(
        release_id=shelf.release.id,
        tester_id=shelf.tester.id,
        generation=generation,
        token_hash=mark.ljust(64, "0"),
        expires_at=now() + timedelta(days=1),
    )


async def test_of_two_grants_of_one_generation_the_first_is_kept(database: Database) -> None:
    shelf = await stock(database)
    async with database.writing() as session:
        first = await grants.keep(session, grant_for(shelf, "a"))
    async with database.writing() as session:
        second = await grants.keep(session, grant_for(shelf, "b"))

    assert first.id == second.id
    assert second.token_hash.startswith("a")


async def test_the_newest_is_that_of_the_highest_generation(database: Database) -> None:
    shelf = await stock(database)
    async with database.writing() as session:
        for generation in (1, 3, 2):
            await grants.keep(session, grant_for(shelf, str(generation), generation))

    async with database.reading() as session:
        found = await grants.newest(session, [shelf.release.id, "0" * 32], shelf.tester.id)
        assert {one: grant.generation for one, grant in found.items()} == {shelf.release.id: 3}
        assert await grants.newest(session, [shelf.release.id], "0" * 32) == {}


async def test_a_token_hash_leads_to_the_grant_with_everything_round_it(
    database: Database,
) -> None:
    shelf = await stock(database)
    async with database.writing() as session:
        kept = await grants.keep(session, grant_for(shelf, "a"))

    async with database.reading() as session:
        found = await grants.with_token_hash(session, kept.token_hash)
        assert found == (kept, shelf.release, shelf.build, shelf.app, shelf.tester, True)
        assert await grants.with_token_hash(session, "f" * 64) is None


async def test_the_same_token_hash_is_never_kept_twice(database: Database) -> None:
    shelf, other = await stock(database), await stock(database)
    async with database.writing() as session:
        await grants.keep(session, grant_for(shelf, "a"))

    with pytest.raises(AlreadyExists):
        async with database.writing() as session:
            await grants.keep(session, grant_for(other, "a"))


async def test_the_first_taking_back_counts(database: Database) -> None:
    shelf = await stock(database)
    async with database.writing() as session:
        kept = await grants.keep(session, grant_for(shelf, "a"))
    first = now()
    for at in (first, first + timedelta(hours=1)):
        async with database.writing() as session:
            await grants.revoke(session, kept.id, at)

    async with database.reading() as session:
        assert (await grants.get(session, kept.id)).revoked_at == first
        with pytest.raises(NotFound):
            await grants.get(session, "0" * 32)
