"""Questions about slots: the devices that a team's list at Apple holds."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.slot import Slot


async def of_teams(session: Session, team_ids: Collection[str]) -> Sequence[Slot]:
    """Return every place that the teams' devices take, the oldest first."""
    found = await session.exec(
        select(Slot)
        .where(col(Slot.team_id).in_(set(team_ids)))
        .order_by(col(Slot.added_at), col(Slot.id))
    )
    return found.all()


async def replace(session: Session, team_id: str, rows: Sequence[Slot]) -> None:
    """Let the places of a team be *rows*: what Apple's list no longer holds is forgotten."""
    kept = {row.apple_id for row in rows}
    there = await session.exec(select(Slot).where(Slot.team_id == team_id))
    known = {slot.apple_id: slot for slot in there.all()}
    for apple_id in known.keys() - kept:
        await session.delete(known[apple_id])
    for row in rows:
        slot = known.get(row.apple_id)
        if slot is not None:
            _follow(session, slot, row.model_dump(exclude={"id"}))
    new = [row.model_dump() for row in rows if row.apple_id not in known]
    await insert_missing(session, Slot, new, ["team_id", "apple_id"])


async def keep(session: Session, row: Slot) -> None:
    """Keep one place as it is now."""
    await insert_missing(session, Slot, [row.model_dump()], ["team_id", "apple_id"])
    found = await session.exec(
        select(Slot).where(Slot.team_id == row.team_id, Slot.apple_id == row.apple_id)
    )
    _follow(session, found.one(), row.model_dump(exclude={"id"}))


def _follow(session: Session, slot: Slot, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(slot, name) != value:
            setattr(slot, name, value)
    session.add(slot)
