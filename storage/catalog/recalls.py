"""Questions about recalls: what was taken back, and who was told of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.app import App
from storage.records.build import Build
from storage.records.distribution import Recipient, RecipientState
from storage.records.recall import NoticeState, Recall, RecallNotice, RecallState
from storage.records.release import Release
from storage.records.tester import Tester

#: In so many ways somebody is told at most, each of which is a row.
WAYS = 4


class LostRow(NamedTuple):
    """A release that was recalled from somebody, by what people know it, and why it was."""

    app_display_name: str
    version: str | None
    build: str | None
    platform: str
    device_families: list[str] | None
    because: str
    at: datetime


async def get(session: Session, recall_id: str) -> Recall:
    """Raise NotFound."""
    found = await session.get(Recall, recall_id)
    if found is None:
        raise NotFound("There is no such recall.")
    return found


async def of_key(session: Session, key: str) -> Recall | None:
    found = await session.exec(select(Recall).where(Recall.key == key))
    return found.first()


async def of_release(session: Session, release_id: str) -> Sequence[Recall]:
    """Return every act of taking a release back, oldest first."""
    found = await session.exec(
        select(Recall)
        .where(Recall.release_id == release_id)
        .order_by(col(Recall.created_at), col(Recall.id))
    )
    return found.all()


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[Recall]:
    """Return the recalls of the time between two moments that people are still to be told of."""
    found = await session.exec(
        select(Recall)
        .where(
            Recall.state == RecallState.WANTED,
            col(Recall.created_at) < before,
            col(Recall.created_at) > since,
        )
        .order_by(col(Recall.created_at), col(Recall.id))
    )
    return found.all()


async def notice(session: Session, notice_id: str) -> RecallNotice:
    """Raise NotFound."""
    found = await session.get(RecallNotice, notice_id)
    if found is None:
        raise NotFound("Nobody is told of a recall under this id.")
    return found


async def lost_by(
    session: Session, tester_id: str, since: datetime, *, limit: int
) -> list[LostRow]:
    """Return what was recalled from a tester after a moment and not given back, newest first."""
    again = aliased(Recipient)
    has_it_again = sa.exists().where(
        col(again.tester_id) == tester_id,
        col(again.release_id) == col(Recipient.release_id),
        col(again.state) != RecipientState.WITHDRAWN,
    )
    connection = await session.connection()
    # Apart: joined, PostgreSQL reads through every recall for the few of one person.
    ids = await connection.execute(
        sa.select(col(Recipient.recall_id))
        .where(
            col(Recipient.tester_id) == tester_id,
            col(Recipient.recall_id).is_not(None),
            col(Recipient.withdrawn_at) > since,
            ~has_it_again,
        )
        .order_by(col(Recipient.withdrawn_at).desc())
        .limit(limit * WAYS)
    )
    found = await connection.execute(
        sa.select(
            col(App.display_name),
            col(Build.version),
            col(Build.build),
            col(Build.platform),
            col(Build.facts)["device_families"],
            col(Recall.because),
            col(Recall.created_at),
        )
        .select_from(Recall)
        .join(Release, col(Release.id) == col(Recall.release_id))
        .join(App, col(App.id) == col(Release.app_id))
        .join(Build, col(Build.id) == col(Release.build_id))
        .where(among(session, col(Recall.id), [one for one in ids.scalars() if one]))
        .order_by(col(Recall.created_at).desc(), col(Recall.id))
        .limit(limit)
    )
    return [LostRow(*row) for row in found.all()]


async def add_notices(session: Session, rows: Sequence[RecallNotice]) -> None:
    """Keep those whose recall, person and way of telling are new together."""
    unique = ["recall_id", "tester_id", "teller"]
    await insert_missing(session, RecallNotice, [row.model_dump() for row in rows], unique)


async def notices(session: Session, recall_id: str) -> Sequence[RecallNotice]:
    """Return whom a recall is told to, in a steady order."""
    found = await session.exec(
        select(RecallNotice)
        .where(RecallNotice.recall_id == recall_id)
        .order_by(col(RecallNotice.id))
    )
    return found.all()


async def wait_again(session: Session, recall_id: str) -> int:
    """Let those wait anew who could not be told though there is a way; return how many."""
    result = await session.exec(
        sa.update(RecallNotice)
        .where(
            col(RecallNotice.recall_id) == recall_id,
            col(RecallNotice.state) == NoticeState.UNREACHABLE,
            col(RecallNotice.teller) != "",
        )
        .values(state=NoticeState.WAITING, reason="")
    )
    return result.rowcount


async def counts(
    session: Session, recall_ids: Collection[str]
) -> dict[str, dict[NoticeState, int]]:
    """Return by recall how many people stand how; one who was told in any way counts as told."""
    rank = sa.case(
        {state: place for place, state in enumerate(_BEST_FIRST)}, value=col(RecallNotice.state)
    )
    best = (
        sa.select(
            col(RecallNotice.recall_id).label("recall_id"),
            sa.func.min(rank).label("best"),
        )
        .where(col(RecallNotice.recall_id).in_(set(recall_ids)))
        .group_by(col(RecallNotice.recall_id), col(RecallNotice.tester_id))
        .subquery()
    )
    connection = await session.connection()
    found = await connection.execute(
        sa.select(best.c.recall_id, best.c.best, sa.func.count()).group_by(
            best.c.recall_id, best.c.best
        )
    )
    counted: dict[str, dict[NoticeState, int]] = {}
    for recall_id, place, count in found.all():
        counted.setdefault(recall_id, {})[_BEST_FIRST[place]] = int(count)
    return counted


async def unreached(session: Session, recall_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Return the first of those who could not be told, by name, each with why."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Tester.name), sa.func.max(col(RecallNotice.reason)))
        .join(Tester, col(Tester.id) == col(RecallNotice.tester_id))
        .where(col(RecallNotice.recall_id) == recall_id)
        .group_by(col(Tester.id), col(Tester.name))
        .having(sa.func.min(_is_told()) == 1)
        .order_by(col(Tester.name), col(Tester.id))
        .limit(limit)
    )
    return [(name, reason) for name, reason in found.all()]


def _is_told() -> sa.ColumnElement[int]:
    """Return 0 for a notice that reached somebody or may, 1 for one that did not."""
    return sa.case((col(RecallNotice.state) == NoticeState.UNREACHABLE, 1), else_=0)


_BEST_FIRST = (NoticeState.TOLD, NoticeState.WAITING, NoticeState.UNREACHABLE)
