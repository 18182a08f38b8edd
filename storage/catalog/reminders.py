"""Questions about reminders: who was told once more of what they have to install."""

from collections.abc import Sequence

from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.mandate import Reminder, ReminderState
from storage.records.release import Release
from storage.records.tester import Tester


async def get(session: Session, reminder_id: str) -> Reminder:
    """Raise NotFound."""
    found = await session.get(Reminder, reminder_id)
    if found is None:
        raise NotFound("Nobody is reminded under this id.")
    return found


async def add(session: Session, rows: Sequence[Reminder]) -> None:
    """Keep those whose release, person, occasion and way of telling are new together."""
    unique = ["release_id", "tester_id", "kind", "teller"]
    await insert_missing(session, Reminder, [row.model_dump() for row in rows], unique)


async def of_milestone(session: Session, milestone_id: str) -> Sequence[Reminder]:
    """Return whom a milestone reminds, in a steady order."""
    found = await session.exec(
        select(Reminder).where(Reminder.milestone_id == milestone_id).order_by(col(Reminder.id))
    )
    return found.all()


async def told_of(session: Session, release_id: str) -> Sequence[str]:
    """Return the ids of the reminders of a release that somebody has read."""
    found = await session.exec(
        select(Reminder.id)
        .where(Reminder.release_id == release_id, Reminder.state == ReminderState.TOLD)
        .order_by(col(Reminder.id))
    )
    return found.all()


async def told_to(session: Session, tester_id: str, app_id: str) -> Sequence[str]:
    """Return the ids of the reminders of an app that somebody has read, or may have."""
    found = await session.exec(
        select(Reminder.id)
        .join(Release, col(Release.id) == Reminder.release_id)
        .where(Reminder.tester_id == tester_id, Release.app_id == app_id, Reminder.teller != "")
        .order_by(col(Reminder.id))
    )
    return found.all()


async def unreached(session: Session, milestone_id: str) -> Sequence[tuple[str, str]]:
    """Return those whom a milestone could not remind, by name, each with why."""
    found = await session.exec(
        select(Tester.name, Reminder.reason)
        .join(Reminder, col(Reminder.tester_id) == Tester.id)
        .where(Reminder.milestone_id == milestone_id, Reminder.state == ReminderState.UNREACHABLE)
        .order_by(col(Tester.name), col(Reminder.id))
    )
    return found.all()
