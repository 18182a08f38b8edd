"""Questions about grants."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.app import App
from storage.records.build import Build
from storage.records.destination import Destination
from storage.records.distribution import Recipient
from storage.records.grant import Grant
from storage.records.release import Release
from storage.records.tester import Tester

#: What a link leads to: the grant with all that its page shows, and whether it is still entitled.
Joined = tuple[Grant, Release, Build, App, Tester, bool]


async def get(session: Session, grant_id: str) -> Grant:
    """Raise NotFound."""
    found = await session.get(Grant, grant_id)
    if found is None:
        raise NotFound("There is no such install link.")
    return found


async def newest(session: Session, release_id: str, tester_id: str) -> Grant | None:
    """Return a person's grant of the highest generation for a release."""
    found = await session.exec(
        select(Grant)
        .where(Grant.release_id == release_id, Grant.tester_id == tester_id)
        .order_by(col(Grant.generation).desc())
        .limit(1)
    )
    return found.first()


async def keep(session: Session, grant: Grant) -> Grant:
    """
    Keep a grant, unless one of the same generation came first; return the one that is kept.

    Two who give at once thereby give the same link.
    """
    unique = ["release_id", "tester_id", "generation"]
    await insert_missing(session, Grant, [grant.model_dump()], unique)
    found = await session.exec(
        select(Grant).where(
            Grant.release_id == grant.release_id,
            Grant.tester_id == grant.tester_id,
            Grant.generation == grant.generation,
        )
    )
    return found.one()


async def with_token_hash(session: Session, token_hash: str) -> Joined | None:
    """
    Return what the link with this hash leads to, whatever its state.

    The last part says whether a destination stands by which the person is entitled: a grant follows
    its destinations, and goes with the last of them.
    """
    found = await session.exec(
        select(Grant, Release, Build, App)
        .join(Release, col(Release.id) == Grant.release_id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(App, col(App.id) == Release.app_id)
        .where(Grant.token_hash == token_hash)
    )
    row = found.first()
    if row is None:
        return None
    grant = row[0]
    tester = await session.get_one(Tester, grant.tester_id)
    return (*row, tester, await entitled(session, grant.release_id, grant.tester_id))


async def entitled(session: Session, release_id: str, tester_id: str) -> bool:
    """Return whether a person has a release by a destination that was not recalled."""
    found = await session.exec(
        select(Recipient.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            Recipient.release_id == release_id,
            Recipient.tester_id == tester_id,
            col(Destination.recalled_at).is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


async def revoke(session: Session, grant_id: str, at: datetime) -> None:
    """Take a link back; the first time counts."""
    await session.exec(
        sa.update(Grant)
        .where(col(Grant.id) == grant_id, col(Grant.revoked_at).is_(None))
        .values(revoked_at=at)
    )


async def revoke_release(session: Session, release_id: str, at: datetime) -> int:
    """Take back every link to a release that is not taken back yet, and return how many."""
    result = await session.exec(
        sa.update(Grant)
        .where(col(Grant.release_id) == release_id, col(Grant.revoked_at).is_(None))
        .values(revoked_at=at)
    )
    return result.rowcount
