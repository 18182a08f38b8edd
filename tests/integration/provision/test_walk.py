"""A phone from a word to an installed build."""

from collections import Counter

import pytest

from storage.records.registration import RegistrationState
from storage.records.wave import WaveState
from tests.integration.provision.world import ANN, APP, BUNDLES, ProvisionWorld
from tests.shelf import put


def calls(world: ProvisionWorld) -> Counter[str]:
    """Return how often each operation of Apple's was called."""
    return Counter(called.operation for called in world.apple.calls)


async def test_a_phone_that_is_approved_gets_into_the_live_release(
    provision: ProvisionWorld,
) -> None:
    registration_id = await provision.claim(1)
    waiting = await provision.registration(registration_id)
    assert waiting.state is RegistrationState.AWAITING_APPROVAL
    assert calls(provision) == Counter()

    await provision.approve(registration_id)
    await provision.settled()

    assert (await provision.registration(registration_id)).state is RegistrationState.READY
    assert [(wave.state, wave.reason) for wave in await provision.waves()] == [(WaveState.DONE, "")]
    assert await provision.can_install(1)
    assert provision.teller.installable == [
        ((await provision.waves())[0].id, provision.bench.shelf.tester.id)
    ]
    assert {profile.name.split()[1] for profile in provision.apple.team.profiles} == {"com"}
    assert len(provision.apple.team.profiles) == len(BUNDLES)


@pytest.mark.slow
async def test_the_next_phone_takes_the_place_of_the_profiles_before(
    provision: ProvisionWorld,
) -> None:
    first = await provision.claim(1)
    await provision.approve(first)
    await provision.settled()
    provision.apple.calls.clear()

    second = await provision.claim(2, await provision.another(2))
    await provision.approve(second)
    await provision.settled()

    assert await provision.can_install(1)
    assert len(provision.apple.team.profiles) == len(BUNDLES)
    counted = calls(provision)
    assert counted["POST devices"] == 1
    assert counted["POST profiles"] == len(BUNDLES)
    assert counted["DELETE profiles/{id}"] == len(BUNDLES)
    assert len(provision.teller.installable) == 2


async def test_whoever_has_a_phone_in_it_is_told_of_their_next_one_as_well(
    provision: ProvisionWorld,
) -> None:
    await provision.approve(await provision.claim(1))
    await provision.settled()

    await provision.approve(await provision.claim(2))
    await provision.settled()

    assert await provision.can_install(2)
    told = [tester for _, tester in provision.teller.installable]
    assert told == [provision.bench.shelf.tester.id] * 2


async def test_nobody_is_told_to_install_what_could_not_be_signed(
    provision: ProvisionWorld,
) -> None:
    bench = provision.bench
    stored = bench.shelf.build.sha256
    assert stored is not None
    async with bench.blobs.local(stored) as path:
        content = path.read_bytes()
    await bench.blobs.delete(stored)

    await provision.approve(await provision.claim(1))
    await provision.settled()

    (wave,) = await provision.waves()
    assert wave.state is WaveState.DONE
    assert wave.reason != ""
    assert provision.teller.waves == [wave.id]
    assert provision.teller.installable == []

    await put(bench.blobs, content)
    await provision.room.waves.want(provision.team_id, APP, ANN)
    await provision.settled()

    assert await provision.can_install(1)
    assert len(provision.teller.installable) == 1
