"""Questions about testers."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.tester import Tester


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
            Tester.organization_id == organization_id, col(Tester.slack_id).in_(set(slack_ids))
        )
    )
    return found.all()


async def every(session: Session, organization_id: str) -> Sequence[Tester]:
    """Return all testers by name."""
    found = await session.exec(
        select(Tester).where(Tester.organization_id == organization_id).order_by(col(Tester.name))
    )
    return found.all()


async def those(session: Session, tester_ids: Collection[str]) -> Sequence[Tester]:
    found = await session.exec(
        select(Tester).where(col(Tester.id).in_(set(tester_ids))).order_by(col(Tester.name))
    )
    return found.all()


async def of_emails(
    session: Session, organization_id: str, emails: Collection[str]
) -> Sequence[Tester]:
    """Return the testers there are with any of these addresses."""
    found = await session.exec(
        select(Tester).where(
            Tester.organization_id == organization_id, col(Tester.email).in_(set(emails))
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
