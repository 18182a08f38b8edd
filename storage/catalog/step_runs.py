"""Questions about runs of our step in workflows of Slack's."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.step_run import StepConsent, StepRun


async def get(session: Session, run_id: str) -> StepRun:
    """Raise NotFound."""
    found = await session.get(StepRun, run_id)
    if found is None:
        raise NotFound("There is no such run of a step.")
    return found


async def keep(session: Session, run: StepRun) -> StepRun:
    """Keep a run, unless it came before; return the one that is kept."""
    await insert_missing(session, StepRun, [run.model_dump()], ["execution_id"])
    found = await session.exec(select(StepRun).where(StepRun.execution_id == run.execution_id))
    return found.one()


async def unanswered(session: Session, before: datetime, since: datetime) -> Sequence[str]:
    """Return the ids of the runs of the time between two moments that Slack still waits for."""
    found = await session.exec(
        select(StepRun.id)
        .where(
            col(StepRun.answered_at).is_(None),
            col(StepRun.created_at) < before,
            col(StepRun.created_at) > since,
        )
        .order_by(col(StepRun.created_at), col(StepRun.id))
    )
    return found.all()


async def consents(session: Session, organization_id: str, slack_id: str) -> bool:
    """Return whether somebody lets workflows act in their name."""
    return await session.get(StepConsent, (organization_id, slack_id)) is not None


async def consent(session: Session, organization_id: str, slack_id: str) -> bool:
    """Note that somebody does; return whether that is news."""
    row = StepConsent(organization_id=organization_id, slack_id=slack_id).model_dump()
    return bool(await insert_missing(session, StepConsent, [row], ["organization_id", "slack_id"]))


async def withdraw_consent(session: Session, organization_id: str, slack_id: str) -> bool:
    """Note that somebody does not; return whether they did."""
    result = await session.exec(
        sa.delete(StepConsent).where(
            col(StepConsent.organization_id) == organization_id,
            col(StepConsent.slack_id) == slack_id,
        )
    )
    return bool(getattr(result, "rowcount", 0))
