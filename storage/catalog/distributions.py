"""Questions about distributions, their destinations and deliveries."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.distribution import (
    Delivery,
    DeliveryState,
    Destination,
    DestinationKind,
    Distribution,
    DistributionState,
)


async def get(session: Session, distribution_id: str) -> Distribution:
    """Raise NotFound."""
    found = await session.get(Distribution, distribution_id)
    if found is None:
        raise NotFound("There is no such distribution.")
    return found


async def of_key(session: Session, key: str) -> Distribution | None:
    found = await session.exec(select(Distribution).where(Distribution.key == key))
    return found.first()


async def of_release(session: Session, release_id: str) -> Sequence[Distribution]:
    """Return the distributions of a release, oldest first."""
    found = await session.exec(
        select(Distribution)
        .where(Distribution.release_id == release_id)
        .order_by(col(Distribution.created_at))
    )
    return found.all()


async def unfinished(
    session: Session, before: datetime, *, since: datetime
) -> Sequence[Distribution]:
    """Return distributions of the time between *since* and *before* that are not done."""
    found = await session.exec(
        select(Distribution).where(
            Distribution.state != DistributionState.DONE,
            col(Distribution.created_at) < before,
            col(Distribution.created_at) > since,
        )
    )
    return found.all()


async def add_destinations(session: Session, rows: Sequence[Destination]) -> int:
    """Keep those that the release does not have yet, and return how many were new."""
    return await insert_missing(
        session,
        Destination,
        [row.model_dump() for row in rows],
        ["release_id", "kind", "target_id"],
    )


async def destinations(session: Session, release_id: str) -> Sequence[Destination]:
    """Return everything a release was sent to, oldest first."""
    found = await session.exec(
        select(Destination)
        .where(Destination.release_id == release_id)
        .order_by(col(Destination.created_at), col(Destination.id))
    )
    return found.all()


async def destinations_of(session: Session, distribution_id: str) -> Sequence[Destination]:
    """Return what one distribution added."""
    found = await session.exec(
        select(Destination)
        .where(Destination.distribution_id == distribution_id)
        .order_by(col(Destination.created_at), col(Destination.id))
    )
    return found.all()


async def add_deliveries(session: Session, rows: Sequence[Delivery]) -> int:
    """Keep those whose tester has no delivery of the release yet; return how many were new."""
    return await insert_missing(
        session, Delivery, [row.model_dump() for row in rows], ["release_id", "tester_id"]
    )


async def delivery(session: Session, delivery_id: str) -> Delivery:
    """Raise NotFound."""
    found = await session.get(Delivery, delivery_id)
    if found is None:
        raise NotFound("There is no such delivery.")
    return found


async def deliveries_of(session: Session, distribution_id: str) -> Sequence[Delivery]:
    """Return the deliveries of one distribution, in a steady order."""
    found = await session.exec(
        select(Delivery)
        .where(Delivery.distribution_id == distribution_id)
        .order_by(col(Delivery.id))
    )
    return found.all()


async def deliveries(session: Session, release_id: str) -> Sequence[Delivery]:
    """Return every delivery of a release."""
    found = await session.exec(
        select(Delivery).where(Delivery.release_id == release_id).order_by(col(Delivery.id))
    )
    return found.all()


async def counts(session: Session, release_id: str) -> dict[DeliveryState, int]:
    """Return how many deliveries of a release are in each state."""
    found = await session.exec(
        select(col(Delivery.state), sa.func.count())
        .where(col(Delivery.release_id) == release_id)
        .group_by(col(Delivery.state))
    )
    return {DeliveryState(state): int(count) for state, count in found.all()}


async def given_to(session: Session, tester_id: str, *, limit: int = 20) -> Sequence[Delivery]:
    """Return what a tester was given, newest first."""
    found = await session.exec(
        select(Delivery)
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .where(Delivery.tester_id == tester_id)
        .order_by(col(Distribution.created_at).desc())
        .limit(limit)
    )
    return found.all()


async def groups_of(session: Session, release_id: str) -> Sequence[str]:
    """Return the ids of the groups a release was sent to."""
    found = await session.exec(
        select(Destination.target_id).where(
            Destination.release_id == release_id, Destination.kind == DestinationKind.GROUP
        )
    )
    return found.all()
