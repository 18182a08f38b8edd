"""Questions about who has a release: what each was given of it, and what was seen of them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col

from storage.catalog.database import Session
from storage.catalog.entitlement import entitles
from storage.catalog.recipients import BEST_FIRST
from storage.records.destination import Destination
from storage.records.distribution import Recipient, RecipientState
from storage.records.grant import Receipt, ReceiptKind
from storage.records.tester import Tester


class HolderRow(NamedTuple):
    """
    What became of a release for one person, by the best of all that was given to them.

    `entitled` to it they are by something that was not taken back, and it is `current` for them
    where no newer release took its place.
    """

    tester_id: str
    name: str
    slack_id: str | None
    active: bool
    state: RecipientState
    reason: str
    entitled: bool
    current: bool


class SeenRow(NamedTuple):
    """
    What was seen of one person's links to a release; `last_at` whenever it was.

    `unmeasured`: the package was asked for of a proxy, which does not tell how much arrived.
    """

    opened: bool
    began: bool
    complete: bool
    unmeasured: bool
    last_at: datetime


async def shares(session: Session, release_id: str) -> list[HolderRow]:
    """Return everybody who was ever given a release, by name."""
    rank = sa.case(
        {state: place for place, state in enumerate(BEST_FIRST)}, value=col(Recipient.state)
    )
    stands = entitles()
    current = sa.and_(stands, col(Destination.superseded_at).is_(None))
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(Tester.id),
            col(Tester.name),
            col(Tester.slack_id),
            col(Tester.active),
            sa.func.min(rank),
            sa.func.max(col(Recipient.reason)),
            _any(stands),
            _any(current),
        )
        .select_from(Recipient)
        .join(Tester, col(Tester.id) == col(Recipient.tester_id))
        .join(Destination, col(Destination.id) == col(Recipient.destination_id))
        .where(col(Recipient.release_id) == release_id)
        .group_by(col(Tester.id), col(Tester.name), col(Tester.slack_id), col(Tester.active))
        .order_by(col(Tester.name), col(Tester.id))
    )
    return [
        HolderRow(
            tester_id=row[0],
            name=row[1],
            slack_id=row[2],
            active=row[3],
            state=BEST_FIRST[row[4]],
            reason=row[5],
            entitled=bool(row[6]),
            current=bool(row[7]),
        )
        for row in found.all()
    ]


async def seen(session: Session, release_id: str) -> dict[str, SeenRow]:
    """Return by tester what was seen of their links to a release."""
    return await _seen(session, release_id)


async def seen_of(
    session: Session, release_id: str, tester_ids: Collection[str]
) -> dict[str, SeenRow]:
    """Return the same of a few testers."""
    return await _seen(session, release_id, col(Receipt.tester_id).in_(set(tester_ids)))


async def _seen(
    session: Session, release_id: str, *which: sa.ColumnElement[bool]
) -> dict[str, SeenRow]:
    kind = col(Receipt.kind)
    began = kind.in_((ReceiptKind.MANIFEST, ReceiptKind.BINARY))
    done = sa.and_(kind == ReceiptKind.BINARY, col(Receipt.completed_at).is_not(None))
    unmeasured = sa.and_(
        kind == ReceiptKind.BINARY, sa.cast(col(Receipt.ranges), sa.String) == "[]"
    )
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(Receipt.tester_id),
            _any(kind == ReceiptKind.OPENED),
            _any(began),
            _any(done),
            _any(unmeasured),
            sa.func.max(col(Receipt.last_at)),
        )
        .where(col(Receipt.release_id) == release_id, *which)
        .group_by(col(Receipt.tester_id))
    )
    return {
        row[0]: SeenRow(
            opened=bool(row[1]),
            began=bool(row[2]),
            complete=bool(row[3]),
            unmeasured=bool(row[4]),
            last_at=row[5],
        )
        for row in found.all()
    }


def _any(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.max(sa.case((which, 1), else_=0))
