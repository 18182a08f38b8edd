"""Questions about figures: of which releases they changed, and which were drawn last."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.grant import Grant
from storage.records.tally_mark import TallyMark


async def changed(session: Session, grant_id: str, at: datetime) -> None:
    """Note that the figures of the release behind a link changed."""
    release_id = (await session.exec(select(Grant.release_id).where(Grant.id == grant_id))).one()
    await insert_missing(session, TallyMark, [{"release_id": release_id}], ["release_id"])
    # Whoever looks at the figures meanwhile waits here, or sees this moment afterwards.
    await session.exec(
        sa.update(TallyMark).where(col(TallyMark.release_id) == release_id).values(changed_at=at)
    )


async def are_due(session: Session, at: datetime) -> bool:
    """Return whether any figures are to be looked at."""
    found = await session.exec(select(TallyMark.release_id).where(_due(at)).limit(1))
    return found.first() is not None


async def take_up(
    session: Session, at: datetime, *, until: datetime, limit: int
) -> list[tuple[str, datetime, str]]:
    """
    Return the releases whose figures are to be looked at: which, changed when, what was drawn.

    Those that changed first come first, and nobody else is given them until a moment.
    """
    due = (
        sa.select(col(TallyMark.release_id))
        .where(_due(at))
        .order_by(col(TallyMark.changed_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    mark = col(TallyMark.release_id)
    connection = await session.connection()
    found = await connection.execute(
        sa.update(TallyMark)
        .where(mark.in_(due), _due(at))
        .values(not_before=until)
        .returning(mark, col(TallyMark.changed_at), col(TallyMark.figures))
    )
    return [(release_id, moment, figures) for release_id, moment, figures in found if moment]


async def drawn(session: Session, release_id: str, changed_at: datetime, figures: str) -> None:
    """Note what is drawn of a release. What changed after *changed_at* is still to be looked at."""
    own = col(TallyMark.release_id) == release_id
    await session.exec(sa.update(TallyMark).where(own).values(figures=figures))
    await session.exec(
        sa.update(TallyMark)
        .where(own, col(TallyMark.changed_at) == changed_at)
        .values(changed_at=None)
    )


def _due(at: datetime) -> sa.ColumnElement[bool]:
    waits = col(TallyMark.not_before)
    return sa.and_(col(TallyMark.changed_at) <= at, sa.or_(waits.is_(None), waits <= at))
