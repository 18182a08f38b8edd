"""Questions about grants."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.catalog.entitlement import entitles
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


async def newest(
    session: Session, release_ids: Collection[str], tester_id: str
) -> dict[str, Grant]:
    """Return a person's grant of the highest generation for each of the releases."""
    found = await session.exec(
        select(Grant)
        .where(col(Grant.release_id).in_(set(release_ids)), Grant.tester_id == tester_id)
        .order_by(col(Grant.generation))
    )
    return {grant.release_id: grant for grant in found.all()}


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
    wanted: Any = (  # SQLModel's own select takes four.
        sa.select(Grant, Release, Build, App, Tester, _entitled())
        .join(Release, col(Release.id) == Grant.release_id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(App, col(App.id) == Release.app_id)
        .join(Tester, col(Tester.id) == Grant.tester_id)
        .where(col(Grant.token_hash) == token_hash)
    )
    row = (await session.exec(wanted)).first()
    if row is None:
        return None
    grant, release, build, app, tester, entitled = row
    return grant, release, build, app, tester, bool(entitled)


def _entitled() -> sa.Exists:
    return (
        sa.exists()
        .where(
            col(Recipient.release_id) == col(Grant.release_id),
            col(Recipient.tester_id) == col(Grant.tester_id),
            col(Destination.id) == col(Recipient.destination_id),
            entitles(),
        )
        .correlate(Grant)
    )


async def any_holds(session: Session, at: datetime) -> bool:
    """Return whether any link still holds, whatever it leads to."""
    found = await session.exec(
        select(Grant.id).where(col(Grant.expires_at) > at, col(Grant.revoked_at).is_(None)).limit(1)
    )
    return found.first() is not None


async def expire(session: Session, at: datetime) -> int:
    """End every link that still holds, so that its person is given a new one; return how many."""
    result = await session.exec(
        sa.update(Grant)
        .where(col(Grant.expires_at) > at, col(Grant.revoked_at).is_(None))
        .values(expires_at=at)
    )
    return result.rowcount


async def end_of(session: Session, tester_id: str, at: datetime) -> int:
    """
    End a person's links for good; return how many held until now.

    Where they come to be entitled again they are given new ones.
    """
    result = await session.exec(
        sa.update(Grant)
        .where(
            col(Grant.tester_id) == tester_id,
            col(Grant.expires_at) > at,
            col(Grant.revoked_at).is_(None),
        )
        .values(expires_at=at)
    )
    return result.rowcount


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
