"""Who has to say yes to a device, and what happens when several do at once."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.sandbox.samples.identities import device_id
from provisioning.actors import CLOCK, Actor
from provisioning.devices.approvals import Approvals
from provisioning.devices.devices import MOST_OWN, Claim, Devices
from provisioning.devices.udids import read_udid
from provisioning.errors import AlreadyDone, NotAllowed, NotNow
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions
from provisioning.people.roles import Holder, Roles
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.records.apple_team import AppleTeam
from storage.records.registration import RegistrationState
from storage.records.role import HolderKind, Role
from tests.fakes import FakeDirectory, InlineEngine
from tests.unit.provisioning.conftest import ANN, BOB, CID, MANAGER, TESTER, UPLOADER
from tests.unit.provisioning.homes import opened, stirred


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where devices are handed in and approved; Ann is the admin, Cid a release manager."""

    devices: Devices
    approvals: Approvals
    engine: InlineEngine

    async def claim(self, number: int, by: Actor = TESTER) -> str:
        assert by.identity is not None
        udid = read_udid(device_id(number))
        assert udid is not None
        return (await self.devices.claim(Claim(udid=udid), by.identity, by)).sheet.id

    async def asked(self, number: int, by: Actor = TESTER) -> str:
        """Return the registration that came of handing a device in."""
        (registration_id,) = await self.approvals.ask([await self.claim(number, by)], by)
        return registration_id

    async def state(self, registration_id: str) -> RegistrationState:
        (one,) = await self.approvals.those([registration_id])
        return one.sheet.standings[0].state


@pytest.fixture
async def counter(database: Database) -> Counter:
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
    async with database.writing() as session:
        session.add(
            AppleTeam(
                organization_id=organization.id,
                issuer_id="12345678-1234-1234-1234-123456789012",
                key_id="ABCDEFGHIJ",
                sealed_key=b"sealed",
                created_by="command line",
            )
        )
    own = {"organization_id": organization.id}
    directory = FakeDirectory()
    for identity, name in ((ANN, "Ann Archer"), (BOB, "Bob Baker"), (CID, "Cid Carver")):
        directory.add(identity.value, name)
    permissions = Permissions(database, directory, admins=[ANN.value], **own)
    roles = Roles(database, permissions, directory, admins=[ANN.value], **own)
    await roles.give(MANAGER, Role.MANAGER, Holder(kind=HolderKind.PERSON, id=str(CID)))
    audience, engine = Audience(database, directory, **own), InlineEngine()
    engine.idle = True
    approvals = Approvals(database, permissions, audience, engine, **own)
    devices = Devices(database, permissions, audience, approvals, **own)
    return Counter(devices=devices, approvals=approvals, engine=engine)


async def test_whoever_asks_first_decides_and_the_second_is_told_who_it_was(
    counter: Counter,
) -> None:
    asked = await counter.asked(1)

    both = await asyncio.gather(
        counter.approvals.approve([asked], MANAGER),
        counter.approvals.refuse([asked], UPLOADER, "Use the old one."),
        return_exceptions=True,
    )

    late = [one for one in both if isinstance(one, AlreadyDone)]
    assert len(late) == 1
    state = await counter.state(asked)
    winner = MANAGER if state is RegistrationState.REGISTERING else UPLOADER
    assert late[0].data == {"by": winner.reference, "state": state.value}


async def test_the_clock_asks_and_approves_nothing(counter: Counter) -> None:
    device_ids = [await counter.claim(1), await counter.claim(2)]

    await counter.approvals.ask_for_the_unasked(CLOCK)

    waiting = await counter.approvals.pending(MANAGER)
    assert {one.sheet.id for one in waiting} == set(device_ids)


async def test_what_is_asked_at_once_is_seen_together_also_when_one_is_taken_back(
    counter: Counter,
) -> None:
    first, second = await counter.claim(1), await counter.claim(2)
    asked = await counter.approvals.ask([first, second], TESTER)
    (one, _) = await counter.approvals.those(asked)
    mark = one.mark

    await counter.devices.forget(first, TESTER)

    (left,) = await counter.approvals.asked_at_once(mark)
    assert left.sheet.id == second
    assert left.mark == mark


async def test_each_device_of_a_list_counts_for_the_next_one(counter: Counter) -> None:
    device_ids = [await counter.claim(number, UPLOADER) for number in range(5)]

    asked = await counter.approvals.ask(device_ids, UPLOADER)

    # A release manager may approve three for one person; the others take an admin.
    states = [await counter.state(one) for one in asked]
    assert states.count(RegistrationState.REGISTERING) == 3
    assert states.count(RegistrationState.AWAITING_APPROVAL) == 2


async def test_nobody_hands_in_more_than_twenty_alone(counter: Counter) -> None:
    for number in range(MOST_OWN):
        await counter.claim(number)

    with pytest.raises(NotNow, match="20 devices already"):
        await counter.claim(99)
    await counter.claim(3)  # One of theirs may be sent again.
    await counter.claim(100, UPLOADER)
    assert len(await counter.devices.of_person(BOB)) == MOST_OWN


async def test_those_who_decide_are_admins_and_release_managers(counter: Counter) -> None:
    channel_id, people = await counter.approvals.deciders()

    assert channel_id is None
    assert people == [ANN.value, CID.value]


async def test_a_tester_approves_nothing(counter: Counter) -> None:
    asked = await counter.asked(1)

    with pytest.raises(NotAllowed):
        await counter.approvals.approve([asked], TESTER)
    assert await counter.state(asked) is RegistrationState.AWAITING_APPROVAL


async def test_a_grace_leaves_what_needs_nobody_to_be_taken_back(counter: Counter) -> None:
    device_id_ = await counter.claim(1, MANAGER)
    await counter.approvals.ask([device_id_], MANAGER, grace=timedelta(hours=1))
    started = list(counter.engine.started)

    forgotten = await counter.devices.forget(device_id_, MANAGER)

    assert started == []
    assert forgotten.id == device_id_
    assert await counter.devices.of_person(ANN) == []


async def test_whatever_becomes_of_a_device_is_looked_at_on_the_homes_of_its_owners(
    counter: Counter, database: Database
) -> None:
    tabs = await opened(database, ANN, BOB, CID)
    own, devices = {BOB.value}, counter.devices
    assert await stirred(tabs, counter.claim(1)) == own
    (device_id_,) = [one.id for one in await devices.of_person(BOB)]
    assert await stirred(tabs, counter.approvals.ask([device_id_], TESTER)) == own
    (registration_id,) = [one.registration_id for one in await counter.approvals.pending(MANAGER)]
    assert await stirred(tabs, counter.approvals.refuse([registration_id], MANAGER, "No.")) == own
    assert await stirred(tabs, counter.approvals.reopen([registration_id], MANAGER)) == own
    assert await stirred(tabs, counter.approvals.approve([registration_id], MANAGER)) == own
    assert await stirred(tabs, devices.rename(device_id_, "Old faithful", TESTER)) == own
    assert await stirred(tabs, devices.rename(device_id_, "Old faithful", TESTER)) == set()
    assert await stirred(tabs, devices.disable(device_id_, TESTER)) == own
    assert await stirred(tabs, devices.enable(device_id_, TESTER)) == own
    both = {BOB.value, CID.value}
    assert await stirred(tabs, devices.hand_over(device_id_, CID, MANAGER)) == both
    assert await stirred(tabs, counter.claim(2)) == own
    (other,) = [one.id for one in await devices.of_person(BOB)]
    assert await stirred(tabs, devices.forget(other, TESTER)) == own
