"""Verdicts as the records have them: of one person, of all who were given a release, of a plan."""

from datetime import timedelta
from typing import Any

import pytest

from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities, ServedRelease
from provisioning.installing.installability import Phone
from provisioning.installing.verdict import VerdictCode
from storage.catalog.database import Database
from storage.records.apple_team import AppleTeam
from storage.records.base import new_id, now
from storage.records.destination import Destination, DestinationKind
from storage.records.device import Device
from storage.records.distribution import Distribution, Recipient
from storage.records.registration import Registration, RegistrationState
from storage.records.release import ReleaseState
from storage.records.tester import Tester as Person
from storage.records.wave import Wave, WaveState
from tests import phones
from tests.phones import UDID
from tests.shelf import Shelf, change, facts_of, sent, signed_ad_hoc, stock
from tests.town.counting import statements_of

INSIDE = "00008110-0011223344556677"


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    return await stock(database)


@pytest.fixture
def able(database: Database) -> Installabilities:
    return Installabilities(database)


async def served(able: Installabilities, shelf: Shelf, phone: Phone | None = None) -> ServedRelease:
    found = await able.of_tester(shelf.tester.id, [shelf.release.id], phone=phone)
    return found[shelf.release.id]


async def code(able: Installabilities, shelf: Shelf) -> VerdictCode:
    """Return the verdict about who is on the shelf; the count has to say the same."""
    found = (await served(able, shelf)).verdict.code
    counted = await able.of_release(shelf.release.id)
    asked = await able.of_people(shelf.release.id, [shelf.tester.id])
    assert counted.counts == asked.counts == {found: 1}
    return found


async def test_a_phone_on_its_way_from_nothing_to_installed(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    own, tester = shelf.build.organization_id, shelf.tester.id
    said = [await code(able, shelf)]
    team = await phones.connect(database, own)
    said.append(await code(able, shelf))
    phone = await phones.hand_in(database, own, tester)
    said.append(await code(able, shelf))
    for state in (
        RegistrationState.AWAITING_APPROVAL,
        RegistrationState.REGISTERING,
        RegistrationState.PROCESSING,
        RegistrationState.INELIGIBLE,
        RegistrationState.REFUSED,
        RegistrationState.DISABLED,
        RegistrationState.READY,
    ):
        await phones.register(database, team, phone, state)
        said.append(await code(able, shelf))
    wave = await phones.wave(database, team, shelf.build, WaveState.WANTED)
    said.append(await code(able, shelf))
    await _end(database, wave, WaveState.UNDERWAY)
    said.append(await code(able, shelf))
    await phones.sign(database, shelf.build, INSIDE, UDID)
    said.append(await code(able, shelf))

    assert said == [
        VerdictCode.UNKNOWN,
        VerdictCode.NO_DEVICE,
        VerdictCode.UNREGISTERED,
        VerdictCode.AWAITING_APPROVAL,
        VerdictCode.REGISTERING,
        VerdictCode.AT_APPLE,
        VerdictCode.INELIGIBLE,
        VerdictCode.REFUSED,
        VerdictCode.DISABLED,
        VerdictCode.UNSIGNED,
        VerdictCode.PREPARING,
        VerdictCode.PREPARING,
        VerdictCode.READY,
    ]


@pytest.mark.parametrize("state", [WaveState.DONE, WaveState.FAILED])
async def test_a_wave_that_has_ended_prepares_nobody(
    able: Installabilities, database: Database, shelf: Shelf, state: WaveState
) -> None:
    team = await ready_at_apple(database, shelf)
    await phones.wave(database, team, shelf.build, state)

    assert await code(able, shelf) is VerdictCode.UNSIGNED


@pytest.mark.parametrize(
    "values",
    [{"state": ReleaseState.DRAFT}, {"enabled": False}],
    ids=["a draft", "a disabled release"],
)
async def test_a_wave_prepares_what_is_live(
    able: Installabilities, database: Database, shelf: Shelf, values: dict[str, object]
) -> None:
    team = await ready_at_apple(database, shelf)
    await phones.wave(database, team, shelf.build, WaveState.UNDERWAY)
    before = await code(able, shelf)
    await change(database, shelf.release, **values)

    assert (before, await code(able, shelf)) == (VerdictCode.PREPARING, VerdictCode.UNSIGNED)


async def test_a_place_at_another_team_is_none_at_this_one(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    own = shelf.build.organization_id
    other = await phones.connect(database, own, "OTHER12345")
    phone = await phones.hand_in(database, own, shelf.tester.id)
    await phones.register(database, other, phone, RegistrationState.READY)
    without = (await served(able, shelf)).verdict
    team = await phones.connect(database, own)
    unasked = await code(able, shelf)
    await phones.register(database, team, phone, RegistrationState.PROCESSING)

    assert without.code is VerdictCode.NOT_FOR_THIS_BUILD
    assert "team Harbour Works Ltd (TEAM123456), which is not connected" in without.sentence
    assert (unasked, await code(able, shelf)) == (VerdictCode.UNREGISTERED, VerdictCode.AT_APPLE)


async def test_builds_that_are_not_signed_here_say_which_kind_they_are(
    able: Installabilities, database: Database
) -> None:
    said = []
    for kind in ("adhoc", "development"):
        shelf = await stock(database, facts=facts_of(signing=signed_ad_hoc(kind=kind)))
        await ready_at_apple(database, shelf)
        if kind == "adhoc":
            await change(database, shelf.build, sha256=None, link="https://builds.example.com/7")
        said.append((await served(able, shelf)).verdict)

    assert [one.code for one in said] == [VerdictCode.NOT_FOR_THIS_BUILD] * 2
    assert "here. It lies elsewhere, and what is not here cannot be signed." in said[0].sentence
    assert "here. It is signed for development, and only ad hoc builds are" in said[1].sentence


async def test_each_is_judged_by_the_very_file_that_their_link_leads_to(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    await ready_at_apple(database, shelf)
    await phones.sign(database, shelf.build, UDID)
    await change(database, shelf.build, facts=_expired(shelf))
    grants = Grants(database, b"k" * 32, timedelta(days=1))
    grant = await grants.give(shelf.release.id, shelf.tester.id)
    opened = await grants.open(grants.token(grant))
    cid = await _given(database, shelf, "Cid")

    theirs, other = await served(able, shelf), await able.of_tester(cid, [shelf.release.id])

    assert opened is not None
    assert theirs.facts == opened.facts
    assert theirs.verdict.code is VerdictCode.READY
    assert other[shelf.release.id].verdict.code is VerdictCode.EXPIRED
    counted = await able.of_release(shelf.release.id)
    assert counted.counts == {VerdictCode.READY: 1, VerdictCode.EXPIRED: 1}


async def test_who_may_not_install_it_any_more_is_not_counted(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    await ready_at_apple(database, shelf)
    await _given(database, shelf, "Cid", active=False)
    await _given(database, shelf, "Dee", recalled=True)
    for record in _to_a_group(shelf):
        async with database.writing() as session:
            session.add(record)

    assert (await able.of_release(shelf.release.id)).counts == {VerdictCode.UNSIGNED: 1}


async def test_somebody_who_was_never_here_has_no_device(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    await ready_at_apple(database, shelf)
    found = await able.of_people(shelf.release.id, [None, shelf.tester.id, None])

    assert found.counts == {VerdictCode.NO_DEVICE: 2, VerdictCode.UNSIGNED: 1}
    assert found.sentence == (
        "0 of 3 can install now; 1 has a device it is not signed for yet; 2 have no device here."
    )


async def test_the_phone_of_the_browser_is_looked_for_among_theirs(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    await ready_at_apple(database, shelf)
    ipad = Phone(maker="ios", version=(17,), family="ipad")

    assert (await served(able, shelf, ipad)).verdict.code is VerdictCode.NO_DEVICE
    assert await able.of_tester(shelf.tester.id, [new_id()]) == {}
    assert (await able.of_release(new_id())).people == 0


async def test_hundreds_of_people_take_as_few_questions_as_one(
    able: Installabilities, database: Database, shelf: Shelf
) -> None:
    team = await ready_at_apple(database, shelf)
    with statements_of(database) as of_one:
        await able.of_release(shelf.release.id)
    await _crowd(database, shelf, team.id, people=499, devices=4)
    with statements_of(database) as of_many:
        found = await able.of_release(shelf.release.id)

    assert len(of_one) == len(of_many) == 3
    assert found.counts == {VerdictCode.UNSIGNED: 1, VerdictCode.AT_APPLE: 499}


async def ready_at_apple(database: Database, shelf: Shelf) -> AppleTeam:
    """Let the one on the shelf have a phone that is ready at the build's team."""
    own = shelf.build.organization_id
    team = await phones.connect(database, own)
    phone = await phones.hand_in(database, own, shelf.tester.id)
    await phones.register(database, team, phone, RegistrationState.READY)
    return team


async def _end(database: Database, wave: Wave, state: WaveState) -> None:
    async with database.writing() as session:
        found = await session.get(Wave, wave.id)
        assert found is not None
        found.state = state
        session.add(found)


def _expired(shelf: Shelf) -> dict[str, object]:
    ended = signed_ad_hoc(expires_at=now() - timedelta(days=3))
    return {**shelf.build.facts, "signing": ended.model_dump(mode="json")}


async def _given(
    database: Database, shelf: Shelf, name: str, *, active: bool = True, recalled: bool = False
) -> str:
    """Give the release to one more; return who that is."""
    tester = Person(organization_id=shelf.build.organization_id, name=name, active=active)
    act, destination, recipient = sent(shelf.release, shelf.app, tester.id)
    assert isinstance(act, Distribution)
    assert isinstance(destination, Destination)
    act.key = name
    destination.recalled_at = now() if recalled else None
    for record in (tester, act, destination, recipient):
        async with database.writing() as session:
            session.add(record)
    return tester.id


def _to_a_group(shelf: Shelf) -> tuple[Distribution, Destination, Recipient]:
    """Return one more act by which the one on the shelf has the release."""
    act, destination, recipient = sent(shelf.release, shelf.app, shelf.tester.id)
    assert isinstance(act, Distribution)
    assert isinstance(destination, Destination)
    assert isinstance(recipient, Recipient)
    act.key, destination.kind, destination.target_id = "again", DestinationKind.GROUP, new_id()
    return act, destination, recipient


async def _crowd(
    database: Database, shelf: Shelf, team_id: str, *, people: int, devices: int
) -> None:
    """Give the release to many more, whose devices Apple is checking."""
    own: dict[str, Any] = {"organization_id": shelf.build.organization_id}
    act, destination, one = _to_a_group(shelf)
    crowd = [Person(**own, name=f"Tester {number}") for number in range(people)]
    held = [
        Device(**own, udid=f"{place:040x}", tester_id=who.id, created_by="clock")
        for place, who in enumerate(crowd * devices)
    ]
    async with database.writing() as session:
        session.add_all([act, *crowd])
        await session.flush()
        session.add_all([destination, *held])
        await session.flush()
        session.add_all(
            Recipient(**one.model_dump(exclude={"id", "tester_id"}), tester_id=who.id)
            for who in crowd
        )
        session.add_all(
            Registration(
                **own,
                device_id=device.id,
                team_id=team_id,
                state=RegistrationState.PROCESSING,
                requested_by="clock",
            )
            for device in held
        )
