"""Questions about devices."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.records.device import Device


async def of_testers(session: Session, tester_ids: Collection[str]) -> Sequence[Device]:
    """Return the devices that belong to any of the testers."""
    found = await session.exec(
        select(Device)
        .where(col(Device.tester_id).in_(set(tester_ids)))
        .order_by(col(Device.created_at), col(Device.id))
    )
    return found.all()
