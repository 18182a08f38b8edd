"""Questions about approvals of releases: who gives them, what waits, and what was said."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.app import App
from storage.records.approval import (
    ApprovalDecision,
    ApprovalKind,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
)
from storage.records.build import Build
from storage.records.release import Release, ReleaseState


class WaitingRow(NamedTuple):
    """A request that waits, as a line of a list needs it; `of_all` says how many wait."""

    request_id: str
    kind: ApprovalKind
    requested_by: str
    created_at: datetime
    due_at: datetime | None
    wish: dict[str, Any]
    app_display_name: str
    version: str | None
    build: str | None
    platform: str
    device_families: list[str] | None
    said_yes: int
    of_all: int


async def policies(session: Session, group_ids: Collection[str]) -> Sequence[ApprovalPolicy]:
    """Return what those of the groups take that take an approval."""
    found = await session.exec(
        select(ApprovalPolicy)
        .where(col(ApprovalPolicy.group_id).in_(set(group_ids)))
        .order_by(col(ApprovalPolicy.group_id))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def keep_policy(session: Session, policy: ApprovalPolicy) -> None:
    """Let a group take an approval, in place of what it took before."""
    await session.merge(policy)
    await session.flush()


async def drop_policy(session: Session, group_id: str) -> bool:
    """Let a group take none any more; return whether it took one."""
    result = await session.exec(
        sa.delete(ApprovalPolicy).where(col(ApprovalPolicy.group_id) == group_id)
    )
    return bool(getattr(result, "rowcount", 0))


async def get(session: Session, request_id: str) -> ApprovalRequest:
    """Raise NotFound."""
    found = await session.get(ApprovalRequest, request_id)
    if found is None:
        raise NotFound("There is no such request for approval.")
    return found


async def hold(session: Session, request_id: str) -> ApprovalRequest:
    """
    Return a request as it is now; others who decide about it wait until this unit of work ends.

    SQLite has one at a time. Raise NotFound.
    """
    found = await session.exec(
        select(ApprovalRequest)
        .where(ApprovalRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = found.first()
    if row is None:
        raise NotFound("There is no such request for approval.")
    return row


async def of_key(session: Session, key: str) -> ApprovalRequest | None:
    found = await session.exec(select(ApprovalRequest).where(ApprovalRequest.key == key))
    return found.first()


async def add(session: Session, request: ApprovalRequest) -> ApprovalRequest:
    """Keep a request. Leaving the unit of work raises AlreadyExists when its key is known."""
    session.add(request)
    await session.flush()
    return request


async def of_release(
    session: Session, release_id: str, states: Collection[ApprovalState]
) -> Sequence[ApprovalRequest]:
    """Return the requests about a release that stand so, oldest first."""
    found = await session.exec(
        select(ApprovalRequest)
        .where(ApprovalRequest.release_id == release_id, col(ApprovalRequest.state).in_(states))
        .order_by(col(ApprovalRequest.created_at), col(ApprovalRequest.id))
    )
    return found.all()


async def waiting(session: Session, organization_id: str) -> Sequence[ApprovalRequest]:
    """Return what waits for somebody's yes, oldest first."""
    found = await session.exec(
        select(ApprovalRequest)
        .where(
            ApprovalRequest.organization_id == organization_id,
            ApprovalRequest.state == ApprovalState.WAITING,
        )
        .order_by(col(ApprovalRequest.created_at), col(ApprovalRequest.id))
    )
    return found.all()


async def first_waiting(session: Session, organization_id: str, *, limit: int) -> list[WaitingRow]:
    """Return the first of what waits for somebody's yes, oldest first."""
    said_yes = (
        sa.select(sa.func.count())
        .where(
            col(ApprovalDecision.request_id) == col(ApprovalRequest.id),
            col(ApprovalDecision.approves),
        )
        .correlate(ApprovalRequest)
        .scalar_subquery()
    )
    oldest = (
        sa.select(col(ApprovalRequest.id), sa.func.count().over().label("of_all"))
        .where(
            col(ApprovalRequest.organization_id) == organization_id,
            col(ApprovalRequest.state) == ApprovalState.WAITING,
        )
        .order_by(col(ApprovalRequest.created_at), col(ApprovalRequest.id))
        .limit(limit)
        .subquery()
    )
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(ApprovalRequest.id),
            col(ApprovalRequest.kind),
            col(ApprovalRequest.requested_by),
            col(ApprovalRequest.created_at),
            col(ApprovalRequest.due_at),
            col(ApprovalRequest.wish),
            col(App.display_name),
            col(Build.version),
            col(Build.build),
            col(Build.platform),
            col(Build.facts)["device_families"],
            said_yes,
            oldest.c.of_all,
        )
        .join(oldest, oldest.c.id == col(ApprovalRequest.id))
        .join(Release, col(Release.id) == col(ApprovalRequest.release_id))
        .join(App, col(App.id) == col(Release.app_id))
        .join(Build, col(Build.id) == col(Release.build_id))
        .order_by(col(ApprovalRequest.created_at), col(ApprovalRequest.id))
    )
    return [WaitingRow(*row) for row in found.all()]


async def count_waiting(session: Session, organization_id: str) -> int:
    found = await session.exec(
        select(sa.func.count())
        .select_from(ApprovalRequest)
        .where(
            ApprovalRequest.organization_id == organization_id,
            ApprovalRequest.state == ApprovalState.WAITING,
        )
    )
    return int(found.one())


async def ended_releases(session: Session, release_ids: Collection[str]) -> Sequence[str]:
    """Return those of some releases that go to nobody any more."""
    found = await session.exec(
        select(Release.id).where(
            col(Release.id).in_(set(release_ids)),
            col(Release.state).in_([ReleaseState.RECALLED, ReleaseState.DISMISSED]),
        )
    )
    return found.all()


async def decisions(session: Session, request_ids: Collection[str]) -> Sequence[ApprovalDecision]:
    """Return what people said to requests, in the order in which they did."""
    found = await session.exec(
        select(ApprovalDecision)
        .where(col(ApprovalDecision.request_id).in_(set(request_ids)))
        .order_by(col(ApprovalDecision.made_at), col(ApprovalDecision.id))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def decide(session: Session, decision: ApprovalDecision) -> bool:
    """Keep what somebody said, in place of what they said before; return whether it is news."""
    if await insert_missing(
        session, ApprovalDecision, [decision.model_dump()], ["request_id", "by"]
    ):
        return True
    result = await session.exec(
        sa.update(ApprovalDecision)
        .where(
            col(ApprovalDecision.request_id) == decision.request_id,
            col(ApprovalDecision.by) == decision.by,
            col(ApprovalDecision.approves).is_not(decision.approves),
        )
        .values(approves=decision.approves, reason=decision.reason, made_at=decision.made_at)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


async def said_by(session: Session, organization_id: str, reference: str) -> Sequence[str]:
    """Return the requests that wait which somebody asked for, or said something to."""
    own = sa.and_(
        col(ApprovalDecision.request_id) == col(ApprovalRequest.id),
        col(ApprovalDecision.by) == reference,
    )
    found = await session.exec(
        select(ApprovalRequest.id)
        .join(ApprovalDecision, own, isouter=True)
        .where(
            ApprovalRequest.organization_id == organization_id,
            ApprovalRequest.state == ApprovalState.WAITING,
            sa.or_(
                col(ApprovalRequest.requested_by) == reference,
                col(ApprovalDecision.id).is_not(None),
            ),
        )
        .order_by(col(ApprovalRequest.created_at), col(ApprovalRequest.id))
    )
    return found.all()


async def shown(session: Session, request_id: str, turn: int) -> None:
    """Note that people have been shown a turn of a request."""
    await session.exec(
        sa.update(ApprovalRequest)
        .where(col(ApprovalRequest.id) == request_id, col(ApprovalRequest.shown) < turn)
        .values(shown=turn)
        .execution_options(synchronize_session=False)
    )


async def unshown(session: Session, before: datetime, since: datetime) -> Sequence[ApprovalRequest]:
    """Return the requests that changed between two moments, which people were not shown."""
    found = await session.exec(
        select(ApprovalRequest)
        .where(
            col(ApprovalRequest.changed_at) < before,
            col(ApprovalRequest.changed_at) > since,
            col(ApprovalRequest.shown) < col(ApprovalRequest.turn),
        )
        .order_by(col(ApprovalRequest.changed_at), col(ApprovalRequest.id))
    )
    return found.all()
