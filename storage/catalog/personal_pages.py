"""Questions about the pages of testers."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.personal_page import PersonalPage
from storage.records.tester import Tester


async def newest(session: Session, tester_id: str) -> PersonalPage | None:
    """Return a tester's link of the highest generation, whatever its state."""
    found = await session.exec(
        select(PersonalPage)
        .where(PersonalPage.tester_id == tester_id)
        .order_by(col(PersonalPage.generation).desc())
        .limit(1)
    )
    return found.first()


async def keep(session: Session, page: PersonalPage) -> PersonalPage:
    """Keep a link, unless one of the same generation came first; return the one that is kept."""
    await insert_missing(session, PersonalPage, [page.model_dump()], ["tester_id", "generation"])
    found = await session.exec(
        select(PersonalPage).where(
            PersonalPage.tester_id == page.tester_id, PersonalPage.generation == page.generation
        )
    )
    return found.one()


async def with_token_hash(session: Session, token_hash: str) -> tuple[PersonalPage, Tester] | None:
    """Return the link with this hash and whose it is, whatever its state."""
    found = await session.exec(
        select(PersonalPage, Tester)
        .join(Tester, col(Tester.id) == PersonalPage.tester_id)
        .where(PersonalPage.token_hash == token_hash)
    )
    return found.first()


async def extend(session: Session, page_id: str, until: datetime) -> None:
    """Let a link that holds go on until a moment, and never end sooner than it would."""
    await session.exec(
        sa.update(PersonalPage)
        .where(
            col(PersonalPage.id) == page_id,
            col(PersonalPage.revoked_at).is_(None),
            col(PersonalPage.expires_at) < until,
        )
        .values(expires_at=until)
    )


async def revoke(session: Session, tester_id: str, at: datetime) -> int:
    """Take back every link of a tester that holds, and return how many did."""
    result = await session.exec(
        sa.update(PersonalPage)
        .where(
            col(PersonalPage.tester_id) == tester_id,
            col(PersonalPage.revoked_at).is_(None),
            col(PersonalPage.expires_at) > at,
        )
        .values(revoked_at=at)
    )
    return int(getattr(result, "rowcount", 0))
