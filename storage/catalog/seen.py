"""Questions about deliveries that were taken already."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from storage.catalog.database import Session, insert_missing
from storage.records.seen import Seen


async def first_time(session: Session, key: str) -> bool:
    """Return whether *key* is seen for the first time, and remember it."""
    return bool(await insert_missing(session, Seen, [{"key": key}], ["key"]))


async def known(session: Session, key: str) -> bool:
    """Return whether *key* was seen, without remembering it."""
    return await session.get(Seen, key) is not None


async def forget(session: Session, before: datetime) -> int:
    """Forget what was seen before a moment; return how many."""
    result = await session.exec(sa.delete(Seen).where(col(Seen.seen_at) < before))
    return int(getattr(result, "rowcount", 0))
