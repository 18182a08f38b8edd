"""Questions about testers."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.tester import Tester


class TesterRow(NamedTuple):
    """What is asked of a tester when people are counted."""

    id: str
    slack_id: str | None
    email: str | None
    name: str
    active: bool


#: The columns of a TesterRow.
ROW: tuple[Any, ...] = tuple(col(getattr(Tester, name)) for name in TesterRow._fields)


async def get(session: Session, tester_id: str) -> Tester:
    """Raise NotFound."""
    found = await session.get(Tester, tester_id)
    if found is None:
        raise NotFound("There is no such tester.")
    return found


async def of_slack(
    session: Session, organization_id: str, people: dict[str, str]
) -> Sequence[Tester]:
    """Return the testers of these people (Slack id -> name), made where they are missing."""
    rows = [
        {"organization_id": organization_id, "slack_id": slack_id, "name": name}
        for slack_id, name in people.items()
    ]
    await insert_missing(session, Tester, rows, ["organization_id", "slack_id"])
    return await of_slack_ids(session, organization_id, people)


async def with_slack_id(session: Session, organization_id: str, slack_id: str) -> Tester | None:
    found = await session.exec(
        select(Tester).where(Tester.organization_id == organization_id, Tester.slack_id == slack_id)
    )
    return found.first()


async def with_email(session: Session, organization_id: str, email: str) -> Tester | None:
    found = await session.exec(
        select(Tester).where(Tester.organization_id == organization_id, Tester.email == email)
    )
    return found.first()


async def of_slack_ids(
    session: Session, organization_id: str, slack_ids: Collection[str]
) -> Sequence[Tester]:
    """Return the testers there are among these people."""
    found = await session.exec(
        select(Tester).where(
            Tester.organization_id == organization_id,
            among(session, col(Tester.slack_id), slack_ids),
        )
    )
    return found.all()


async def first(session: Session, organization_id: str, *, limit: int) -> Sequence[Tester]:
    """Return the first testers by name."""
    found = await session.exec(
        select(Tester)
        .where(Tester.organization_id == organization_id)
        .order_by(col(Tester.name), col(Tester.id))
        .limit(limit)
    )
    return found.all()


async def count(session: Session, organization_id: str) -> int:
    """Return how many testers there are."""
    found = await session.exec(
        select(sa.func.count()).where(col(Tester.organization_id) == organization_id)
    )
    return int(found.one())


async def rows(session: Session, tester_ids: Collection[str]) -> list[TesterRow]:
    """Return testers by id, in no order."""
    return await _rows(session, among(session, col(Tester.id), tester_ids))


async def rows_of_accounts(
    session: Session, organization_id: str, slack_ids: Collection[str], emails: Collection[str]
) -> list[TesterRow]:
    """Return the testers there are among people of Slack, and of these addresses."""
    own = col(Tester.organization_id) == organization_id
    # Each way has an index of its own; a condition of both would use none.
    ways = (
        sa.select(col(Tester.id)).where(own, among(session, col(Tester.slack_id), slack_ids)),
        sa.select(col(Tester.id)).where(own, among(session, col(Tester.email), emails)),
    )
    return await _rows(session, col(Tester.id).in_(sa.union_all(*ways)))


async def _rows(session: Session, which: sa.ColumnElement[bool]) -> list[TesterRow]:
    connection = await session.connection()
    found = await connection.execute(sa.select(*ROW).where(which))
    return [TesterRow(*row) for row in found.all()]


async def those(session: Session, tester_ids: Collection[str]) -> Sequence[Tester]:
    found = await session.exec(
        select(Tester).where(among(session, col(Tester.id), tester_ids)).order_by(col(Tester.name))
    )
    return found.all()


async def named(session: Session, organization_id: str, email: str, name: str) -> Tester:
    """Return the tester of an address, made with this name where there is none."""
    row = {"organization_id": organization_id, "email": email, "name": name}
    await insert_missing(session, Tester, [row], ["organization_id", "email"])
    (found,) = await of_emails(session, organization_id, [email])
    return found


async def of_emails(
    session: Session, organization_id: str, emails: Collection[str]
) -> Sequence[Tester]:
    """Return the testers there are with any of these addresses."""
    found = await session.exec(
        select(Tester).where(
            Tester.organization_id == organization_id, among(session, col(Tester.email), emails)
        )
    )
    return found.all()


async def of_email(
    session: Session, organization_id: str, emails: Collection[str]
) -> Sequence[Tester]:
    """Return the testers of these addresses, made where they are missing."""
    rows = [{"organization_id": organization_id, "email": email, "name": email} for email in emails]
    await insert_missing(session, Tester, rows, ["organization_id", "email"])
    return await of_emails(session, organization_id, emails)
