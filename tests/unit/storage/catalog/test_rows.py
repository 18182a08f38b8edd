"""Lists of releases: which ones, in which order, and what is found by what people type."""

from datetime import datetime
from typing import Any

import pytest

from storage.catalog import rows, search
from storage.catalog.database import Database
from storage.catalog.rows import ReleaseRow
from storage.catalog.search import NamedApp
from storage.records.destination import Destination, DestinationKind
from storage.records.release import Release, ReleaseState
from tests.unit.storage.catalog.library import START, Library, opened

DRAFT, LIVE, DISMISSED = ReleaseState.DRAFT, ReleaseState.LIVE, ReleaseState.DISMISSED

APPS = {
    "harbour": "Harbour",
    "harbour-pro": "Harbour Pro",
    "moewe": "Möwe 100% (intern)",
    "straße_7": "Straße_7",
    "back": "Back\\slash",
}
RELEASES = (
    ("harbour", "2.4.0", "241"),
    ("harbour", "2.4.1-RC1_x", "242"),
    ("harbour-pro", "12.4.0", "7"),
    ("moewe", "1.0", "100%"),
    ("straße_7", "7 größer", "9"),
    ("back", "1\\2", "5"),
)


async def filled(database: Database) -> Library:
    library = await opened(database)
    for name, display_name in APPS.items():
        await library.app(name, display_name)
    for name, version, build in RELEASES:
        await library.release(name, version, build)
    return library


async def like(library: Library, typed: str, limit: int = 100) -> list[ReleaseRow]:
    async with library.database.reading() as session:
        return await rows.newest(session, library.organization_id, [LIVE], like=typed, limit=limit)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("harbour", {"12.4.0", "2.4.0", "2.4.1-RC1_x"}),
        ("HARBOUR 2.4", {"2.4.0", "2.4.1-RC1_x"}),
        ("arbour 2", {"2.4.0", "2.4.1-RC1_x"}),
        ("harbour pro 12", {"12.4.0"}),
        ("2.4.0 (241)", {"2.4.0"}),
        ("  Harbour   2.4.0 (24", {"2.4.0"}),
        ("4.0", {"2.4.0", "12.4.0"}),
        ("rc1", {"2.4.1-RC1_x"}),
        ("0 7", {"12.4.0"}),
        ("MÖWE", {"1.0"}),
        ("mo\u0308we", {"1.0"}),
        ("STRASSE", {"7 größer"}),
        ("GRÖSSER", {"7 größer"}),
        ("(intern) 1", {"1.0"}),
        ("%", {"1.0"}),
        ("_", {"2.4.1-RC1_x", "7 größer"}),
        ("\\", {"1\\2"}),
        ("/", set()),
        ("%%", set()),
        ("harbour 4", set()),
        ("zzzz", set()),
    ],
)
async def test_what_is_typed_finds_a_part_of_an_app_or_a_version_whatever_its_case(
    database: Database, typed: str, expected: set[str]
) -> None:
    library = await filled(database)

    assert {row.version for row in await like(library, typed)} == expected


async def test_the_database_finds_what_the_description_of_a_search_says(database: Database) -> None:
    library = await filled(database)
    everything = await like(library, "")
    whole = [f"{row.app_display_name} {row.version} {row.build}" for row in everything]
    sizes = (1, 4, 9)
    typed = {text[at : at + size] for text in whole for at in range(len(text)) for size in sizes}

    wrong = []
    for text in sorted(filter(search.folded, typed)):
        found, needle = await like(library, text), search.folded(text)
        wrong += [(text, row) for row in everything if (row in found) != _fits(row, needle)]

    assert len(everything) == len(RELEASES)
    assert wrong == []


def _fits(row: ReleaseRow, needle: str) -> bool:
    app = NamedApp(id=row.app_id, name=row.app_name, display_name=row.app_display_name)
    return search.fits(needle, app, search.spelled(row.version, row.build))


async def test_a_release_is_found_though_hundreds_are_newer(database: Database) -> None:
    library = await opened(database)
    await library.app("quay", "Quay")
    await library.app("harbour", "Harbour")
    await library.release("quay", "1.0.1", "1")
    for number in range(150):
        await library.release("harbour", f"3.0.{number}", f"{number}")

    assert [row.version for row in await like(library, "quay 1.0")] == ["1.0.1"]
    assert [row.version for row in await like(library, "1.0.1")] == ["1.0.1"]
    assert len(await like(library, "harbour")) == 100
    assert [row.number for row in await like(library, "", limit=3)] == [150, 149, 148]


async def test_the_newest_in_several_states_are_in_the_order_of_posting(database: Database) -> None:
    library = await opened(database)
    await library.app("harbour", "Harbour")
    for number, state in enumerate((LIVE, DRAFT, DISMISSED, LIVE, DRAFT, DRAFT)):
        await library.release("harbour", "1.0", f"{number}", state)

    async with database.reading() as session:
        found = await rows.newest(session, library.organization_id, [LIVE, DRAFT], limit=4)
        others = await rows.newest(session, "0" * 32, [LIVE, DRAFT])

    assert [row.build for row in found] == ["5", "4", "3", "1"]
    assert others == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2", ["b"]),  # a number
        ("2.4.0", ["c"]),  # the newest of two with this version
        ("2.4.0 (a)", ["a"]),
        ("3", ["c"]),  # number and version at once: the newest
        ("2.4", []),
        ("2.4.0 (x)", []),
        ("2.4.%", []),
        ("99999999999", []),
        ("()", []),
        ("", []),
    ],
)
async def test_a_release_is_meant_by_number_version_or_both(
    database: Database, typed: str, expected: list[str]
) -> None:
    library = await opened(database)
    await library.app("harbour", "Harbour")
    await library.app("quay", "Quay")
    for version, build in (("2.4.0", "a"), ("3", "b"), ("2.4.0", "c")):
        await library.release("harbour", version, build)
    await library.release("quay", "2.4.0", "q")

    async with database.reading() as session:
        found = await rows.meant(session, library.apps["harbour"].id, typed)

    assert [row.build for row in found] == expected


async def test_of_each_app_the_last_one_posted_is_the_newest(database: Database) -> None:
    library = await opened(database)
    for name in ("harbour", "quay", "empty"):
        await library.app(name, name.title())
    await library.release("harbour", "2.0", "late", posted_at=START)
    await library.release("harbour", "1.0", "early", posted_at=START)
    await library.release("quay", "1.0", "1")

    async with database.reading() as session:
        found = await rows.newest_of_each(session, library.organization_id)

    # Of two that were posted at the same moment it is the one with the higher number.
    assert {(row.app_name, row.build) for row in found} == {("harbour", "early"), ("quay", "1")}


async def test_a_row_says_whether_anybody_has_it_and_whether_it_is_current(
    database: Database,
) -> None:
    library = await opened(database)
    await library.app("harbour", "Harbour")
    nobody, current, superseded, recalled = [
        await library.release("harbour", f"{number}", "1") for number in range(4)
    ]
    await _sent(database, current)
    await _sent(database, superseded, superseded_at=START)
    await _sent(database, recalled, recalled_at=START)

    async with database.reading() as session:
        ids = {nobody.id, current.id, superseded.id, recalled.id}
        found = {row.release_id: row for row in await rows.those(session, ids)}

    said = {release_id: (bool(row.sent), bool(row.current)) for release_id, row in found.items()}
    assert said == {
        nobody.id: (False, False),
        current.id: (True, True),
        superseded.id: (True, False),
        recalled.id: (False, False),
    }


async def _sent(database: Database, release: Release, **values: datetime) -> None:
    fixed: dict[str, Any] = {
        "release_id": release.id,
        "app_id": release.app_id,
        "kind": DestinationKind.GROUP,
        "target_id": "g" * 32,
        "created_by": "clock",
    }
    async with database.writing() as session:
        session.add(Destination(**{**fixed, **values}))
