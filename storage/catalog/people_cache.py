"""Questions about what Slack last told us of people and user groups."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.records.base import now
from storage.records.person import Person, UserGroup

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def person(session: Session, user_id: str) -> Person | None:
    return await session.get(Person, user_id)


async def people(session: Session, user_ids: Collection[str]) -> Sequence[Person]:
    """Return those people who are remembered."""
    found = await session.exec(select(Person).where(col(Person.id).in_(set(user_ids))))
    return found.all()


async def keep_person(session: Session, person: Person) -> None:
    """Remember a person as they are now, in place of what was known."""
    person.asked_at = now()
    await session.merge(person)


async def usergroup(session: Session, usergroup_id: str) -> UserGroup | None:
    return await session.get(UserGroup, usergroup_id)


async def keep_usergroup(session: Session, group: UserGroup) -> None:
    """Remember a user group with its members, in place of what was known."""
    group.asked_at = now()
    await session.merge(group)


async def outdate_usergroup(session: Session, usergroup_id: str) -> None:
    """Let the members be asked for anew; what is known still serves while Slack is silent."""
    found = await session.get(UserGroup, usergroup_id)
    if found is not None:
        found.asked_at = LONG_AGO
        session.add(found)
