"""Questions about who did what."""

from collections.abc import Sequence

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
