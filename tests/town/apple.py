"""What a town has at Apple: a team, a place for each device, and waves that make profiles anew."""

import random
from collections.abc import Sequence

from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.registration import Registration, RegistrationState
from storage.records.wave import Wave, WaveState
from tests.town.loading import Loader
from tests.town.people import MANAGER, People
from tests.town.sheets import TEAM
from tests.town.works import AppWork, new_id

BY = f"person:slack:{MANAGER}"


def register(
    load: Loader,
    rng: random.Random,
    people: People,
    apps: Sequence[AppWork],
    organization_id: str,
) -> None:
    """Connect the team of the town's profiles; most devices are ready there, some in each state."""
    team_id = new_id(rng)
    load.add(
        AppleTeam,
        id=team_id,
        organization_id=organization_id,
        issuer_id="87654321-1234-1234-1234-123456789012",
        team_id=TEAM,
        key_id="KEY",
        sealed_key=b"sealed",
        created_by=BY,
    )
    states = [*RegistrationState, *[RegistrationState.READY] * 14]
    for place, device_id in enumerate(people.devices):
        load.add(
            Registration,
            organization_id=organization_id,
            device_id=device_id,
            team_id=team_id,
            state=states[place % len(states)],
            requested_by=BY,
        )
    for app in apps:
        if app.platform == "ios":
            load.add(
                Wave,
                organization_id=organization_id,
                team_id=team_id,
                bundle_id=app.bundle_id,
                number=1,
                state=WaveState.DONE if rng.random() < 0.9 else WaveState.UNDERWAY,
                created_by=BY,
                ended_at=now(),
            )
