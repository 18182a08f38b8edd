"""Questions about Home tabs that people opened."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.records.device import Device
from storage.records.distribution import Recipient
from storage.records.home_tab import HomeTab
from storage.records.tester import Tester


async def of(session: Session, organization_id: str, slack_id: str) -> HomeTab | None:
    """Return what is known of somebody's tab, None while they have not opened it."""
    found = await session.exec(
        select(HomeTab).where(
            HomeTab.organization_id == organization_id, HomeTab.slack_id == slack_id
        )
    )
    return found.first()


async def opened(session: Session, tab: HomeTab) -> None:
    """Note that somebody opened their tab."""
    unique = ["organization_id", "slack_id"]
    if not await insert_missing(session, HomeTab, [tab.model_dump()], unique):
        await session.exec(
            sa.update(HomeTab)
            .where(
                col(HomeTab.organization_id) == tab.organization_id,
                col(HomeTab.slack_id) == tab.slack_id,
            )
            .values(opened_at=tab.opened_at)
        )


async def drawn(session: Session, tab: HomeTab) -> None:
    """Note what somebody's tab shows now."""
    await session.exec(
        sa.update(HomeTab)
        .where(
            col(HomeTab.organization_id) == tab.organization_id,
            col(HomeTab.slack_id) == tab.slack_id,
        )
        .values(drawn=tab.drawn, stamp=tab.stamp, manages=tab.manages)
    )


async def due(
    session: Session, organization_id: str, at: datetime, *, opened_since: datetime, limit: int
) -> Sequence[HomeTab]:
    """Return the tabs to look at, of people who came lately; the longest due first."""
    found = await session.exec(
        select(HomeTab)
        .where(
            HomeTab.organization_id == organization_id,
            col(HomeTab.due_at) <= at,
            col(HomeTab.opened_at) >= opened_since,
        )
        .order_by(col(HomeTab.due_at), col(HomeTab.id))
        .limit(limit)
    )
    return found.all()


async def move(session: Session, tab_id: str, seen: datetime, to: datetime, *, tries: int) -> bool:
    """Let a tab be due at another moment, unless it is by now; return whether it was as seen."""
    result = await session.exec(
        sa.update(HomeTab)
        .where(col(HomeTab.id) == tab_id, col(HomeTab.due_at) == seen)
        .values(due_at=to, tries=tries)
    )
    return getattr(result, "rowcount", 0) == 1


async def bring_forward(
    session: Session, organization_id: str, slack_id: str, to: datetime
) -> None:
    """Let somebody's tab be due at a moment, unless it is sooner."""
    await session.exec(
        sa.update(HomeTab)
        .where(
            col(HomeTab.organization_id) == organization_id,
            col(HomeTab.slack_id) == slack_id,
            col(HomeTab.due_at) > to,
        )
        .values(due_at=to)
    )


async def stir_testers(session: Session, tester_ids: Collection[str], at: datetime) -> None:
    """Let the tabs of testers be looked at: what they can install may have changed."""
    people = sa.select(col(Tester.organization_id), col(Tester.slack_id)).where(
        among(session, col(Tester.id), tester_ids), col(Tester.slack_id).is_not(None)
    )
    await _stir(session, _whose(people), at)


async def stir_owners(session: Session, device_ids: Collection[str], at: datetime) -> None:
    """Let the tabs be looked at of those whose devices these are: where one stands has changed."""
    people = (
        sa.select(col(Tester.organization_id), col(Tester.slack_id))
        .join(Device, col(Device.tester_id) == col(Tester.id))
        .where(among(session, col(Device.id), device_ids), col(Tester.slack_id).is_not(None))
    )
    await _stir(session, _whose(people), at)


async def stir_people(
    session: Session, organization_id: str, slack_ids: Collection[str], at: datetime
) -> None:
    """Let the tabs of people be looked at: what they may do has changed."""
    own = col(HomeTab.organization_id) == organization_id
    await _stir(session, sa.and_(own, among(session, col(HomeTab.slack_id), slack_ids)), at)


async def stir_release(session: Session, release_id: str, at: datetime) -> None:
    """Let the tabs of everybody be looked at who was ever given a release."""
    people = (
        sa.select(col(Tester.organization_id), col(Tester.slack_id))
        .join(Recipient, col(Recipient.tester_id) == col(Tester.id))
        .where(col(Recipient.release_id) == release_id, col(Tester.slack_id).is_not(None))
    )
    await _stir(session, _whose(people), at)


async def stir_managers(session: Session, organization_id: str, at: datetime) -> None:
    """Let the tabs be looked at that show what waits for managers."""
    own = col(HomeTab.organization_id) == organization_id
    await _stir(session, sa.and_(own, col(HomeTab.manages)), at)


async def forget(session: Session, opened_before: datetime) -> None:
    """Forget the tabs of people who have not come for long."""
    await session.exec(sa.delete(HomeTab).where(col(HomeTab.opened_at) < opened_before))


def _whose(people: sa.Select[str, str | None]) -> sa.ColumnElement[bool]:
    return sa.tuple_(col(HomeTab.organization_id), col(HomeTab.slack_id)).in_(people)


async def _stir(session: Session, which: sa.ColumnElement[bool], at: datetime) -> None:
    # In one order, so that two who stir the same tabs at once do not wait for each other.
    found = await session.exec(
        select(HomeTab.id).where(which).order_by(col(HomeTab.id)).with_for_update()
    )
    ids = list(found.all())
    if ids:
        await session.exec(
            sa.update(HomeTab)
            .where(among(session, col(HomeTab.id), ids))
            .values(due_at=at, tries=0)
            .execution_options(synchronize_session=False)
        )
