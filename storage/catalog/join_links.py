"""Questions about join links: which there are, and how many came by each."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.join_link import JoinLink
from storage.records.join_request import JoinRequest, JoinState


async def get(session: Session, link_id: str) -> JoinLink:
    """Raise NotFound."""
    found = await session.get(JoinLink, link_id)
    if found is None:
        raise NotFound("There is no such join link.")
    return found


async def with_token_hash(session: Session, token_hash: str) -> JoinLink | None:
    found = await session.exec(select(JoinLink).where(JoinLink.token_hash == token_hash))
    return found.first()


async def of_key(session: Session, key: str) -> JoinLink | None:
    found = await session.exec(select(JoinLink).where(JoinLink.key == key))
    return found.first()


async def those(session: Session, link_ids: Collection[str]) -> dict[str, JoinLink]:
    """Return links by id, whatever their state."""
    found = await session.exec(select(JoinLink).where(col(JoinLink.id).in_(set(link_ids))))
    return {one.id: one for one in found.all()}


async def holding(
    session: Session, organization_id: str, at: datetime, *, limit: int
) -> Sequence[JoinLink]:
    """Return the links that were not revoked and are not over, the newest first."""
    found = await session.exec(
        select(JoinLink)
        .where(
            JoinLink.organization_id == organization_id,
            col(JoinLink.revoked_at).is_(None),
            col(JoinLink.expires_at) > at,
        )
        .order_by(col(JoinLink.created_at).desc(), col(JoinLink.id))
        .limit(limit)
    )
    return found.all()


async def holding_of(session: Session, group_id: str, at: datetime) -> Sequence[JoinLink]:
    """Return those of one group, the newest first."""
    found = await session.exec(
        select(JoinLink)
        .where(
            JoinLink.group_id == group_id,
            col(JoinLink.revoked_at).is_(None),
            col(JoinLink.expires_at) > at,
        )
        .order_by(col(JoinLink.created_at).desc(), col(JoinLink.id))
    )
    return found.all()


async def lock(session: Session, link_id: str) -> None:
    """Let others who ask by a link wait until this unit of work ends; SQLite has one at a time."""
    await session.exec(select(JoinLink.id).where(JoinLink.id == link_id).with_for_update())


async def revoke(session: Session, link_id: str, at: datetime) -> bool:
    """Return whether it held until now."""
    result = await session.exec(
        sa.update(JoinLink)
        .where(col(JoinLink.id) == link_id, col(JoinLink.revoked_at).is_(None))
        .values(revoked_at=at)
    )
    return bool(result.rowcount)


async def counts(session: Session, link_ids: Collection[str]) -> dict[str, dict[JoinState, int]]:
    """Return by link how many requests stand how."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(JoinRequest.link_id), col(JoinRequest.state), sa.func.count())
        .where(col(JoinRequest.link_id).in_(set(link_ids)))
        .group_by(col(JoinRequest.link_id), col(JoinRequest.state))
    )
    counted: dict[str, dict[JoinState, int]] = {}
    for link_id, state, count in found.all():
        counted.setdefault(link_id, {})[JoinState(state)] = int(count)
    return counted
