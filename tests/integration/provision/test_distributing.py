"""A release goes to people whose phones it is not signed for yet."""

import asyncio
from collections import Counter

import pytest

from bot.sandbox.faults import Fault
from provisioning.actors import Actor, Identity
from provisioning.distributing.order import Order
from storage.catalog import distributions, recipients
from storage.records.distribution import Distribution, DistributionState, RecipientState
from storage.records.wave import WaveState
from tests.integration.provision.world import ANN, APP, BUNDLES, ProvisionWorld

HOUR = 3600.0


async def stranger(world: ProvisionWorld, number: int) -> Identity:
    """Return somebody of the workspace who was never given anything."""
    actor = await world.newcomer(number)
    assert actor.identity is not None
    return actor.identity


async def with_phone(world: ProvisionWorld, number: int) -> Identity:
    """Return somebody whose phone Apple has, and who was never given anything."""
    actor = await world.newcomer(number)
    await world.approve(await world.claim(number, actor))
    await world.settled()
    assert actor.identity is not None
    return actor.identity


async def send(
    world: ProvisionWorld, *people: Identity, key: str = "k1", waits: bool = True
) -> Distribution:
    """Send the release that is live to some people."""
    order = Order(key=key, release_id=world.release_id, by=ANN, people=people, waits=waits)
    sent = await world.sending.distributions.request(order)
    assert isinstance(sent, Distribution)
    return sent


async def act(world: ProvisionWorld, distribution_id: str) -> Distribution:
    async with world.database.reading() as session:
        return await distributions.get(session, distribution_id)


async def states(world: ProvisionWorld) -> Counter[RecipientState]:
    """Return how many are in each state, but for the one who had it all along."""
    async with world.database.reading() as session:
        found = await recipients.of_releases(session, [world.release_id])
    return Counter(one.state for one in found if one.tester_id != world.bench.shelf.tester.id)


async def reasons(world: ProvisionWorld) -> list[str]:
    """Return why people are held."""
    async with world.database.reading() as session:
        found = await recipients.held_by_name(session, world.release_id, limit=10)
    return [reason for _, reason in found]


async def is_done(world: ProvisionWorld, distribution_id: str) -> None:
    async def met() -> bool:
        return (await act(world, distribution_id)).state is DistributionState.DONE

    await world.until(met)
    await world.settled()


async def stand(world: ProvisionWorld, wanted: dict[RecipientState, int]) -> None:
    async def met() -> bool:
        return await states(world) == wanted

    await world.until(met)
    await world.settled()


def actor_of(identity: Identity) -> Actor:
    return Actor(kind=ANN.kind, id=str(identity), origin="test")


async def test_everybody_waits_until_it_is_signed_for_a_phone_that_apple_has(
    provision: ProvisionWorld,
) -> None:
    phone, nobodys = await with_phone(provision, 2), await stranger(provision, 3)
    provision.apple.script("POST profiles", Fault.server_error(), float("inf"))

    sent = await send(provision, phone, nobodys)
    await provision.until(lambda: is_in(provision, sent.id, DistributionState.SIGNING))
    assert provision.teller.told == []
    card = await provision.cards.release(provision.release_id)
    assert card.is_signing
    provision.apple.faults.clear()
    await is_done(provision, sent.id)

    assert await states(provision) == {RecipientState.TOLD: 2}
    assert len(set(provision.teller.told)) == len(provision.teller.told) == 2
    assert await provision.can_install(2, actor_of(phone))
    assert provision.teller.installable == [], "Who is told by the act is not told by the wave."


async def is_in(world: ProvisionWorld, distribution_id: str, state: DistributionState) -> bool:
    return (await act(world, distribution_id)).state is state


async def test_without_waiting_the_others_are_told_now_and_a_phone_once_it_is_signed_for(
    provision: ProvisionWorld,
) -> None:
    phone, nobodys = await with_phone(provision, 2), await stranger(provision, 3)
    provision.apple.script("POST profiles", Fault.server_error(), float("inf"))

    sent = await send(provision, phone, nobodys, waits=False)
    await provision.until(lambda: is_in(provision, sent.id, DistributionState.DONE))
    assert await states(provision) == {RecipientState.TOLD: 1, RecipientState.HELD: 1}
    assert await reasons(provision) == ["It is being signed for their phone."]
    provision.apple.faults.clear()
    await stand(provision, {RecipientState.TOLD: 2})

    assert len(set(provision.teller.told)) == len(provision.teller.told) == 2
    assert await provision.can_install(2, actor_of(phone))
    assert provision.teller.installable == []


@pytest.mark.slow
async def test_a_phone_that_apple_checks_holds_up_nobody_and_is_told_when_it_is_in(
    provision: ProvisionWorld,
) -> None:
    rules = provision.apple.team.rules
    rules.usable_at_once, rules.processing_seconds = 0, 24 * HOUR
    slow, nobodys = await with_phone(provision, 2), await stranger(provision, 3)

    sent = await send(provision, slow, nobodys)
    await is_done(provision, sent.id)

    assert await states(provision) == {RecipientState.TOLD: 1, RecipientState.HELD: 1}
    (why,) = await reasons(provision)
    assert why.startswith("Apple is checking their phone")
    assert await provision.waves() == []
    provision.apple.clock.advance(25 * HOUR)
    await provision.tick(days=1)
    await stand(provision, {RecipientState.TOLD: 2})
    assert await provision.can_install(2, actor_of(slow))
    assert len(set(provision.teller.told)) == len(provision.teller.told) == 2


@pytest.mark.slow
async def test_a_phone_that_comes_later_is_told_once_it_was_approved_and_signed_for(
    provision: ProvisionWorld,
) -> None:
    actor = await provision.newcomer(2)
    registration_id = await provision.claim(2, actor)
    assert actor.identity is not None
    sent = await send(provision, actor.identity)
    await is_done(provision, sent.id)
    assert await states(provision) == {RecipientState.HELD: 1}
    assert provision.teller.told == []

    await provision.approve(registration_id)
    await stand(provision, {RecipientState.TOLD: 1})

    assert len(provision.teller.told) == 1
    assert provision.teller.installable == []


@pytest.mark.slow
async def test_a_wave_that_fails_holds_up_nobody_and_another_try_tells_the_rest(
    provision: ProvisionWorld,
) -> None:
    provision.lose_app_id(BUNDLES[1])
    phone, nobodys = await with_phone(provision, 2), await stranger(provision, 3)

    sent = await send(provision, phone, nobodys)
    await is_done(provision, sent.id)

    assert [wave.state for wave in await provision.waves()] == [WaveState.FAILED]
    assert await states(provision) == {RecipientState.TOLD: 1, RecipientState.HELD: 1}
    (why,) = await reasons(provision)
    assert why.startswith("It could not be signed for their phone")
    assert BUNDLES[1] in why
    assert sent.id in provision.teller.reported

    provision.apple.team.app_ids.register(BUNDLES[1], "Share")
    again = await provision.sending.distributions.again(sent.id, ANN, "again:1")
    await is_done(provision, again.id)
    assert await states(provision) == {RecipientState.TOLD: 2}
    assert len(set(provision.teller.told)) == len(provision.teller.told) == 2


@pytest.mark.slow
async def test_after_a_wave_that_failed_the_next_one_tells_whoever_was_held(
    provision: ProvisionWorld,
) -> None:
    provision.lose_app_id(BUNDLES[1])
    phone = await with_phone(provision, 2)
    sent = await send(provision, phone, waits=False)
    await is_done(provision, sent.id)

    async def is_explained() -> bool:
        return "It could not be signed" in "".join(await reasons(provision))

    await provision.until(is_explained)
    provision.apple.team.app_ids.register(BUNDLES[1], "Share")
    await provision.room.waves.want(provision.team_id, APP, ANN)
    await stand(provision, {RecipientState.TOLD: 1})

    assert len(provision.teller.told) == 1


async def test_two_clicks_at_once_are_one_act_one_wave_and_one_word(
    provision: ProvisionWorld,
) -> None:
    phone = await with_phone(provision, 2)

    first, second = await asyncio.gather(send(provision, phone), send(provision, phone))
    await is_done(provision, first.id)

    assert first.id == second.id
    assert len(await provision.waves()) == 1
    assert len(provision.teller.told) == 1


@pytest.mark.slow
async def test_what_is_given_without_a_word_is_signed_without_a_word(
    provision: ProvisionWorld,
) -> None:
    phone = await with_phone(provision, 2)
    order = Order(key="k1", release_id=provision.release_id, by=ANN, people=(phone,), notify=False)
    sent = await provision.sending.distributions.request(order)
    await is_done(provision, sent.id)

    async def can() -> bool:
        return await provision.can_install(2, actor_of(phone))

    await provision.until(can)
    await provision.settled()
    assert provision.teller.told == []
    assert provision.teller.installable == []


async def test_the_plan_counts_phones_that_it_is_not_signed_for(
    provision: ProvisionWorld,
) -> None:
    phone, nobodys = await with_phone(provision, 2), await stranger(provision, 3)
    coming = await provision.newcomer(4)
    await provision.claim(4, coming)
    assert coming.identity is not None

    plan = await provision.sending.distributions.plan(
        provision.release_id, (), (phone, nobodys, coming.identity)
    )

    assert (plan.people, plan.unsigned, plan.coming) == (3, 1, 1)
