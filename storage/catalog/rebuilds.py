"""Questions about rebuilds: which new builds were asked for."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound, Stale
from storage.records.rebuild import Rebuild, RebuildState

_OPEN = (RebuildState.WANTED, RebuildState.UNDERWAY)
#: In these somebody was asked, or is being asked.
_ASKED = (RebuildState.UNDERWAY, RebuildState.ASKED)


async def get(session: Session, rebuild_id: str) -> Rebuild:
    """Raise NotFound."""
    found = await session.get(Rebuild, rebuild_id)
    if found is None:
        raise NotFound("No new build was asked for under this id.")
    return found


async def want(session: Session, rebuild: Rebuild) -> Rebuild:
    """Keep *rebuild* unless one of its release is wanted already; return the one there is."""
    await insert_missing(session, Rebuild, [rebuild.model_dump()], ["open_key"])
    found = await session.exec(select(Rebuild).where(Rebuild.open_key == rebuild.open_key))
    return found.one()


async def asked_before(session: Session, rebuild: Rebuild) -> Sequence[Rebuild]:
    """Return the other times that a new build of the same release was asked for."""
    found = await session.exec(
        select(Rebuild)
        .where(
            Rebuild.release_id == rebuild.release_id,
            Rebuild.id != rebuild.id,
            col(Rebuild.state).in_(_ASKED),
        )
        .order_by(col(Rebuild.created_at))
    )
    return found.all()


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[Rebuild]:
    """Return what was wanted between two moments and has not ended."""
    found = await session.exec(
        select(Rebuild)
        .where(
            col(Rebuild.state).in_(_OPEN),
            col(Rebuild.created_at) < before,
            col(Rebuild.created_at) > since,
        )
        .order_by(col(Rebuild.created_at), col(Rebuild.id))
    )
    return found.all()


async def move(session: Session, rebuild: Rebuild, state: RebuildState, **values: object) -> None:
    """Set a state and *values*. Raise Stale when the state was another one by now."""
    result = await session.exec(
        sa.update(Rebuild)
        .where(col(Rebuild.id) == rebuild.id, col(Rebuild.state) == rebuild.state)
        .values(state=state, **values)
        # Else every record that the session holds is compared, for each that is moved.
        .execution_options(synchronize_session=False)
    )
    if getattr(result, "rowcount", 0) != 1:
        raise Stale
    await session.refresh(rebuild)
