"""Questions about enrolment: links, and what devices were asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session
from storage.records.enrolment import EnrolmentChallenge, EnrolmentLink
from storage.records.tester import Tester


class OwnedLink(NamedTuple):
    """A link, and whose it is."""

    link: EnrolmentLink
    owner: Tester


class OwnedChallenge(NamedTuple):
    """A question to a device, and whose that is to be."""

    challenge: EnrolmentChallenge
    owner: Tester


async def newest_link(session: Session, tester_id: str, at: datetime) -> EnrolmentLink | None:
    """Return the newest link of a tester that holds *at* a moment."""
    found = await session.exec(
        select(EnrolmentLink)
        .where(EnrolmentLink.tester_id == tester_id, col(EnrolmentLink.expires_at) > at)
        .order_by(col(EnrolmentLink.created_at).desc(), col(EnrolmentLink.id))
        .limit(1)
    )
    return found.first()


async def link_with_hash(session: Session, token_hash: str) -> OwnedLink | None:
    """Return the link with this hash, whatever its state."""
    found = await session.exec(
        select(EnrolmentLink, Tester)
        .join(Tester, col(Tester.id) == EnrolmentLink.tester_id)
        .where(EnrolmentLink.token_hash == token_hash)
    )
    row = found.first()
    return OwnedLink(*row) if row is not None else None


async def make_room(session: Session, tester_id: str, *, for_one_of: int) -> None:
    """Drop a tester's oldest questions without an answer, so that *for_one_of* has room."""
    found = await session.exec(
        select(EnrolmentChallenge.id)
        .where(
            EnrolmentChallenge.tester_id == tester_id,
            col(EnrolmentChallenge.answered_at).is_(None),
        )
        .order_by(col(EnrolmentChallenge.created_at).desc(), col(EnrolmentChallenge.id))
        .offset(for_one_of - 1)
    )
    late = list(found.all())
    if late:
        await session.exec(
            sa.delete(EnrolmentChallenge).where(col(EnrolmentChallenge.id).in_(late))
        )


async def answered(session: Session, tester_id: str, since: datetime) -> int:
    """Return how many questions of a tester were answered since a moment."""
    found = await session.exec(
        select(sa.func.count())
        .select_from(EnrolmentChallenge)
        .where(
            EnrolmentChallenge.tester_id == tester_id,
            col(EnrolmentChallenge.answered_at) >= since,
        )
    )
    return int(found.one())


async def challenge_with_hash(session: Session, token_hash: str) -> OwnedChallenge | None:
    """Return the question with this hash, whatever its state."""
    return await _challenge(session, EnrolmentChallenge.token_hash == token_hash)


async def challenge_with_result(session: Session, result_hash: str) -> OwnedChallenge | None:
    """Return the question whose answer led to this result."""
    return await _challenge(session, EnrolmentChallenge.result_hash == result_hash)


async def _challenge(session: Session, which: bool) -> OwnedChallenge | None:  # noqa: FBT001 - SQL
    found = await session.exec(
        select(EnrolmentChallenge, Tester)
        .join(Tester, col(Tester.id) == EnrolmentChallenge.tester_id)
        .where(which)
    )
    row = found.first()
    return OwnedChallenge(*row) if row is not None else None


async def attempt(session: Session, challenge_id: str, *, most: int) -> bool:
    """Count an attempt to answer; return whether it was one of the first *most*."""
    result = await session.exec(
        sa.update(EnrolmentChallenge)
        .where(col(EnrolmentChallenge.id) == challenge_id, col(EnrolmentChallenge.tries) < most)
        .values(tries=col(EnrolmentChallenge.tries) + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


async def spend(session: Session, challenge_id: str, at: datetime) -> bool:
    """Take the one answer that a question takes; return whether this was the first."""
    result = await session.exec(
        sa.update(EnrolmentChallenge)
        .where(
            col(EnrolmentChallenge.id) == challenge_id,
            col(EnrolmentChallenge.answered_at).is_(None),
        )
        .values(answered_at=at)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)


async def conclude(
    session: Session, challenge_id: str, device_id: str, result_hash: str, kept_until: datetime
) -> None:
    """Keep what came of an answer."""
    await session.exec(
        sa.update(EnrolmentChallenge)
        .where(col(EnrolmentChallenge.id) == challenge_id)
        .values(device_id=device_id, result_hash=result_hash, kept_until=kept_until)
        .execution_options(synchronize_session=False)
    )


async def forget(session: Session, before: datetime) -> int:
    """Drop links that ended, and questions that are kept no longer; return how many."""
    wheres: Sequence[tuple[type, sa.ColumnElement[bool]]] = (
        (EnrolmentLink, col(EnrolmentLink.expires_at) < before),
        (EnrolmentChallenge, col(EnrolmentChallenge.kept_until) < before),
    )
    gone = 0
    for record, over in wheres:
        gone += (await session.exec(sa.delete(record).where(over))).rowcount
    return gone
