"""Questions about mandates: who made what mandatory, and who took it back."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.mandate import Mandate, MandateState


async def get(session: Session, mandate_id: str) -> Mandate:
    """Raise NotFound."""
    found = await session.get(Mandate, mandate_id)
    if found is None:
        raise NotFound("Nothing was made mandatory under this id.")
    return found


async def of_key(session: Session, key: str) -> Mandate | None:
    found = await session.exec(select(Mandate).where(Mandate.key == key))
    return found.first()


async def of_release(session: Session, release_id: str) -> Sequence[Mandate]:
    """Return every act on the policy of a release, oldest first."""
    found = await session.exec(
        select(Mandate)
        .where(Mandate.release_id == release_id)
        .order_by(col(Mandate.created_at), col(Mandate.id))
    )
    return found.all()


async def undoing(session: Session, mandate_ids: Collection[str]) -> Sequence[Mandate]:
    """Return the acts that took any of these back."""
    found = await session.exec(
        select(Mandate).where(col(Mandate.undoes).in_(set(mandate_ids))).order_by(col(Mandate.id))
    )
    return found.all()


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[str]:
    """Return the ids of acts of the time between two moments that messages are to say yet."""
    found = await session.exec(
        select(Mandate.id)
        .where(
            Mandate.state == MandateState.WANTED,
            col(Mandate.created_at) < before,
            col(Mandate.created_at) > since,
        )
        .order_by(col(Mandate.created_at), col(Mandate.id))
    )
    return found.all()
