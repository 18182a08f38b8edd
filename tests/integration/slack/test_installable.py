"""Who can install what: said before it is sent, where it is announced, and to each alone."""

from collections.abc import AsyncGenerator

import pytest
from sqlmodel import select

from bot.slack.kit import names
from storage.catalog.database import Database
from storage.records import tester as testers
from storage.records.apple_team import AppleTeam
from storage.records.build import Build
from storage.records.device import Device
from storage.records.registration import RegistrationState
from storage.records.release import Release
from storage.records.wave import WaveState
from tests import phones
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.test_main_road import distribute

CIDS = "00008120-000A1B2C3D4E801E"


@pytest.fixture(autouse=True)
def _unprepared() -> None:
    """Let builds be prepared here."""


@pytest.fixture
async def database(sqlite_url: str) -> AsyncGenerator[Database]:
    """Lend the database of the house."""
    database = Database(sqlite_url)
    yield database
    await database.close()


async def build_of(database: Database) -> Build:
    async with database.reading() as session:
        return (await session.exec(select(Build))).one()


async def connected(database: Database, build: Build) -> AppleTeam:
    """Let the house speak for the team whose profile is in the build."""
    return await phones.connect(
        database, build.organization_id, str(build.facts["signing"]["team_id"])
    )


async def phone_of(database: Database, team: AppleTeam, user_id: str, udid: str) -> Device:
    async with database.reading() as session:
        found = await session.exec(select(testers.Tester).where(testers.Tester.slack_id == user_id))
        tester_id = found.one().id
    return await phones.hand_in(database, team.organization_id, tester_id, udid)


async def at_home(house: House, person: str) -> str:
    """Return what stands on somebody's Home tab once it is opened anew."""
    before = house.workspace.home_of(person)
    await house.workspace.person(person).open_home()
    await house.settled()
    shown = house.workspace.home_of(person) or before
    assert shown is not None
    return str(shown.blocks)


async def test_each_reads_where_they_stand_and_the_manager_how_many(
    house: House, database: Database
) -> None:
    await house.group("QA", "Bob", "Cid", channel=QA)
    await house.with_app()
    build = await build_of(database)
    team = await connected(database, build)
    bobs = await phone_of(database, team, house.bob.id, phones.UDID)
    await phones.register(database, team, bobs, RegistrationState.READY)
    await phones.sign(database, build, phones.UDID)
    cids = await phone_of(database, team, house.cid.id, CIDS)
    await phones.register(database, team, cids, RegistrationState.PROCESSING)

    draft = await house.card_saying("*Draft*")
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")
    await house.ann.submit(form, {names.GROUPS: ["QA"]})
    asked = await house.view_of("Ann", "Please confirm")
    await house.ann.submit(asked)

    count = "1 of 2 can install now; 1 waits for Apple."
    assert count in str(asked.blocks)
    await house.card_saying(count, QA)
    await house.card_saying(count, BUILDS)
    await house.dm_to("Bob", "ready for you")
    told = await house.dm_to("Cid", "was sent to you")
    assert "Apple is checking your iPhone 15 Pro." in told.said()
    await house.ann.command(BUILDS, names.COMMAND, "show harbour")
    await house.whisper_to("Ann", count)
    own, other = await at_home(house, "Bob"), await at_home(house, "Cid")
    assert ("'Install'" in own, "Apple is checking" in own) == (True, False)
    assert ("'Install'" in other, "Apple is checking" in other) == (False, True)


@pytest.mark.slow
async def test_the_end_of_a_wave_is_drawn_where_it_was_waited_for(
    house: House, database: Database
) -> None:
    await house.group("QA", "Cid", channel=QA)
    await house.with_app()
    build = await build_of(database)
    team = await connected(database, build)
    phone = await phone_of(database, team, house.cid.id, CIDS)
    await phones.register(database, team, phone, RegistrationState.READY)
    wave = await phones.wave(database, team, build, WaveState.UNDERWAY)
    await distribute(house, "QA")
    announced = await house.card_saying("0 of 1 can install now; 1 is being prepared.", QA)
    told = await house.dm_to("Cid", "It is being signed for your iPhone 15 Pro.")
    await house.settled()

    await phones.sign(database, build, CIDS)
    async with database.reading() as session:
        release = (await session.exec(select(Release))).one()
    tellers = house.running.house.tellers
    await tellers.tell_installable(wave.id, phone.tester_id)
    await tellers.show_release(release.id)

    news = await house.dm_to("Cid", "You can install Harbour 2.4.0 (241) for iOS now")
    after = await house.card_saying("1 of 1 can install now.", QA)
    again = await house.dm_to("Cid", "ready for you")
    assert (after.ts, again.ts) == (announced.ts, told.ts)
    assert news.ts != told.ts
    assert not any("is being signed" in one.said() for one in house.workspace.dms("Cid"))


async def test_what_could_not_be_signed_for_a_phone_is_not_offered(
    house: House, database: Database
) -> None:
    await house.group("QA", "Cid", channel=QA)
    await house.with_app()
    build = await build_of(database)
    team = await connected(database, build)
    phone = await phone_of(database, team, house.cid.id, CIDS)
    await phones.register(database, team, phone, RegistrationState.READY)
    wave = await phones.wave(database, team, build, WaveState.UNDERWAY)
    await distribute(house, "QA")
    await house.dm_to("Cid", "It is being signed for your iPhone 15 Pro.")
    await house.settled()
    said = len(house.workspace.dms("Cid"))

    await house.running.house.tellers.tell_installable(wave.id, phone.tester_id)
    await house.settled()
    assert len(house.workspace.dms("Cid")) == said

    await phones.sign(database, build, CIDS)
    await house.running.house.tellers.tell_installable(wave.id, phone.tester_id)
    await house.dm_to("Cid", "You can install Harbour 2.4.0 (241) for iOS now")


@pytest.mark.slow
async def test_without_a_team_and_devices_nothing_is_counted(house: House) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")

    announced = await house.card_saying("*Live*", QA)
    await house.dm_to("Bob", "ready for you")
    await house.settled()
    assert "can install now" not in announced.said()
