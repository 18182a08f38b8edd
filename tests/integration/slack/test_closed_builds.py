"""A build to which no phone can be added says so on its card, and why."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.samples.identities import HARBOUR_LABS
from storage.catalog.database import Database
from storage.records.apple_team import AppleTeam
from storage.records.build import Build
from storage.records.variant import Preparation
from tests.integration.slack.house import BUILDS, House
from tests.unit.provisioning.codesign import world

CHANGED = "en.lproj/InfoPlist.strings"
CLOSED = "No phone can be added"


@pytest.fixture(autouse=True)
def _unprepared() -> None:
    """Let builds be prepared here."""


async def prepared(database: Database) -> Preparation | None:
    async with database.reading() as session:
        return (await session.exec(select(Preparation))).first()


async def test_a_build_that_was_changed_after_it_was_signed_says_so_once_it_was_looked_at(
    house: House, sqlite_url: str, tmp_path: Path
) -> None:
    broken = world.edited(
        harbour_ipa(tmp_path),
        tmp_path / "broken.ipa",
        {f"Payload/Harbour.app/{CHANGED}": lambda content: content[1:]},
    )
    card = await house.with_app(broken)
    drawn = await house.card_saying(CLOSED)

    assert drawn.ts == card.ts
    assert CHANGED in drawn.said()
    assert len(house.workspace.by_bot(BUILDS)) == 1
    database = Database(sqlite_url)
    found = await prepared(database)
    await database.close()
    assert found is not None
    assert (found.unfit, found.base_sha256) == (True, None)


async def test_a_build_of_a_team_that_is_not_connected_says_so_while_another_is(
    house: House, sqlite_url: str
) -> None:
    card = await house.with_app()
    assert CLOSED not in card.said()
    database = Database(sqlite_url)
    async with database.writing() as session:
        build = (await session.exec(select(Build))).one()
        team = AppleTeam(
            organization_id=build.organization_id,
            issuer_id="1",
            team_id="FERRIES002",
            key_id="K",
            sealed_key=b"sealed",
            created_by="person:slack:UANN",
        )
        session.add(team)
    house_of = house.running.house
    _, line = await house_of.releases.lists.find("harbour", None)
    assert line is not None
    await house_of.tellers.show_release(line.release_id)

    drawn = await house.card_saying(CLOSED)
    assert f"({HARBOUR_LABS.id}), which is not connected to this Slipway" in drawn.said()

    async with database.writing() as session:
        team.team_id = HARBOUR_LABS.id
        session.add(team)
    await house_of.tellers.show_release(line.release_id)
    await house.workspace.eventually(lambda: CLOSED not in house.card().said())
    await database.close()
