"""Questions about receipts."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.records.build import Build
from storage.records.grant import Grant, Receipt, ReceiptKind
from storage.records.release import Release


async def claim(session: Session, grant_id: str, kind: ReceiptKind) -> Receipt:
    """
    Return the receipt of a kind, made with a count of 0 where there is none, locked until commit.

    Two answers that end at once thereby add up: the second waits for the first.
    """
    found = await _held(session, grant_id, kind)
    if found is None:
        row = await _first(session, grant_id, kind)
        await insert_missing(session, Receipt, [row], ["grant_id", "kind"])
        found = await _held(session, grant_id, kind)
    assert found is not None
    return found


async def _held(session: Session, grant_id: str, kind: ReceiptKind) -> Receipt | None:
    found = await session.exec(
        select(Receipt).where(Receipt.grant_id == grant_id, Receipt.kind == kind).with_for_update()
    )
    return found.first()


async def _first(session: Session, grant_id: str, kind: ReceiptKind) -> dict[str, Any]:
    own = await session.exec(select(Grant.release_id, Grant.tester_id).where(Grant.id == grant_id))
    release_id, tester_id = own.one()
    return {
        "grant_id": grant_id,
        "release_id": release_id,
        "tester_id": tester_id,
        "kind": kind,
        "count": 0,
    }


class Tallied(NamedTuple):
    """How many testers of a release opened its page, began to fetch it, have all of it."""

    opened: int
    started: int
    fetched: int


async def tallies(session: Session, release_ids: Collection[str]) -> dict[str, Tallied]:
    """Return what was seen of releases, by release; nothing for one that nothing was seen of."""
    connection = await session.connection()
    counted = await connection.execute(_tallies(), {"release_ids": list(set(release_ids))})
    return {release_id: Tallied(*map(int, found)) for release_id, *found in counted.all()}


@cache
def _tallies() -> sa.Select[Any]:
    kind = col(Receipt.kind)
    began = kind.in_((ReceiptKind.MANIFEST, ReceiptKind.BINARY))
    done = sa.and_(kind == ReceiptKind.BINARY, col(Receipt.completed_at).is_not(None))
    # By tester first: somebody with a renewed link is one person.
    people = (
        sa.select(
            col(Receipt.release_id),
            _any(kind == ReceiptKind.OPENED).label("opened"),
            _any(began).label("started"),
            _any(done).label("fetched"),
        )
        .where(col(Receipt.release_id).in_(sa.bindparam("release_ids", expanding=True)))
        .group_by(col(Receipt.release_id), col(Receipt.tester_id))
        .subquery()
    )
    sums = [sa.func.sum(people.c[name]) for name in Tallied._fields]
    return sa.select(people.c.release_id, *sums).group_by(people.c.release_id)


async def began(session: Session, release_id: str, tester_ids: Collection[str]) -> set[str]:
    """
    Return those of the testers who began to fetch a release, and may have it on a phone.

    Of what lies elsewhere nobody knows more than who opened its page.
    """
    began = (ReceiptKind.MANIFEST, ReceiptKind.BINARY)
    left = sa.and_(col(Receipt.kind) == ReceiptKind.OPENED, col(Build.link).is_not(None))
    found = await session.exec(
        select(Receipt.tester_id)
        .join(Release, col(Release.id) == Receipt.release_id)
        .join(Build, col(Build.id) == Release.build_id)
        .where(
            Receipt.release_id == release_id,
            among(session, col(Receipt.tester_id), tester_ids),
            sa.or_(col(Receipt.kind).in_(began), left),
        )
        .distinct()
    )
    return set(found.all())


async def last_installed(session: Session, tester_ids: Collection[str]) -> dict[str, datetime]:
    """Return when each tester last fetched a whole package; whoever never did is left out."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Grant.tester_id), sa.func.max(col(Receipt.completed_at)))
        .join(Receipt, col(Receipt.grant_id) == Grant.id)
        .where(
            among(session, col(Grant.tester_id), tester_ids),
            col(Receipt.kind) == ReceiptKind.BINARY,
            col(Receipt.completed_at).is_not(None),
        )
        .group_by(col(Grant.tester_id))
    )
    return {tester_id: moment for tester_id, moment in found.all() if moment is not None}


def _any(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Return 1 for somebody with such a receipt, 0 for anybody else."""
    return sa.func.max(sa.case((which, 1), else_=0))
