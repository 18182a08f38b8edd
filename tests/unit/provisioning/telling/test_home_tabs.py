"""Home tabs: whose are to be looked at when something changes, and by whom."""

from datetime import timedelta

import pytest

from provisioning.telling.home_tabs import LONGEST_PAUSE, HomeTabs
from storage.catalog.database import Database
from storage.records.base import now
from tests.shelf import Shelf, stock


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    return await stock(database)


@pytest.fixture
def tabs(database: Database, shelf: Shelf) -> HomeTabs:
    return HomeTabs(database, organization_id=shelf.app.organization_id)


async def due(tabs: HomeTabs) -> set[str]:
    return {tab.slack_id for tab in await tabs.due(limit=99)}


async def rest(tabs: HomeTabs) -> None:
    """Look at whatever is due."""
    for tab in await tabs.due(limit=99):
        taken = await tabs.take(tab)
        assert taken is not None
        await tabs.done(taken)


async def test_a_change_concerns_those_who_have_it_and_managers(
    tabs: HomeTabs, shelf: Shelf
) -> None:
    own = str(shelf.tester.slack_id)
    await tabs.release_changed(shelf.release.id)
    assert await due(tabs) == set()  # Nobody has opened theirs.
    for slack_id in (own, "UMANAGER", "UOTHER"):
        await tabs.opened(slack_id)
        is_manager = slack_id == "UMANAGER"
        await tabs.drawn(slack_id, digest="d", stamp="s", manages=is_manager)
    assert await due(tabs) == set()

    await tabs.release_changed(shelf.release.id)
    assert await due(tabs) == {own, "UMANAGER"}
    await rest(tabs)
    assert await due(tabs) == set()

    await tabs.drafts_changed()
    assert await due(tabs) == {"UMANAGER"}
    await rest(tabs)

    await tabs.testers_changed([shelf.tester.id])
    assert await due(tabs) == {own}


async def test_what_a_tab_shows_is_known_to_the_next_process_and_looked_at_soon(
    tabs: HomeTabs,
) -> None:
    tab = await tabs.opened("UBOB")
    await tabs.drawn("UBOB", digest="d" * 64, stamp="s", manages=False, soon=True)

    known = await tabs.opened("UBOB")

    assert (known.drawn, known.stamp) == ("d" * 64, "s")
    assert known.due_at < now() + timedelta(minutes=1) < tab.due_at


async def test_of_two_who_look_one_takes_it_and_failures_wait_ever_longer(
    tabs: HomeTabs, shelf: Shelf
) -> None:
    own = str(shelf.tester.slack_id)
    await tabs.opened(own)
    await tabs.testers_changed([shelf.tester.id])
    (tab,) = await tabs.due(limit=1)

    taken, other = await tabs.take(tab), await tabs.take(tab)
    assert taken is not None
    assert other is None
    assert await due(tabs) == set()

    # What changes while it is drawn makes it due again, whatever came of the drawing.
    await tabs.testers_changed([shelf.tester.id])
    await tabs.done(taken)
    (tab,) = await tabs.due(limit=1)
    again = await tabs.take(tab)
    assert again is not None

    pauses = []
    for tries in range(12):
        await tabs.failed(again.model_copy(update={"tries": tries}))
        again = await tabs.opened(own)
        assert again.tries == tries + 1
        pauses.append(again.due_at - now())
    assert pauses[0] < timedelta(minutes=1)
    assert pauses[2] > timedelta(minutes=1)
    assert LONGEST_PAUSE - timedelta(minutes=1) < pauses[-1] <= LONGEST_PAUSE
