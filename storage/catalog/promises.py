"""Questions about promises."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.records.promise import Promise

#: How many promises are taken up at once; the others follow.
BATCH = 50


async def make(session: Session, promise: Promise) -> None:
    """Write a promise down."""
    session.add(promise)


async def forget(session: Session, key: str, holder: str) -> None:
    """Forget a promise, unless somebody else has taken it up."""
    await session.exec(
        sa.delete(Promise).where(col(Promise.key) == key, col(Promise.holder) == holder)
    )


async def hold(session: Session, keys: Collection[str], holder: str, until: datetime) -> None:
    """Go on holding promises."""
    await session.exec(
        sa.update(Promise)
        .where(col(Promise.key).in_(keys), col(Promise.holder) == holder)
        .values(held_until=until)
    )


async def are_free(session: Session, holder: str, *, now: datetime, orphans: bool) -> bool:
    """Return whether there is anything to take up."""
    free = select(Promise.key).where(_is_free(holder, now, orphans=orphans)).limit(1)
    return (await session.exec(free)).first() is not None


async def take_up(
    session: Session, holder: str, *, now: datetime, until: datetime, orphans: bool
) -> Sequence[Promise]:
    """
    Take over promises that nobody holds any more, oldest first.

    With *orphans*, whoever is not *holder* is known to be dead, however long they held theirs.
    """
    found = await session.exec(
        select(Promise)
        .where(_is_free(holder, now, orphans=orphans))
        .order_by(col(Promise.asked_at), col(Promise.key))
        .limit(BATCH)
    )
    return [one for one in found.all() if await _taken(session, one, holder, until)]


def _is_free(holder: str, now: datetime, *, orphans: bool) -> sa.ColumnElement[bool]:
    return col(Promise.holder) != holder if orphans else col(Promise.held_until) < now


async def _taken(session: Session, promise: Promise, holder: str, until: datetime) -> bool:
    """Take one over, unless another replica was faster."""
    result = await session.exec(
        sa.update(Promise)
        .where(
            col(Promise.key) == promise.key,
            col(Promise.holder) == promise.holder,
            col(Promise.tries) == promise.tries,
        )
        .values(holder=holder, held_until=until, tries=promise.tries + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(result, "rowcount", 0))
