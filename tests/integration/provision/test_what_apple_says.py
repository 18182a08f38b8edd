"""What Apple says of a device, and what becomes of it: told once, in words, with no place lost."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox.apple.devices import Hardware
from bot.sandbox.apple.keys import Role
from bot.sandbox.faults import Fault
from storage.catalog import registrations
from storage.records.base import now
from storage.records.registration import RegistrationState
from storage.records.wave import WaveState
from tests.integration.provision.world import ANN, APP, BUNDLES, ProvisionWorld, udid

HOUR = 3600.0


def calls(world: ProvisionWorld) -> Counter[str]:
    """Return how often each operation of Apple's was called."""
    return Counter(called.operation for called in world.apple.calls)


async def test_twenty_phones_at_once_cost_one_generation(provision: ProvisionWorld) -> None:
    testers = [await provision.another(number) for number in range(20)]
    waiting = [await provision.claim(number, by) for number, by in enumerate(testers)]
    provision.apple.team.rules.usable_at_once = 100
    await provision.room.policies.change(ANN, per_person=3, reserve=0)

    await provision.approve(*waiting)
    await provision.settled()

    assert [wave.state for wave in await provision.waves()] == [WaveState.DONE]
    counted = calls(provision)
    assert counted["POST devices"] == 20
    assert counted["POST profiles"] == len(BUNDLES)
    assert all([await provision.can_install(number, by) for number, by in enumerate(testers)])
    assert len(provision.teller.installable) == len(set(provision.teller.installable)) == 20


async def test_one_that_apple_has_already_takes_no_place_and_needs_no_yes(
    provision: ProvisionWorld,
) -> None:
    provision.apple.team.devices.register("Theirs", udid(1).value.lower())
    await provision.room.registry.compare()
    provision.apple.calls.clear()

    registration_id = await provision.claim(1)
    await provision.settled()

    assert (await provision.registration(registration_id)).state is RegistrationState.READY
    assert calls(provision)["POST devices"] == 0
    assert len(provision.apple.team.devices) == 1
    assert await provision.can_install(1)


@pytest.mark.slow
@pytest.mark.parametrize("spelling", ["upper", "lower"])
async def test_the_case_in_which_apple_spells_a_udid_changes_nothing(
    provision: ProvisionWorld, spelling: str
) -> None:
    provision.apple.team.rules.spelling = spelling  # type: ignore[assignment]
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.settled()
    await provision.room.registry.read_list(provision.team_id)

    assert (await provision.registration(registration_id)).state is RegistrationState.READY
    assert await provision.can_install(1)


@pytest.mark.slow
async def test_one_that_was_disabled_at_apple_is_enabled(provision: ProvisionWorld) -> None:
    there = provision.apple.team.devices.register("Old", udid(1).value)
    there.is_disabled = True
    await provision.room.registry.compare()

    registration_id = await provision.claim(1)
    await provision.settled()

    assert (await provision.registration(registration_id)).state is RegistrationState.READY
    assert not there.is_disabled
    assert calls(provision)["POST devices"] == 0


async def test_one_that_apple_checks_waits_as_a_row_and_is_told_each_change_once(
    provision: ProvisionWorld,
) -> None:
    rules = provision.apple.team.rules
    rules.usable_at_once, rules.processing_seconds = 0, 24 * HOUR
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.state_is(registration_id, RegistrationState.PROCESSING)
    await provision.settled()
    told = len(provision.teller.devices)
    for _ in range(3):  # Nothing changes at Apple however often it is looked at.
        await provision.tick(days=0.5)
        await provision.settled()

    assert await provision.waves() == []
    assert len(provision.teller.devices) == told
    before = await provision.registration(registration_id)
    assert before.turn >= 4
    assert before.due_at is not None

    provision.apple.clock.advance(25 * HOUR)
    await provision.tick(days=0.5)
    await provision.settled()

    assert (await provision.registration(registration_id)).state is RegistrationState.READY
    assert len(provision.teller.devices) == told + 1
    assert await provision.can_install(1)
    assert len(provision.apple.team.devices) == 1


@pytest.mark.slow
async def test_one_that_apple_does_not_take_yet_is_asked_for_again_and_again(
    provision: ProvisionWorld,
) -> None:
    provision.apple.team.devices.hardware[udid(1).value] = Hardware(
        ineligible_seconds=20 * 24 * HOUR
    )
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.state_is(registration_id, RegistrationState.INELIGIBLE)
    provision.apple.clock.advance(21 * 24 * HOUR)
    await provision.tick(days=1)
    await provision.settled()

    assert (await provision.registration(registration_id)).state is RegistrationState.READY
    assert await provision.can_install(1)


async def test_a_full_family_is_refused_with_words_and_a_person_may_try_again(
    provision: ProvisionWorld,
) -> None:
    provision.apple.team.rules.slots_per_family = 0
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.settled()

    refused = await provision.registration(registration_id)
    assert refused.state is RegistrationState.REFUSED
    assert "no place left" in refused.reason
    assert len(provision.teller.devices) >= 1
    assert await provision.waves() == []


async def test_an_app_id_that_is_missing_is_said_with_its_bundle(
    provision: ProvisionWorld,
) -> None:
    provision.lose_app_id(BUNDLES[1])
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.settled()

    (failed,) = await provision.waves()
    assert (failed.state, failed.code, failed.about) == (
        WaveState.FAILED,
        "app_id_needed",
        BUNDLES[1],
    )
    assert provision.teller.waves == [failed.id]
    assert not await provision.can_install(1)

    provision.apple.team.app_ids.register(BUNDLES[1], "Share")
    await provision.room.waves.want(provision.team_id, APP, ANN)
    await provision.settled()

    assert await provision.can_install(1)
    assert len(provision.apple.team.profiles) == len(BUNDLES)


@pytest.mark.slow
async def test_a_certificate_that_was_revoked_is_said_and_nobody_is_told_to_install(
    provision: ProvisionWorld,
) -> None:
    (certificate,) = provision.apple.team.certificates
    provision.apple.team.revoke(certificate.id)
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.settled()

    (failed,) = await provision.waves()
    assert (failed.state, failed.code) == (WaveState.FAILED, "certificate_missing")
    assert provision.teller.installable == []


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["agreements", "a small role", "a revoked key"])
async def test_trouble_with_the_key_is_told_once_and_goes_on_when_it_is_mended(
    provision: ProvisionWorld, trouble: str
) -> None:
    team = provision.apple.team
    key, rules = team.key, team.rules
    if trouble == "agreements":
        rules.agreements_missing = True
    elif trouble == "a small role":
        team.keys[key.id] = replace(key, role=Role.DEVELOPER)
    else:
        team.revoke_key(key.id)
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)

    async def complained() -> bool:
        return (await provision.registration(registration_id)).reason != ""

    await provision.until(complained)
    shown = len(provision.teller.approvals)
    await provision.tick(days=0.1)
    await provision.settled()
    assert len(provision.teller.approvals) == shown, "It is said once, not each hour."
    assert len(team.devices) == 0

    rules.agreements_missing = False
    team.keys[key.id] = key
    await provision.tick(days=1)
    await provision.state_is(registration_id, RegistrationState.READY)
    await provision.settled()

    assert await provision.can_install(1)
    assert len(team.devices) == 1


@pytest.mark.slow
async def test_devices_of_other_families_stay_out_of_the_profiles(
    provision: ProvisionWorld,
) -> None:
    devices = provision.apple.team.devices
    devices.hardware[udid(7).value] = Hardware(device_class="APPLE_TV", model="Apple TV 4K")
    devices.register("Living room", udid(7).value)
    devices.register("Desk", udid(8).value, "MAC_OS")
    registration_id = await provision.claim(1)

    await provision.approve(registration_id)
    await provision.settled()

    assert [wave.state for wave in await provision.waves()] == [WaveState.DONE]
    assert await provision.can_install(1)


@pytest.mark.slow
async def test_a_list_that_was_read_before_a_device_came_takes_nothing_from_it(
    provision: ProvisionWorld,
) -> None:
    registration_id = await provision.claim(1)
    await provision.approve(registration_id)
    await provision.settled()
    team = provision.apple.team
    provision.apple.clock.advance(366 * 24 * HOUR)
    team.remove_devices([device.id for device in team.devices])
    async with provision.database.writing() as session:
        found = await registrations.get(session, registration_id)
        found.since = now() + timedelta(minutes=1)  # As if it had come while that was read.
        session.add(found)

    await provision.room.registry.read_list(provision.team_id)

    after = await provision.registration(registration_id)
    assert after.state is RegistrationState.READY
    assert after.apple_id is not None


@pytest.mark.slow
async def test_what_apple_removed_needs_a_new_place(provision: ProvisionWorld) -> None:
    registration_id = await provision.claim(1)
    await provision.approve(registration_id)
    await provision.settled()
    provision.apple.clock.advance(366 * 24 * HOUR)
    team = provision.apple.team
    team.remove_devices([device.id for device in team.devices])

    await provision.room.registry.read_list(provision.team_id)
    await provision.settled()

    drifted = await provision.registration(registration_id)
    assert drifted.state is RegistrationState.AWAITING_APPROVAL
    assert "new place" in drifted.reason
    assert drifted.apple_id is None


async def test_what_was_disabled_on_the_website_is_shown_and_enabled_here(
    provision: ProvisionWorld,
) -> None:
    registration_id = await provision.claim(1)
    await provision.approve(registration_id)
    await provision.settled()
    (there,) = provision.apple.team.devices
    there.is_disabled = True

    await provision.room.registry.read_list(provision.team_id)

    found = await provision.registration(registration_id)
    assert found.state is RegistrationState.DISABLED
    await provision.room.devices.enable(found.device_id, provision.bob)
    await provision.state_is(registration_id, RegistrationState.READY)
    assert not there.is_disabled


async def test_a_device_that_is_left_out_is_disabled_at_apple_and_keeps_its_place(
    provision: ProvisionWorld,
) -> None:
    registration_id = await provision.claim(1)
    await provision.approve(registration_id)
    await provision.settled()
    device_id = (await provision.registration(registration_id)).device_id

    await provision.room.devices.disable(device_id, provision.bob)
    await provision.settled()

    (there,) = provision.apple.team.devices
    assert there.is_disabled
    assert (await provision.registration(registration_id)).state is RegistrationState.DISABLED


async def test_a_team_that_is_disconnected_on_the_way_ends_what_was_under_way(
    provision: ProvisionWorld,
) -> None:
    provision.apple.script("GET certificates", Fault.server_error(), float("inf"), seconds=3.0)
    registration_id = await provision.claim(1)
    await provision.approve(registration_id)

    async def is_under_way() -> bool:
        return [wave.state for wave in await provision.waves()] == [WaveState.UNDERWAY]

    await provision.until(is_under_way)
    await provision.room.teams.disconnect("", ANN)
    await provision.settled()

    assert await provision.waves() == []
    assert provision.teller.installable == []
    registry = provision.room.registry
    assert await registry.register(f"{registration_id}@1") == ""
    await registry.disable(f"{registration_id}@1")
