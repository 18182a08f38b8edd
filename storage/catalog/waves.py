"""Questions about waves, and about the profiles that were made in them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound, Stale
from storage.records.apple_team import AppleTeam
from storage.records.profile_generation import ProfileGeneration
from storage.records.wave import Wave, WaveState

#: Of a wave that has not ended.
OPEN = (WaveState.WANTED, WaveState.UNDERWAY)


async def get(session: Session, wave_id: str) -> Wave:
    """Raise NotFound."""
    found = await session.get(Wave, wave_id)
    if found is None:
        raise NotFound("This app's profiles are not being made any more.")
    return found


async def those(session: Session, wave_ids: Collection[str]) -> Sequence[Wave]:
    """Return waves by id; those that went with their team are left out."""
    found = await session.exec(
        select(Wave).where(col(Wave.id).in_(set(wave_ids))).order_by(col(Wave.id))
    )
    return found.all()


async def want(session: Session, wave: Wave) -> Wave:
    """Keep *wave* under the next number, unless one is wanted already; return the one there is."""
    # Locking the team's row keeps two from counting to the same number on PostgreSQL.
    await session.exec(select(AppleTeam.id).where(AppleTeam.id == wave.team_id).with_for_update())
    own = (col(Wave.team_id) == wave.team_id, col(Wave.bundle_id) == wave.bundle_id)
    highest = await session.exec(select(sa.func.max(Wave.number)).where(*own))
    row = wave.model_dump() | {"number": (highest.one() or 0) + 1}
    await insert_missing(session, Wave, [row], ["open_key"])
    found = await session.exec(select(Wave).where(Wave.open_key == wave.open_key))
    return found.one()


async def before(session: Session, wave: Wave) -> Sequence[Wave]:
    """Return the waves of the same app that came earlier and have not ended."""
    found = await session.exec(
        select(Wave)
        .where(
            Wave.team_id == wave.team_id,
            Wave.bundle_id == wave.bundle_id,
            col(Wave.number) < wave.number,
            col(Wave.state).in_(OPEN),
        )
        .order_by(col(Wave.number))
    )
    return found.all()


async def last(session: Session, team_id: str, bundle_ids: Collection[str]) -> dict[str, Wave]:
    """Return the newest wave of each of a team's apps, by bundle id."""
    found = await session.exec(
        select(Wave)
        .where(Wave.team_id == team_id, col(Wave.bundle_id).in_(set(bundle_ids)))
        .order_by(col(Wave.number))
    )
    return {wave.bundle_id: wave for wave in found.all()}


async def succeeded(
    session: Session, team_id: str, bundle_ids: Collection[str], *, before: int | None = None
) -> dict[str, int]:
    """
    Return the number of the newest wave of each app that left nothing to complain of.

    Apps that had none are left out. *before* leaves out that number and the later ones.
    """
    question = (
        select(Wave.bundle_id, sa.func.max(Wave.number))
        .where(
            Wave.team_id == team_id,
            col(Wave.bundle_id).in_(set(bundle_ids)),
            Wave.state == WaveState.DONE,
            Wave.reason == "",
        )
        .group_by(col(Wave.bundle_id))
    )
    if before is not None:
        question = question.where(col(Wave.number) < before)
    return dict((await session.exec(question)).all())


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[Wave]:
    """Return the waves that were wanted between two moments and have not ended."""
    found = await session.exec(
        select(Wave)
        .where(
            col(Wave.state).in_(OPEN),
            col(Wave.created_at) < before,
            col(Wave.created_at) > since,
        )
        .order_by(col(Wave.created_at), col(Wave.id))
    )
    return found.all()


async def move(session: Session, wave: Wave, state: WaveState, **values: object) -> Wave:
    """Set a state and *values*. Raise Stale when the state was another one by now."""
    result = await session.exec(
        sa.update(Wave)
        .where(col(Wave.id) == wave.id, col(Wave.state) == wave.state)
        .values(state=state, **values)
        # Else every record that the session holds is compared, for each that is moved.
        .execution_options(synchronize_session=False)
    )
    if getattr(result, "rowcount", 0) != 1:
        raise Stale
    await session.refresh(wave)
    return wave


async def generations(
    session: Session, team_id: str, bundle_ids: Collection[str]
) -> Sequence[ProfileGeneration]:
    """Return the profiles of bundles that may still be at Apple, the newest first."""
    found = await session.exec(
        select(ProfileGeneration)
        .where(
            ProfileGeneration.team_id == team_id,
            col(ProfileGeneration.bundle_id).in_(set(bundle_ids)),
            col(ProfileGeneration.ended_at).is_(None),
        )
        .order_by(col(ProfileGeneration.number).desc(), col(ProfileGeneration.created_at).desc())
    )
    return found.all()


async def ends(session: Session, team_id: str, bundle_ids: Collection[str]) -> dict[str, datetime]:
    """Return when the newest profile of each bundle ends, of those that were made."""
    found = await generations(session, team_id, bundle_ids)
    return {one.bundle_id: one.expires_at for one in reversed(found) if one.expires_at is not None}


async def intend(session: Session, generation: ProfileGeneration) -> ProfileGeneration:
    """Write down that a profile of this name is about to be made; return the row there is."""
    unique = ["team_id", "name"]
    await insert_missing(session, ProfileGeneration, [generation.model_dump()], unique)
    found = await session.exec(
        select(ProfileGeneration).where(
            ProfileGeneration.team_id == generation.team_id,
            ProfileGeneration.name == generation.name,
        )
    )
    return found.one()


async def generation(session: Session, generation_id: str) -> ProfileGeneration:
    """Raise NotFound."""
    found = await session.get(ProfileGeneration, generation_id)
    if found is None:
        raise NotFound("There is no such profile.")
    return found
