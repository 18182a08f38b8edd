"""Renewal: profiles are made anew before they end, and once more where that failed."""

from datetime import datetime, timedelta
from typing import Final

from provisioning.actors import CLOCK
from provisioning.devices.waves import ENDED, Waves
from storage.catalog import apple_teams, releases, waves
from storage.catalog.database import Database, Session
from storage.records.apple_team import AppleTeam
from storage.records.base import now
from storage.records.wave import Wave, WaveState

#: A profile that ends within this is made anew, so that nobody's app stops.
RENEWED_BEFORE: Final = timedelta(days=14)

#: What failed is tried again after so long, since the key may be mended, or Apple; then after
#: twice as long each time, up to a day.
TRIED_AGAIN: Final = timedelta(hours=1)
TRIED_DAILY: Final = timedelta(days=1)


class Renewal:
    """Wants the waves that nobody asks for."""

    def __init__(self, database: Database, wanting: Waves, *, organization_id: str) -> None:
        self._database = database
        self._waves = wanting
        self._organization_id = organization_id

    async def renew(self) -> None:
        """Want the apps whose profiles end soon, and those whose last wave failed a while ago."""
        async with self._database.reading() as session:
            teams = await apple_teams.every(session, self._organization_id)
            live = await releases.programs_live(session, self._organization_id, "ios")
            late: list[tuple[str, str]] = []
            for team in teams:
                own = {bundle_id for bundle_id, prefix in live if prefix == team.team_id}
                late += [(team.id, bundle_id) for bundle_id in await _due(session, team, own)]
        for team_id, bundle_id in late:
            await self._waves.want(team_id, bundle_id, CLOCK)


async def _due(session: Session, team: AppleTeam, bundle_ids: set[str]) -> list[str]:
    """Return those of a team's apps whose time has come."""
    last = await waves.last(session, team.id, bundle_ids)
    ends = await waves.ends(session, team.id, bundle_ids)
    good = await waves.succeeded(session, team.id, bundle_ids)
    return [
        one
        for one in sorted(bundle_ids)
        if _is_due(last.get(one), ends.get(one), since=good.get(one, 0))
    ]


def _is_due(last: Wave | None, ends: datetime | None, *, since: int) -> bool:
    """
    Return whether an app's profiles want to be made anew because it is time.

    *since* is the number of the last wave that went well, 0 when none did.
    """
    if last is None or last.state not in ENDED or last.ended_at is None:
        return False  # Nobody needed any so far, or they are being made.
    if last.state is WaveState.FAILED:
        return last.ended_at + _pause(last.number - since) < now()
    return ends is not None and ends < now() + RENEWED_BEFORE


def _pause(tries: int) -> timedelta:
    """Return how long after the last of so many tries in vain the next one comes."""
    doubled: timedelta = TRIED_AGAIN * 2 ** min(tries - 1, 5)
    return min(doubled, TRIED_DAILY)
