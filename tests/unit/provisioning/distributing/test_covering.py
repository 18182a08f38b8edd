"""Covering: what waits for phones, and what does not."""

from datetime import timedelta
from pathlib import Path

import pytest

from provisioning.actors import Identity
from provisioning.distributing.order import Order
from storage.catalog import organizations, recipients, registrations, testers
from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.device import Device
from storage.records.distribution import DistributionState, RecipientState
from storage.records.identity import SigningIdentity
from storage.records.registration import Registration, RegistrationState
from tests.unit.provisioning.conftest import BOB, CID, MANAGER, Domain

#: The team that signed the sample.
PREFIX = "A1B2C3D4E5"
BY = MANAGER.reference


@pytest.fixture
def database_url(long_database_url: str) -> str:
    """Try both databases in the long run alone."""
    return long_database_url


async def connect(domain: Domain, *, prefix: str = PREFIX) -> str:
    """Connect a team whose key opens nothing, so that every wave fails; return its id."""
    async with domain.database.writing() as session:
        own = (await organizations.named(session, "main")).id
        team = AppleTeam(
            organization_id=own,
            issuer_id="57246542-96fe-1a63-e053-0824d011072a",
            team_id=prefix,
            key_id="2X9R4HXF34",
            sealed_key=b"sealed",
            created_by=BY,
        )
        session.add(team)
        session.add(
            SigningIdentity(
                organization_id=own,
                key_fingerprint="ab" * 32,
                sealed_key=b"sealed",
                fingerprint="cd" * 32,
                name="Apple Distribution: Harbour",
                team_id=prefix,
                expires_at=now() + timedelta(days=100),
                created_by=BY,
            )
        )
    return team.id


async def phone(
    domain: Domain, team_id: str | None, owner: Identity, state: RegistrationState
) -> None:
    """Let somebody own a phone that stands so with a team."""
    async with domain.database.writing() as session:
        own = (await organizations.named(session, "main")).id
        (tester,) = await testers.of_slack(session, own, {owner.value: owner.value})
        device = Device(
            organization_id=own,
            udid=f"00008110-00112233AABB{ord(owner.value[1]):04X}",
            tester_id=tester.id,
            created_by=BY,
        )
        session.add(device)
        await session.flush()
        if team_id is None:
            return
        session.add(
            Registration(
                organization_id=own,
                device_id=device.id,
                team_id=team_id,
                state=state,
                requested_by=BY,
            )
        )


async def send(domain: Domain, release_id: str, *people: Identity, waits: bool = True) -> str:
    order = Order(key="k1", release_id=release_id, by=MANAGER, people=people, waits=waits)
    return (await domain.distributions.request(order)).id


async def held(domain: Domain, release_id: str) -> list[tuple[str, str]]:
    async with domain.database.reading() as session:
        return await recipients.held_by_name(session, release_id, limit=10)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (RegistrationState.AWAITING_APPROVAL, "approval"),
        (RegistrationState.REGISTERING, "registered"),
        (RegistrationState.PROCESSING, "checking"),
        (RegistrationState.INELIGIBLE, "30 days"),
    ],
)
async def test_a_phone_that_is_not_decided_about_holds_its_owner_alone(
    domain: Domain, ipa: Path, state: RegistrationState, word: str
) -> None:
    release_id = await domain.draft(ipa)
    await phone(domain, await connect(domain), BOB, state)

    await send(domain, release_id, BOB, CID)

    ((_, reason),) = await held(domain, release_id)
    assert word in reason
    card = await domain.cards.release(release_id)
    assert card.counts == {RecipientState.TOLD: 1, RecipientState.HELD: 1}
    assert card.acts[-1].state is DistributionState.DONE
    assert [one.reason for one in card.held] == [reason]


@pytest.mark.parametrize("state", [RegistrationState.REFUSED, RegistrationState.DISABLED])
async def test_a_phone_that_never_gets_in_holds_nobody(
    domain: Domain, ipa: Path, state: RegistrationState
) -> None:
    release_id = await domain.draft(ipa)
    await phone(domain, await connect(domain), BOB, state)

    await send(domain, release_id, BOB)

    assert len(domain.teller.told) == 1
    assert await held(domain, release_id) == []


@pytest.mark.parametrize("connected", ["nobody", "another team"])
async def test_without_the_team_of_the_build_nobody_is_held(
    domain: Domain, ipa: Path, connected: str
) -> None:
    release_id = await domain.draft(ipa)
    team_id = None
    if connected == "another team":
        team_id = await connect(domain, prefix="OTHERTEAM1")
    await phone(domain, team_id, BOB, RegistrationState.READY)

    await send(domain, release_id, BOB)

    assert len(domain.teller.told) == 1
    assert "provision" not in {road for road, _ in domain.engine.started}


async def test_whoever_is_held_is_not_counted_again_and_may_be_told_by_another_try(
    domain: Domain, ipa: Path
) -> None:
    release_id, team_id = await domain.draft(ipa), await connect(domain)
    await phone(domain, team_id, BOB, RegistrationState.PROCESSING)
    sent = await send(domain, release_id, BOB)

    plan = await domain.distributions.plan(release_id, (), (BOB,))
    assert (plan.people, plan.already) == (0, 1)

    async with domain.database.writing() as session:
        for registration, _ in await registrations.of_team(session, team_id):
            await registrations.move(session, registration, RegistrationState.REFUSED)
    await domain.distributions.again(sent, MANAGER, "again:1")
    assert len(domain.teller.told) == 1
    assert await held(domain, release_id) == []
