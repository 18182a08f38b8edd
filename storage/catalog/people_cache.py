"""Questions about what Slack last told us of people and user groups."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session
from storage.records.base import now
from storage.records.person import Person, UserGroup


class PersonRow(NamedTuple):
    """What is asked of people, when there are many of them."""

    id: str
    name: str
    email: str | None
    time_zone: str | None
    bot: bool
    guest: bool
    guest_since: datetime | None
    stranger: bool
    deleted: bool
    asked_at: datetime


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def person(session: Session, user_id: str) -> Person | None:
    return await session.get(Person, user_id)


async def people(session: Session, user_ids: Collection[str]) -> list[PersonRow]:
    """Return those people who are remembered."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(*(col(getattr(Person, name)) for name in PersonRow._fields)).where(
            among(session, col(Person.id), user_ids)
        )
    )
    return [PersonRow(*row) for row in found.all()]


async def keep_person(session: Session, person: Person) -> None:
    """
    Remember a person as they are now, in place of what was known.

    Since when they are a guest is known of those alone who were a full member before.
    """
    before = await session.get(Person, person.id)
    if person.guest and before is not None:
        person.guest_since = before.guest_since if before.guest else now()
    person.asked_at = now()
    await session.merge(person)


async def usergroup(session: Session, usergroup_id: str) -> UserGroup | None:
    return await session.get(UserGroup, usergroup_id)


async def usergroups(session: Session, usergroup_ids: Collection[str]) -> Sequence[UserGroup]:
    """Return those user groups that are remembered."""
    found = await session.exec(select(UserGroup).where(col(UserGroup.id).in_(set(usergroup_ids))))
    return found.all()


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
