"""Questions about acts of distributing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.distribution import Distribution, DistributionState, Target

_ENDED = (DistributionState.DONE, DistributionState.FAILED)


async def get(session: Session, distribution_id: str) -> Distribution:
    """Raise NotFound."""
    found = await session.get(Distribution, distribution_id)
    if found is None:
        raise NotFound("There is no such distribution.")
    return found


async def of_key(session: Session, key: str) -> Distribution | None:
    found = await session.exec(select(Distribution).where(Distribution.key == key))
    return found.first()


async def of_releases(session: Session, release_ids: Collection[str]) -> Sequence[Distribution]:
    """Return the distributions of any of the releases, oldest first."""
    found = await session.exec(
        select(Distribution)
        .where(col(Distribution.release_id).in_(set(release_ids)))
        .order_by(col(Distribution.created_at), col(Distribution.id))
    )
    return found.all()


async def last_about(session: Session, destination_id: str) -> Distribution | None:
    """Return the last act by which somebody sent something to a destination."""
    found = await session.exec(
        select(Distribution)
        .join(Target, col(Target.distribution_id) == Distribution.id)
        .where(Target.destination_id == destination_id, col(Distribution.joins).is_(False))
        .order_by(col(Distribution.created_at).desc(), col(Distribution.id))
        .limit(1)
    )
    return found.first()


async def with_targets(
    session: Session, release_id: str
) -> Sequence[tuple[Distribution, Target | None]]:
    """
    Return the distributions of a release, oldest first, each with a destination it was about.

    One that was about several comes as often, one that was about none comes once.
    """
    found = await session.exec(
        select(Distribution, Target)
        .join(Target, col(Target.distribution_id) == Distribution.id, isouter=True)
        .where(Distribution.release_id == release_id)
        .order_by(col(Distribution.created_at), col(Distribution.id))
    )
    return found.all()


async def unfinished(
    session: Session, before: datetime, *, since: datetime
) -> Sequence[Distribution]:
    """Return distributions of the time between *since* and *before* that have not ended."""
    under_way = [state for state in DistributionState if state not in _ENDED]
    found = await session.exec(
        select(Distribution).where(
            col(Distribution.state).in_(under_way),
            col(Distribution.created_at) < before,
            col(Distribution.created_at) > since,
        )
    )
    return found.all()
