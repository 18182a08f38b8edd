"""Questions about receipts."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.grant import Grant, Receipt, ReceiptKind


async def claim(session: Session, grant_id: str, kind: ReceiptKind) -> Receipt:
    """
    Return the receipt of a kind, made with a count of 0 where there is none, locked until commit.

    Two answers that end at once thereby add up: the second waits for the first.
    """
    row = {"grant_id": grant_id, "kind": kind, "count": 0}
    await insert_missing(session, Receipt, [row], ["grant_id", "kind"])
    found = await session.exec(
        select(Receipt).where(Receipt.grant_id == grant_id, Receipt.kind == kind).with_for_update()
    )
    return found.one()


async def of_grant(session: Session, grant_id: str) -> Sequence[Receipt]:
    found = await session.exec(select(Receipt).where(Receipt.grant_id == grant_id))
    return found.all()


async def people(
    session: Session, release_id: str, *kinds: ReceiptKind, complete: bool = False
) -> int:
    """Return how many testers of a release have a receipt of these kinds, or a completed one."""
    statement = (
        select(sa.func.count(sa.distinct(col(Grant.tester_id))))
        .join(Receipt, col(Receipt.grant_id) == Grant.id)
        .where(Grant.release_id == release_id, col(Receipt.kind).in_(kinds))
    )
    if complete:
        statement = statement.where(col(Receipt.completed_at).is_not(None))
    return int((await session.exec(statement)).one())
