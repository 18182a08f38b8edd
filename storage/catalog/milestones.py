"""Questions about milestones: the moments at which something else is to be said."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.mandate import Milestone, MilestoneKind, MilestoneState


async def get(session: Session, milestone_id: str) -> Milestone:
    """Raise NotFound."""
    found = await session.get(Milestone, milestone_id)
    if found is None:
        raise NotFound("There is no such milestone.")
    return found


async def plan(
    session: Session, release_id: str, moments: Collection[tuple[MilestoneKind, datetime]]
) -> None:
    """Let a release have these moments; one that is over waits anew, as another turn."""
    unique = ["release_id", "kind", "due_at"]
    for kind in {kind for kind, _ in moments}:
        ats = {at for one, at in moments if one is kind}
        await session.exec(
            sa.update(Milestone)
            .where(
                col(Milestone.release_id) == release_id,
                col(Milestone.kind) == kind,
                col(Milestone.due_at).in_(ats),
                col(Milestone.state) != MilestoneState.WAITING,
            )
            .values(state=MilestoneState.WAITING, turn=Milestone.turn + 1, reason="")
            .execution_options(synchronize_session=False)
        )
        rows = [Milestone(release_id=release_id, kind=kind, due_at=at) for at in sorted(ats)]
        await insert_missing(session, Milestone, [row.model_dump() for row in rows], unique)


async def due(
    session: Session, before: datetime, since: datetime, *, release_id: str = ""
) -> Sequence[Milestone]:
    """Return those that wait and whose moment lies between two; of one release if it is named."""
    wanted = select(Milestone).where(
        Milestone.state == MilestoneState.WAITING,
        col(Milestone.due_at) <= before,
        col(Milestone.due_at) > since,
    )
    if release_id:
        wanted = wanted.where(Milestone.release_id == release_id)
    found = await session.exec(wanted.order_by(col(Milestone.due_at), col(Milestone.id)))
    return found.all()
