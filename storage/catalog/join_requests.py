"""Questions about join requests: who asks, and what was decided."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.join_request import JoinRequest, JoinState


async def get(session: Session, request_id: str) -> JoinRequest:
    """Raise NotFound."""
    found = await session.get(JoinRequest, request_id)
    if found is None:
        raise NotFound("There is no such request to join any more.")
    return found


async def with_token_hash(session: Session, token_hash: str) -> JoinRequest | None:
    found = await session.exec(select(JoinRequest).where(JoinRequest.token_hash == token_hash))
    return found.first()


async def of_key(session: Session, link_id: str, key: str) -> JoinRequest | None:
    """Return what was asked by one form."""
    found = await session.exec(
        select(JoinRequest).where(JoinRequest.link_id == link_id, JoinRequest.key == key)
    )
    return found.first()


async def asked_since(session: Session, link_id: str, since: datetime) -> int:
    """Return how many asked by a link after a moment."""
    found = await session.exec(
        select(sa.func.count()).where(
            col(JoinRequest.link_id) == link_id, col(JoinRequest.created_at) > since
        )
    )
    return int(found.one())


async def waiting_with(session: Session, emails: Collection[str]) -> dict[str, set[str]]:
    """Return by address the ids of the requests that wait with it."""
    found = await session.exec(
        select(JoinRequest.email, JoinRequest.id).where(
            JoinRequest.state == JoinState.WAITING, among(session, col(JoinRequest.email), emails)
        )
    )
    waiting: dict[str, set[str]] = {}
    for email, request_id in found.all():
        waiting.setdefault(email, set()).add(request_id)
    return waiting


async def decide(
    session: Session,
    request_id: str,
    state: JoinState,
    *,
    at: datetime,
    by: str | None,
    reason: str = "",
    tester_id: str | None = None,
) -> int:
    """Let a request that waits be decided; return its new turn, 0 when somebody was faster."""
    result = await session.exec(
        sa.update(JoinRequest)
        .where(col(JoinRequest.id) == request_id, col(JoinRequest.state) == JoinState.WAITING)
        .values(
            state=state,
            reason=reason,
            tester_id=tester_id,
            decided_by=by,
            changed_at=at,
            turn=col(JoinRequest.turn) + 1,
        )
        .returning(col(JoinRequest.turn))
        .execution_options(synchronize_session=False)
    )
    return int(result.scalar_one_or_none() or 0)


async def lead_nowhere(session: Session, tester_id: str) -> int:
    """Let no page of a request lead to a tester any more; return how many did."""
    result = await session.exec(
        sa.update(JoinRequest)
        .where(col(JoinRequest.tester_id) == tester_id)
        .values(tester_id=None)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


async def shown(session: Session, request_id: str, turn: int) -> None:
    """Note that those who decide have seen a request as it was at a turn."""
    await session.exec(
        sa.update(JoinRequest)
        .where(col(JoinRequest.id) == request_id, col(JoinRequest.shown) < turn)
        .values(shown=turn)
        .execution_options(synchronize_session=False)
    )


async def unshown(session: Session, before: datetime, since: datetime) -> Sequence[JoinRequest]:
    """Return those that changed between two moments and are still to be shown."""
    found = await session.exec(
        select(JoinRequest)
        .where(
            col(JoinRequest.changed_at) < before,
            col(JoinRequest.changed_at) > since,
            col(JoinRequest.shown) < col(JoinRequest.turn),
        )
        .order_by(col(JoinRequest.changed_at), col(JoinRequest.id))
    )
    return found.all()


async def late(session: Session, before: datetime, *, limit: int) -> Sequence[str]:
    """Return the ids of those that have waited since before a moment."""
    found = await session.exec(
        select(JoinRequest.id)
        .where(JoinRequest.state == JoinState.WAITING, col(JoinRequest.changed_at) < before)
        .order_by(col(JoinRequest.changed_at))
        .limit(limit)
    )
    return found.all()


async def forget(session: Session, before: datetime) -> int:
    """Forget whoever was declined or not answered before a moment; return how many."""
    result = await session.exec(
        sa.delete(JoinRequest).where(
            col(JoinRequest.state).in_((JoinState.DECLINED, JoinState.EXPIRED)),
            col(JoinRequest.changed_at) < before,
        )
    )
    return result.rowcount
