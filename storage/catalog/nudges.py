"""Questions about nudges: who was reminded of which release, and when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.nudge import Nudge, NudgeState, NudgeWord, NudgeWordState
from storage.records.tester import Tester


class Reminded(NamedTuple):
    """That somebody was reminded, or is about to be: by whom, and when."""

    by: str
    at: datetime


async def get(session: Session, nudge_id: str) -> Nudge:
    """Raise NotFound."""
    found = await session.get(Nudge, nudge_id)
    if found is None:
        raise NotFound("There is no such nudge.")
    return found


async def of_key(session: Session, key: str) -> Nudge | None:
    found = await session.exec(select(Nudge).where(Nudge.key == key))
    return found.first()


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[Nudge]:
    """Return the nudges of the time between two moments that people are still to be told of."""
    found = await session.exec(
        select(Nudge)
        .where(
            Nudge.state == NudgeState.WANTED,
            col(Nudge.created_at) < before,
            col(Nudge.created_at) > since,
        )
        .order_by(col(Nudge.created_at), col(Nudge.id))
    )
    return found.all()


async def word(session: Session, word_id: str) -> NudgeWord:
    """Raise NotFound."""
    found = await session.get(NudgeWord, word_id)
    if found is None:
        raise NotFound("Nobody is reminded under this id.")
    return found


async def add_words(session: Session, rows: Sequence[NudgeWord]) -> None:
    """Keep those whose nudge, person and way of telling are new together."""
    unique = ["nudge_id", "tester_id", "teller"]
    await insert_missing(session, NudgeWord, [row.model_dump() for row in rows], unique)


async def waiting(session: Session, nudge_id: str) -> Sequence[str]:
    """Return the ids of the words of a nudge that are still to be said, in a steady order."""
    found = await session.exec(
        select(NudgeWord.id)
        .where(NudgeWord.nudge_id == nudge_id, NudgeWord.state == NudgeWordState.WAITING)
        .order_by(col(NudgeWord.id))
    )
    return found.all()


async def lately(session: Session, release_id: str, since: datetime) -> dict[str, Reminded]:
    """Return by tester who was reminded of a release after a moment, or is about to be."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(NudgeWord.tester_id), col(Nudge.requested_by), col(NudgeWord.created_at))
        .join(Nudge, col(Nudge.id) == col(NudgeWord.nudge_id))
        .where(
            col(NudgeWord.release_id) == release_id,
            col(NudgeWord.created_at) > since,
            col(NudgeWord.state).in_((NudgeWordState.WAITING, NudgeWordState.TOLD)),
        )
        .order_by(col(NudgeWord.created_at))
    )
    return {tester_id: Reminded(by, at) for tester_id, by, at in found.all()}


async def told(session: Session, release_id: str, tester_id: str) -> Sequence[str]:
    """Return the ids of the words by which somebody may have been reminded of a release."""
    found = await session.exec(
        select(NudgeWord.id)
        .where(
            NudgeWord.release_id == release_id,
            NudgeWord.tester_id == tester_id,
            NudgeWord.teller != "",
        )
        .order_by(col(NudgeWord.id))
    )
    return found.all()


async def wait_again(session: Session, nudge_id: str, reached: Collection[str]) -> int:
    """
    Let those wait anew who could not be told though there is a way; return how many.

    Whoever was *reached* by another nudge meanwhile is left as they are.
    """
    result = await session.exec(
        sa.update(NudgeWord)
        .where(
            col(NudgeWord.nudge_id) == nudge_id,
            col(NudgeWord.state) == NudgeWordState.UNREACHABLE,
            col(NudgeWord.teller) != "",
            ~among(session, col(NudgeWord.tester_id), reached),
        )
        .values(state=NudgeWordState.WAITING, reason="")
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


async def counts(session: Session, nudge_id: str) -> dict[NudgeWordState, int]:
    """Return how many people stand how; one who was told in any way counts as told."""
    rank = sa.case(
        {state: place for place, state in enumerate(_BEST_FIRST)}, value=col(NudgeWord.state)
    )
    best = (
        sa.select(sa.func.min(rank).label("best"))
        .where(col(NudgeWord.nudge_id) == nudge_id)
        .group_by(col(NudgeWord.tester_id))
        .subquery()
    )
    connection = await session.connection()
    found = await connection.execute(sa.select(best.c.best, sa.func.count()).group_by(best.c.best))
    return {_BEST_FIRST[place]: int(count) for place, count in found.all()}


async def unreached(session: Session, nudge_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Return the first of those who could not be told, by name, each with why."""
    is_missed = sa.case((col(NudgeWord.state) == NudgeWordState.UNREACHABLE, 1), else_=0)
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Tester.name), sa.func.max(col(NudgeWord.reason)))
        .join(Tester, col(Tester.id) == col(NudgeWord.tester_id))
        .where(col(NudgeWord.nudge_id) == nudge_id)
        .group_by(col(Tester.id), col(Tester.name))
        .having(sa.func.min(is_missed) == 1)
        .order_by(col(Tester.name), col(Tester.id))
        .limit(limit)
    )
    return [(name, reason) for name, reason in found.all()]


_BEST_FIRST = (
    NudgeWordState.TOLD,
    NudgeWordState.WAITING,
    NudgeWordState.SPARED,
    NudgeWordState.UNREACHABLE,
)
