"""Distributing to somebody whose phone the build is not signed for: the choice, and the words."""

from datetime import timedelta

import pytest
import pytest_asyncio

from bot.slack.drawing import ways
from bot.slack.kit import names
from storage.catalog import testers
from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.device import Device
from storage.records.identity import SigningIdentity
from storage.records.registration import Registration, RegistrationState
from tests.integration.answering.asking import Asking, at_rest, words_of
from tests.integration.slack.house import BUILDS, House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("rested")]

BY = "person:slack:UANN"
#: The team that signed the sample.
PREFIX = "A1B2C3D4E5"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def team(furnished: House) -> AppleTeam:
    """Lend a team that is connected with a key that opens nothing, so that every wave fails."""
    own = furnished.running.ground.organization_id
    team = AppleTeam(
        organization_id=own,
        issuer_id="57246542-96fe-1a63-e053-0824d011072a",
        team_id=PREFIX,
        key_id="2X9R4HXF34",
        sealed_key=b"sealed",
        devices_read_at=now(),
        created_by=BY,
    )
    identity = SigningIdentity(
        organization_id=own,
        key_fingerprint="ab" * 32,
        sealed_key=b"sealed",
        fingerprint="cd" * 32,
        name="Apple Distribution: Harbour",
        team_id=PREFIX,
        expires_at=now() + timedelta(days=100),
        created_by=BY,
    )
    async with furnished.running.ground.database.writing() as session:
        session.add(team)
        session.add(identity)
    return team


async def with_phone(house: House, team: AppleTeam, name: str, state: RegistrationState) -> str:
    """Let somebody with a phone come who was never given anything; return their mention."""
    device_id = await owning(house, name)
    async with house.running.ground.database.writing() as session:
        session.add(
            Registration(
                organization_id=house.running.ground.organization_id,
                device_id=device_id,
                team_id=team.id,
                state=state,
                requested_by=BY,
            )
        )
    return house.workspace.person(name).mention


async def owning(house: House, name: str) -> str:
    """Let somebody come who has a phone; return the device's id."""
    person = house.workspace.add_person(name)
    own = house.running.ground.organization_id
    async with house.running.ground.database.writing() as session:
        (tester,) = await testers.of_slack(session, own, {person.id: name})
        device = Device(
            organization_id=own,
            udid=f"00008110-00112233AABB{ord(name[0]):04X}",
            tester_id=tester.id,
            created_by=BY,
        )
        session.add(device)
    return device.id


async def test_without_the_team_of_a_build_a_new_one_is_asked_for_and_everybody_knows(
    furnished: House, asking: Asking
) -> None:
    await owning(furnished, "Pia")
    pia = furnished.workspace.person("Pia").mention

    said = await asking.said("Ann", f"distribute harbour to {pia}")

    assert "goes to *1 person*" in said
    asked = await furnished.dm_to("Ann", "build it again")
    assert "Harbour 2.4.0 (241) for iOS is not signed for 1 device" in asked.said()
    assert "Its team at Apple is not connected" in asked.said()
    told = await furnished.dm_to("Pia", "A new build with it was asked for")
    assert "*Harbour 2.4.0 (241) for iOS* is not signed for your device" in told.said()


async def test_where_nobody_is_left_out_nothing_is_asked(
    furnished: House, asking: Asking, team: AppleTeam
) -> None:
    assert team.team_id == PREFIX
    jo = furnished.workspace.add_person("Jo")

    said = await asking.said("Ann", f"distribute harbour to {jo.mention}")

    assert "goes to *1 person*" in said
    await furnished.dm_to("Jo", "was sent to you")


async def test_the_manager_chooses_to_send_now_and_reads_who_waits_and_why(
    furnished: House, asking: Asking, team: AppleTeam
) -> None:
    kim = await with_phone(furnished, team, "Kim", RegistrationState.READY)
    lea = await with_phone(furnished, team, "Lea", RegistrationState.PROCESSING)
    mo = furnished.workspace.add_person("Mo")

    typed = f"distribute harbour to {kim} {lea} {mo.mention}"
    form = await asking.form("Ann", typed, "Please confirm")
    assert "Sign it for 1 phone first, then tell everybody" in words_of(form)
    assert "Tell 1 person now, 1 later" in words_of(form)
    assert "1 person waits for Apple" in words_of(form)
    sent = await furnished.ann.submit(form, {names.PHONES: {names.PHONES: ways.NOW}})

    assert sent.action == "clear"
    await furnished.dm_to("Mo", "was sent to you")
    told = await furnished.dm_to("Ann", "wait for their phones")
    assert "*Lea*: Apple is checking their phone" in told.said()
    assert "*Kim*: It " in told.said()
    await furnished.card_saying("2 wait for their phones")
    await at_rest(furnished)
    for name in ("Kim", "Lea"):
        assert not [m for m in furnished.workspace.dms(name) if m.is_bot]


async def test_a_manager_who_waits_is_told_of_a_wave_that_failed(
    furnished: House, asking: Asking, team: AppleTeam
) -> None:
    nia = await with_phone(furnished, team, "Nia", RegistrationState.READY)
    form = await asking.form("Ann", f"distribute harbour to {nia}", "Please confirm")

    sent = await furnished.ann.submit(form)

    assert sent.action == "clear"
    await furnished.dm_to("Ann", "*Nia*: It could not be signed for their phone")
    assert any(
        "waits for their phone" in m.said() or "wait for their phones" in m.said()
        for m in furnished.workspace.by_bot(BUILDS)
    )
    assert not [m for m in furnished.workspace.dms("Nia") if m.is_bot]
