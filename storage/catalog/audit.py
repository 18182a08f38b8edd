"""Questions about who did what."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.records.audit import AuditEntry


def add(session: Session, entry: AuditEntry) -> None:
    """Keep an entry in the same unit of work as the change it tells of."""
    session.add(entry)


async def of(session: Session, subject_id: str) -> Sequence[AuditEntry]:
    """Return what was done to one thing, oldest first."""
    found = await session.exec(
        select(AuditEntry).where(AuditEntry.subject_id == subject_id).order_by(col(AuditEntry.at))
    )
    return found.all()


async def last_of(
    session: Session, subject_ids: Collection[str], *, limit: int
) -> Sequence[AuditEntry]:
    """Return what was last done to any of some things, newest first."""
    return await _last(session, col(AuditEntry.subject_id).in_(set(subject_ids)), limit)


async def last_by(
    session: Session, organization_id: str, actor: str, *, limit: int
) -> Sequence[AuditEntry]:
    """Return what an actor did last, newest first."""
    own = sa.and_(
        col(AuditEntry.organization_id) == organization_id, col(AuditEntry.actor) == actor
    )
    return await _last(session, own, limit)


async def last(session: Session, organization_id: str, *, limit: int) -> Sequence[AuditEntry]:
    """Return what was done last, newest first, without each use of a key."""
    own = sa.and_(
        col(AuditEntry.organization_id) == organization_id, col(AuditEntry.action).not_in(_USES)
    )
    return await _last(session, own, limit)


async def after(
    session: Session, organization_id: str, at: datetime, entry_id: str, *, limit: int
) -> Sequence[AuditEntry]:
    """Return the next entries after a moment and, within it, an id; oldest first."""
    place = sa.tuple_(col(AuditEntry.at), col(AuditEntry.id))
    found = await session.exec(
        select(AuditEntry)
        .where(AuditEntry.organization_id == organization_id, place > sa.tuple_(at, entry_id))
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
        .limit(limit)
    )
    return found.all()


#: Keys are used by the clock all day long.
_USES = ("apple.used", "identity.used")


async def _last(
    session: Session, which: sa.ColumnElement[bool], limit: int
) -> Sequence[AuditEntry]:
    found = await session.exec(
        select(AuditEntry)
        .where(which)
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(limit)
    )
    return found.all()
