"""What became of a release for each of many people."""

from datetime import UTC, datetime, timedelta

from storage.catalog import recipients
from storage.catalog.database import Database
from storage.records import tester
from storage.records.base import new_id
from storage.records.destination import Destination
from storage.records.distribution import Recipient, RecipientState
from storage.records.release import ReleaseState
from tests.shelf import Shelf, change, stock

AT = datetime(2026, 1, 1, tzinfo=UTC)
TOLD, WAITING, UNREACHABLE = (
    RecipientState.TOLD,
    RecipientState.WAITING,
    RecipientState.UNREACHABLE,
)


async def add(
    database: Database, shelf: Shelf, name: str, *ways: tuple[str, RecipientState, str]
) -> str:
    """Give the release to somebody new, in each of some ways; return their id."""
    tester_id = new_id()
    async with database.writing() as session:
        known = await recipients.of_releases(session, [shelf.release.id])
        session.add(
            tester.Tester(
                id=tester_id,
                organization_id=shelf.app.organization_id,
                slack_id=f"U{tester_id[:8]}",
                name=name,
            )
        )
        await session.flush()
        for teller, state, reason in ways:
            session.add(
                Recipient(
                    distribution_id=known[0].distribution_id,
                    release_id=shelf.release.id,
                    destination_id=known[0].destination_id,
                    tester_id=tester_id,
                    teller=teller,
                    state=state,
                    reason=reason,
                    created_at=AT,
                )
            )
    return tester_id


async def test_who_could_be_told_in_no_way_is_named_with_a_reason(database: Database) -> None:
    shelf = await stock(database)
    await add(
        database, shelf, "Zoe", ("slack", UNREACHABLE, "gone"), ("email", UNREACHABLE, "away")
    )
    await add(database, shelf, "Ann", ("slack", UNREACHABLE, "gone"))
    await add(database, shelf, "Bea", ("slack", UNREACHABLE, "gone"), ("email", TOLD, ""))
    await add(database, shelf, "Cid", ("slack", WAITING, ""))

    async with database.reading() as session:
        every = await recipients.unreached(session, shelf.release.id, limit=9)
        first = await recipients.unreached(session, shelf.release.id, limit=1)
        counts = await recipients.counts(session, [shelf.release.id, "0" * 32])

    assert every == [("Ann", "gone"), ("Zoe", "gone")]
    assert first == [("Ann", "gone")]
    assert counts == {shelf.release.id: {TOLD: 2, UNREACHABLE: 2, WAITING: 1}}


async def test_shares_are_those_of_the_people_who_are_asked_about(database: Database) -> None:
    shelf = await stock(database)
    zoe = await add(database, shelf, "Zoe", ("slack", UNREACHABLE, ""), ("email", TOLD, ""))
    await add(database, shelf, "Ann", ("slack", WAITING, ""))

    async with database.reading() as session:
        found = await recipients.shares(session, shelf.release.id, [zoe, "0" * 32])

    assert {(one.tester_id, one.state) for one in found} == {(zoe, TOLD), (zoe, UNREACHABLE)}
    assert {one.created_at for one in found} == {AT}


async def test_what_a_person_was_given_comes_newest_first_with_its_policy(
    database: Database,
) -> None:
    shelf = await stock(database)
    own = shelf.app.organization_id
    account = shelf.tester.slack_id or ""
    async with database.writing() as session:
        (before,) = await recipients.of_releases(session, [shelf.release.id])
        session.add(
            Recipient(
                distribution_id=before.distribution_id,
                release_id=shelf.release.id,
                destination_id=before.destination_id,
                tester_id=shelf.tester.id,
                teller="email",
                created_at=before.created_at + timedelta(minutes=1),
            )
        )
        destination = await session.get_one(Destination, before.destination_id)
        destination.mandatory_from = AT
        session.add(destination)

    async with database.reading() as session:
        found = await recipients.given_to(session, own, account, limit=9)
        last = await recipients.given_to(session, own, account, limit=1)
        nothing = await recipients.given_to(session, own, "UNOBODY", limit=9)

    assert [one.recipient_id == before.id for one in found] == [False, True]
    assert all(one.tester_id == shelf.tester.id for one in found)
    assert last == found[:1]
    assert nothing == []


async def test_had_are_those_in_the_states_that_are_asked_for(database: Database) -> None:
    shelf, other = await stock(database), await stock(database)
    own, account = shelf.app.organization_id, shelf.tester.slack_id or ""
    ids = [shelf.release.id, other.release.id]

    async def had(*states: ReleaseState) -> set[str]:
        async with database.reading() as session:
            return await recipients.had(session, own, account, ids, states)

    assert await had(ReleaseState.LIVE) == {shelf.release.id}
    await change(database, shelf.release, state=ReleaseState.RECALLED)
    assert await had(ReleaseState.LIVE) == set()
