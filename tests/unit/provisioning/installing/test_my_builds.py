"""My builds: of each app what is current first, then the highest number, and only what one may."""

from datetime import datetime, timedelta

import pytest

from provisioning.installing.installabilities import Installabilities
from provisioning.installing.my_builds import MyBuilds, OwnBuilds
from provisioning.releases.lists import Lists
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import Distribution, Recipient, RecipientState
from storage.records.release import Release, ReleaseState
from tests.shelf import Shelf, change, stock

CURRENT = 9


@pytest.fixture
def mine(database: Database) -> MyBuilds:
    return MyBuilds(database, Lists(database, organization_id=""), Installabilities(database))


async def given(
    database: Database,
    shelf: Shelf,
    number: int,
    *,
    superseded: bool = False,
    mandatory_from: datetime | None = None,
    recalled_at: datetime | None = None,
) -> Release:
    """Give one more release of the shelf's app to its person, by a group."""
    build = Build(**shelf.build.model_dump(exclude={"id", "sha256"}), sha256=f"{number:064x}")
    release = Release(
        organization_id=build.organization_id,
        key=f"build:{build.id}",
        app_id=shelf.app.id,
        number=number,
        build_id=build.id,
        state=ReleaseState.LIVE,
        created_by="person:slack:UANN",
    )
    for record in (build, release):
        async with database.writing() as session:
            session.add(record)
    await also_by(
        database,
        shelf,
        release,
        "group",
        superseded=superseded,
        mandatory_from=mandatory_from,
        recalled_at=recalled_at,
    )
    return release


async def also_by(  # noqa: PLR0913 - what a destination may be
    database: Database,
    shelf: Shelf,
    release: Release,
    by: str,
    *,
    superseded: bool = False,
    notes: str | None = None,
    mandatory_from: datetime | None = None,
    recalled_at: datetime | None = None,
) -> None:
    """Let a release go to the person of the shelf by one more group."""
    act = Distribution(key=f"{by}:{release.id}", release_id=release.id, requested_by="clock")
    target = Destination(
        release_id=release.id,
        app_id=shelf.app.id,
        kind=DestinationKind.GROUP,
        target_id=by,
        created_by="clock",
        superseded_at=now() if superseded else None,
        mandatory_from=mandatory_from,
        recalled_at=recalled_at,
        notes=notes,
    )
    recipient = Recipient(
        distribution_id=act.id,
        release_id=release.id,
        destination_id=target.id,
        tester_id=shelf.tester.id,
        teller="slack",
        state=RecipientState.TOLD,
    )
    for record in (act, target, recipient):
        async with database.writing() as session:
            session.add(record)


def numbers(found: OwnBuilds) -> list[list[int]]:
    return [
        [app.newest.release.number, *(one.release.number for one in app.earlier)]
        for app in found.apps
    ]


async def test_what_is_current_comes_first_and_then_the_highest_number(
    database: Database, mine: MyBuilds
) -> None:
    shelf = await stock(database)  # Release 7, given by name.
    for number in (8, 9, 10, 11):
        await given(database, shelf, number, superseded=number != CURRENT)

    found = await mine.of_tester(shelf.tester.id, apps=9, of_each=4)

    assert numbers(found) == [[9, 7, 11, 10]]
    assert (found.apps[0].more, found.more) == (1, 0)
    assert found.apps[0].newest.served is not None
    assert [one.served for one in found.apps[0].earlier] == [None] * 3


async def test_what_somebody_has_twice_is_listed_once_and_mandatory_as_soon_as_it_is(
    database: Database, mine: MyBuilds
) -> None:
    shelf = await stock(database)
    later, since = now() + timedelta(days=1), now() - timedelta(days=1)
    soon = await given(database, shelf, 8, mandatory_from=later)
    await also_by(database, shelf, soon, "other", superseded=True)

    (app,) = (await mine.of_tester(shelf.tester.id, apps=9, of_each=9)).apps
    assert app.newest.release.number == 8
    assert app.newest.demand is not None
    assert not app.newest.demand.is_mandatory
    assert [one.release.number for one in app.earlier] == [7]

    await also_by(database, shelf, soon, "third", notes="For you.", mandatory_from=since)
    (app,) = (await mine.of_tester(shelf.tester.id, apps=9, of_each=9)).apps
    assert app.newest.demand is not None
    assert app.newest.demand.is_mandatory
    assert app.newest.release.notes == "For you."


async def test_what_one_may_not_install_is_not_there(database: Database, mine: MyBuilds) -> None:
    shelf, other = await stock(database), await stock(database)
    recalled = await given(database, shelf, 8, recalled_at=now())
    disabled = await given(database, shelf, 9)
    await change(database, disabled, enabled=False)
    draft = await given(database, shelf, 10)
    await change(database, draft, state=ReleaseState.DRAFT)
    tester_id = shelf.tester.id

    assert numbers(await mine.of_tester(tester_id, apps=9, of_each=9)) == [[7]]
    assert await mine.may_install(tester_id, shelf.release.id)
    for release in (recalled, disabled, draft, other.release):
        assert not await mine.may_install(tester_id, release.id)
    assert (await mine.of_tester("f" * 32, apps=9, of_each=9)).apps == ()
