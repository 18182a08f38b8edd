"""Install links: given once, opened by their token only, taken back for good."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from provisioning.errors import NotNow
from provisioning.installing.grants import Grants
from provisioning.tokens import hash_of
from storage.catalog import destinations
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.records.base import now
from storage.records.grant import Grant
from storage.records.release import ReleaseState
from tests.shelf import Shelf, change, stock

KEY = b"a secret key of thirty-two bytes"
MONTH = timedelta(days=30)


@pytest.fixture
def grants(database: Database) -> Grants:
    return Grants(database, KEY, MONTH)


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    return await stock(database)


async def test_a_token_has_128_bits_in_letters_that_need_no_escaping(
    grants: Grants, shelf: Shelf
) -> None:
    token = grants.token(await grants.give(shelf.release.id, shelf.tester.id))

    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", token)


async def test_a_link_leads_to_everything_that_its_page_shows(grants: Grants, shelf: Shelf) -> None:
    grant = await grants.give(shelf.release.id, shelf.tester.id)
    opened = await grants.open(grants.token(grant))

    assert opened is not None
    assert opened.grant.id == grant.id
    assert opened.release == shelf.release
    assert opened.build == shelf.build
    assert opened.app == shelf.app
    assert opened.tester == shelf.tester


async def test_the_links_of_a_tester_are_those_that_were_given_and_new_ones(
    grants: Grants, database: Database, shelf: Shelf
) -> None:
    late, gone, fresh = await stock(database), await stock(database), await stock(database)
    kept = await grants.give(shelf.release.id, shelf.tester.id)
    expired = await grants.give(late.release.id, shelf.tester.id)
    await change(database, expired, expires_at=now())
    await grants.revoke((await grants.give(gone.release.id, shelf.tester.id)).id)
    ids = [one.release.id for one in (shelf, late, gone, fresh)]

    found = await grants.of_tester(shelf.tester.id, ids)
    again = await grants.of_tester(shelf.tester.id, ids)

    assert found.keys() == {shelf.release.id, late.release.id, fresh.release.id}
    assert found[shelf.release.id].id == kept.id
    assert found[late.release.id].generation == 2
    assert {one: grant.id for one, grant in again.items()} == {
        one: grant.id for one, grant in found.items()
    }


async def test_giving_twice_is_one_link(grants: Grants, shelf: Shelf) -> None:
    first = await grants.give(shelf.release.id, shelf.tester.id)
    second = await grants.give(shelf.release.id, shelf.tester.id)

    assert first.id == second.id


async def test_two_who_give_at_once_give_the_same_link(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    given = await asyncio.gather(
        *(grants.give(shelf.release.id, shelf.tester.id) for _ in range(8))
    )

    assert len({grant.id for grant in given}) == 1
    async with database.reading() as session:
        assert len((await session.exec(select(Grant))).all()) == 1


async def test_an_expired_link_is_followed_by_a_new_generation(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    old = await grants.give(shelf.release.id, shelf.tester.id)
    await change(database, old, expires_at=now() - timedelta(seconds=1))
    new = await grants.give(shelf.release.id, shelf.tester.id)

    assert new.generation == 2
    assert await grants.open(grants.token(old)) is None
    assert await grants.open(grants.token(new)) is not None


async def test_a_link_that_was_taken_back_is_not_given_again_by_accident(
    grants: Grants, shelf: Shelf
) -> None:
    grant = await grants.give(shelf.release.id, shelf.tester.id)
    await grants.revoke(grant.id)

    with pytest.raises(NotNow, match="taken back"):
        await grants.give(shelf.release.id, shelf.tester.id)
    assert await grants.open(grants.token(grant)) is None


async def test_a_link_that_was_taken_back_is_not_given_again(grants: Grants, shelf: Shelf) -> None:
    await grants.revoke((await grants.give(shelf.release.id, shelf.tester.id)).id)

    with pytest.raises(NotNow):
        await grants.give(shelf.release.id, shelf.tester.id)


async def test_a_link_goes_with_the_last_destination_that_entitles(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    grant = await grants.give(shelf.release.id, shelf.tester.id)
    async with database.writing() as session:
        rows = await destinations.of_releases(session, [shelf.release.id])
        await destinations.recall(session, [row.id for row in rows], by="clock", at=now())

    assert await grants.open(grants.token(grant)) is None


async def test_a_link_of_somebody_who_was_never_given_the_release_opens_nothing(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    other = await stock(database)
    grant = await grants.give(shelf.release.id, other.tester.id)

    assert await grants.open(grants.token(grant)) is None


async def test_all_links_of_a_release_are_taken_back_at_once(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    grant = await grants.give(shelf.release.id, shelf.tester.id)
    other = await stock(database)
    kept = await grants.give(other.release.id, other.tester.id)

    assert await grants.revoke_release(shelf.release.id) == 1
    assert await grants.revoke_release(shelf.release.id) == 0
    assert await grants.open(grants.token(grant)) is None
    assert await grants.open(grants.token(kept)) is not None


async def test_taking_back_a_link_that_never_was_is_an_error(grants: Grants) -> None:
    with pytest.raises(NotFound):
        await grants.revoke("0" * 32)


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "A" * 21, "A" * 23, "é" * 22, "A" * 10_000])
async def test_a_wrong_token_opens_nothing(grants: Grants, shelf: Shelf, token: str) -> None:
    await grants.give(shelf.release.id, shelf.tester.id)

    assert await grants.open(token) is None


async def test_a_link_to_a_withdrawn_release_opens_nothing(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    token = grants.token(await grants.give(shelf.release.id, shelf.tester.id))
    await change(database, shelf.release, state=ReleaseState.DISMISSED)

    assert await grants.open(token) is None


async def test_a_link_to_a_disabled_release_opens_nothing(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    token = grants.token(await grants.give(shelf.release.id, shelf.tester.id))
    await change(database, shelf.release, enabled=False)

    assert await grants.open(token) is None


async def test_a_link_to_a_superseded_release_still_opens(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    token = grants.token(await grants.give(shelf.release.id, shelf.tester.id))
    newer = (await stock(database)).release.id
    async with database.writing() as session:
        rows = await destinations.of_releases(session, [shelf.release.id])
        await destinations.supersede(session, [row.id for row in rows], by=newer, at=now())

    assert await grants.open(token) is not None


async def test_the_link_of_somebody_who_left_opens_nothing(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    token = grants.token(await grants.give(shelf.release.id, shelf.tester.id))
    await change(database, shelf.tester, active=False)

    assert await grants.open(token) is None


async def test_the_token_is_nowhere_in_the_records(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    grant = await grants.give(shelf.release.id, shelf.tester.id)

    async with database.reading() as session:
        row = (await session.exec(select(Grant))).one()
    assert grants.token(grant) not in repr(row)
    assert KEY.decode() not in repr(row)


async def test_another_secret_key_makes_every_old_link_wrong(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    token = grants.token(await grants.give(shelf.release.id, shelf.tester.id))
    others = Grants(database, b"another key, as after a break-in", MONTH)

    assert await others.open(token) is None


async def test_a_row_that_somebody_slipped_into_the_database_opens_nothing(
    grants: Grants, shelf: Shelf, database: Database
) -> None:
    grant = await grants.give(shelf.release.id, shelf.tester.id)
    token = grants.token(grant)
    forged = Grants(database, b"the key of whoever wrote the row", MONTH)
    chosen = forged.token(grant)
    await change(database, grant, token_hash=hash_of(chosen))

    assert await grants.open(chosen) is None
    assert await grants.open(token) is None
