"""Questions about who was told of a release, and who waits for it."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.distribution import Recipient, RecipientState


async def get(session: Session, recipient_id: str) -> Recipient:
    """Raise NotFound."""
    found = await session.get(Recipient, recipient_id)
    if found is None:
        raise NotFound("There is no such recipient.")
    return found


async def those(session: Session, recipient_ids: Collection[str]) -> Sequence[Recipient]:
    found = await session.exec(
        select(Recipient)
        .where(col(Recipient.id).in_(set(recipient_ids)))
        .order_by(col(Recipient.id))
    )
    return found.all()


async def add(session: Session, rows: Sequence[Recipient]) -> int:
    """Keep those whose act, person and way of telling are new together; return how many were."""
    unique = ["distribution_id", "tester_id", "teller"]
    return await insert_missing(session, Recipient, [row.model_dump() for row in rows], unique)


async def of_releases(session: Session, release_ids: Collection[str]) -> Sequence[Recipient]:
    """Return every recipient of any of the releases, in a steady order."""
    found = await session.exec(
        select(Recipient)
        .where(col(Recipient.release_id).in_(set(release_ids)))
        .order_by(col(Recipient.id))
    )
    return found.all()


async def of_testers(
    session: Session, tester_ids: Collection[str], *, limit: int = 20
) -> Sequence[Recipient]:
    """Return what testers were given, newest first."""
    found = await session.exec(
        select(Recipient)
        .where(col(Recipient.tester_id).in_(set(tester_ids)))
        .order_by(col(Recipient.created_at).desc(), col(Recipient.id))
        .limit(limit)
    )
    return found.all()


async def counts(
    session: Session, release_ids: Collection[str]
) -> dict[str, dict[RecipientState, int]]:
    """
    Return, by release, how many people are in each state.

    A person counts once, in the best that came of any act and any way of telling: told before
    silent, silent before waiting, waiting before unreachable.
    """
    rank = sa.case(
        {RecipientState.TOLD: 0, RecipientState.SILENT: 1, RecipientState.WAITING: 2},
        value=col(Recipient.state),
        else_=3,
    )
    best = (
        sa.select(
            col(Recipient.release_id).label("release_id"),
            col(Recipient.tester_id).label("tester_id"),
            sa.func.min(rank).label("best"),
        )
        .where(col(Recipient.release_id).in_(set(release_ids)))
        .group_by(col(Recipient.release_id), col(Recipient.tester_id))
        .subquery()
    )
    connection = await session.connection()
    found = await connection.execute(
        sa.select(best.c.release_id, best.c.best, sa.func.count()).group_by(
            best.c.release_id, best.c.best
        )
    )
    counted: dict[str, dict[RecipientState, int]] = {}
    for release_id, place, count in found.all():
        counted.setdefault(release_id, {})[BEST_FIRST[place]] = int(count)
    return counted


#: What a person's share of a release counts as when there are several: the first of these.
BEST_FIRST = (
    RecipientState.TOLD,
    RecipientState.SILENT,
    RecipientState.WAITING,
    RecipientState.UNREACHABLE,
)
