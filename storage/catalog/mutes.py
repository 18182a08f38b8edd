"""Questions about mutes: who wants no reminders of which app."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.records.app import App
from storage.records.mute import Mute


async def those(session: Session, app_id: str, tester_ids: Collection[str]) -> set[str]:
    """Return those of the testers who want no reminders of an app."""
    found = await session.exec(
        select(Mute.tester_id).where(
            Mute.app_id == app_id, among(session, col(Mute.tester_id), tester_ids)
        )
    )
    return set(found.all())


async def add(session: Session, app_id: str, tester_id: str) -> bool:
    """Let a tester be reminded of nothing of an app; return whether that is new."""
    row = {"app_id": app_id, "tester_id": tester_id}
    return bool(await insert_missing(session, Mute, [row], ["app_id", "tester_id"]))


async def remove(session: Session, app_id: str, tester_id: str) -> bool:
    """Let a tester be reminded again; return whether they were not."""
    result = await session.exec(
        sa.delete(Mute).where(col(Mute.app_id) == app_id, col(Mute.tester_id) == tester_id)
    )
    return bool(result.rowcount)


async def apps_of(session: Session, tester_id: str) -> Sequence[App]:
    """Return the apps that a tester is not reminded of, by name."""
    found = await session.exec(
        select(App)
        .join(Mute, col(Mute.app_id) == App.id)
        .where(Mute.tester_id == tester_id)
        .order_by(col(App.name))
    )
    return found.all()
