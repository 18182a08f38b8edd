"""What the clock makes anew: profiles before they end, and what failed, later and later."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from storage.records.base import now
from storage.records.profile_generation import ProfileGeneration
from storage.records.wave import Wave, WaveState
from tests.integration.provision.test_walk import calls
from tests.integration.provision.world import BUNDLES, ProvisionWorld


async def renewed(world: ProvisionWorld, **ago: float) -> Sequence[WaveState]:
    """Renew as if the last wave had ended so long ago; return how every wave stands then."""
    ended_at = now() - timedelta(**ago)
    last = (await world.waves())[-1]
    async with world.database.writing() as session:
        row = await session.get_one(Wave, last.id)
        row.ended_at = ended_at
        session.add(row)
    await world.room.renewal.renew()
    await world.settled()
    return [wave.state for wave in await world.waves()]


async def profiles_end(world: ProvisionWorld, at: datetime) -> None:
    async with world.database.writing() as session:
        for generation in (await session.exec(select(ProfileGeneration))).all():
            generation.expires_at = at
            session.add(generation)


@pytest.mark.slow
async def test_what_failed_is_tried_again_later_and_later_until_it_went_well(
    provision: ProvisionWorld,
) -> None:
    provision.lose_app_id(BUNDLES[1])
    await provision.approve(await provision.claim(1))
    await provision.settled()
    failed, done = WaveState.FAILED, WaveState.DONE

    assert await renewed(provision, minutes=59) == [failed]
    assert await renewed(provision, minutes=61) == [failed] * 2
    assert await renewed(provision, minutes=119) == [failed] * 2
    assert await renewed(provision, minutes=121) == [failed] * 3
    for number in range(4, 8):
        assert await renewed(provision, hours=25) == [failed] * number, "Once a day at the least."
    provision.apple.team.app_ids.register(BUNDLES[1], "Share")
    assert await renewed(provision, hours=23) == [failed] * 7
    assert await renewed(provision, hours=25) == [*[failed] * 7, done]
    assert await provision.can_install(1)
    assert await renewed(provision, days=30) == [*[failed] * 7, done]


async def test_profiles_are_made_anew_two_weeks_before_they_end_and_nobody_is_told(
    provision: ProvisionWorld,
) -> None:
    await provision.approve(await provision.claim(1))
    await provision.settled()
    told = list(provision.teller.installable)
    provision.apple.calls.clear()

    await profiles_end(provision, now() + timedelta(days=15))
    assert len(await renewed(provision)) == 1
    await profiles_end(provision, now() + timedelta(days=13))
    assert await renewed(provision) == [WaveState.DONE] * 2

    counted = calls(provision)
    assert counted["POST profiles"] == counted["DELETE profiles/{id}"] == len(BUNDLES)
    assert len(provision.apple.team.profiles) == len(BUNDLES)
    assert await provision.can_install(1)
    assert provision.teller.installable == told
    assert len(await renewed(provision)) == 2
