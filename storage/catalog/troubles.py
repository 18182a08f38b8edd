"""Questions about trouble reports: who could not install what."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.trouble import TroubleReport, TroubleState


async def get(session: Session, report_id: str) -> TroubleReport:
    """Raise NotFound."""
    found = await session.get(TroubleReport, report_id)
    if found is None:
        raise NotFound("There is no such report.")
    return found


async def last_of(
    session: Session, release_id: str, tester_id: str, since: datetime
) -> TroubleReport | None:
    """Return what somebody last reported of a release after a moment."""
    found = await session.exec(
        select(TroubleReport)
        .where(
            TroubleReport.release_id == release_id,
            TroubleReport.tester_id == tester_id,
            col(TroubleReport.created_at) > since,
        )
        .order_by(col(TroubleReport.created_at).desc())
        .limit(1)
    )
    return found.first()


async def of_release(session: Session, release_id: str) -> dict[str, TroubleReport]:
    """Return by tester what they last reported of a release."""
    found = await session.exec(
        select(TroubleReport)
        .where(TroubleReport.release_id == release_id)
        .order_by(col(TroubleReport.created_at))
    )
    return {report.tester_id: report for report in found.all()}


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[str]:
    """Return the ids of the reports of the time between two moments that are to be said."""
    found = await session.exec(
        select(TroubleReport.id)
        .where(
            TroubleReport.state == TroubleState.WANTED,
            col(TroubleReport.created_at) < before,
            col(TroubleReport.created_at) > since,
        )
        .order_by(col(TroubleReport.created_at), col(TroubleReport.id))
    )
    return found.all()


async def end(session: Session, report_id: str, state: TroubleState) -> None:
    """Note what became of saying a report; what was said stays said."""
    await session.exec(
        sa.update(TroubleReport)
        .where(col(TroubleReport.id) == report_id, col(TroubleReport.state) != TroubleState.SAID)
        .values(state=state)
    )
