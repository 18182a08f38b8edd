"""Questions about edits: what was changed of releases, and what still has to show it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.edit import Edit, EditState


async def get(session: Session, edit_id: str) -> Edit:
    """Raise NotFound."""
    found = await session.get(Edit, edit_id)
    if found is None:
        raise NotFound("There is no such change of a release.")
    return found


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[str]:
    """Return the ids of the edits of the time between two moments that are still to be shown."""
    found = await session.exec(
        select(Edit.id)
        .where(
            Edit.state == EditState.WANTED,
            col(Edit.created_at) < before,
            col(Edit.created_at) > since,
        )
        .order_by(col(Edit.created_at), col(Edit.id))
    )
    return found.all()
