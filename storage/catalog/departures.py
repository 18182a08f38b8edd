"""Questions about who left, and what was taken from them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.departure import (
    Departure,
    DepartureKind,
    DepartureNotice,
    DepartureState,
    NoticeKind,
)
from storage.records.person import Person
from storage.records.tester import Tester


async def locked(session: Session, departure_id: str) -> Departure:
    """Return one that nobody else changes until this unit of work ends. Raise NotFound."""
    found = await session.exec(
        select(Departure).where(Departure.id == departure_id).with_for_update()
    )
    one = found.first()
    if one is None:
        raise NotFound("Nobody left under this id.")
    return one


async def those(session: Session, departure_ids: Collection[str]) -> Sequence[Departure]:
    """Return departures by id, by name."""
    return await _by_name(session, col(Departure.id).in_(set(departure_ids)))


async def add(session: Session, departure: Departure) -> Departure:
    """Keep a new one. Raise AlreadyExists when somebody noticed it at the same time."""
    session.add(departure)
    await session.flush()
    return departure


async def last_of(session: Session, organization_id: str, slack_id: str) -> Sequence[Departure]:
    """Return every time that somebody left, the last one first."""
    found = await session.exec(
        select(Departure)
        .where(Departure.organization_id == organization_id, Departure.slack_id == slack_id)
        .order_by(col(Departure.turn).desc())
    )
    return found.all()


async def unfinished(session: Session, before: datetime, since: datetime) -> Sequence[str]:
    """Return the ids of those noticed between two moments from whom things are still taken."""
    found = await session.exec(
        select(Departure.id)
        .where(
            Departure.state == DepartureState.WANTED,
            col(Departure.noticed_at) < before,
            col(Departure.noticed_at) > since,
        )
        .order_by(col(Departure.noticed_at), col(Departure.id))
    )
    return found.all()


async def owed(session: Session, organization_id: str, *, limit: int) -> Sequence[Departure]:
    """Return those that a word is owed about and from whom everything was taken, the first due."""
    found = await session.exec(
        select(Departure)
        .where(
            Departure.organization_id == organization_id,
            col(Departure.due_at).is_not(None),
            Departure.state != DepartureState.WANTED,
        )
        .order_by(col(Departure.due_at), col(Departure.id))
        .limit(limit)
    )
    return found.all()


async def put_in(session: Session, departure_ids: Collection[str], notice: DepartureNotice) -> int:
    """Let a notice be the word that is owed; return about how many nobody else had said it."""
    which: dict[str, Any] = {"due_at": None}
    which["notice_id" if notice.kind is NoticeKind.GONE else "back_notice_id"] = notice.id
    result = await session.exec(
        sa.update(Departure)
        .where(among(session, col(Departure.id), departure_ids), col(Departure.due_at).is_not(None))
        .values(**which)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


async def notice(session: Session, notice_id: str) -> DepartureNotice:
    """Raise NotFound."""
    found = await session.get(DepartureNotice, notice_id)
    if found is None:
        raise NotFound("Nothing is said of anybody under this id.")
    return found


async def in_notice(session: Session, notice: DepartureNotice) -> Sequence[Departure]:
    """Return whom a notice is about, by name."""
    own = Departure.notice_id if notice.kind is NoticeKind.GONE else Departure.back_notice_id
    return await _by_name(session, col(own) == notice.id)


async def recent(session: Session, since: datetime, *, limit: int) -> Sequence[Departure]:
    """Return who left since a moment and was done with, the last first."""
    found = await session.exec(
        select(Departure)
        .where(
            col(Departure.state).in_([DepartureState.DONE, DepartureState.RESTORED]),
            col(Departure.noticed_at) > since,
        )
        .order_by(col(Departure.noticed_at).desc(), col(Departure.id))
        .limit(limit)
    )
    return found.all()


async def changed(session: Session, notice_ids: Collection[str], *, at: datetime) -> list[str]:
    """Note that notices say something else from a moment on; return them with their turns."""
    result = await session.exec(
        sa.update(DepartureNotice)
        .where(col(DepartureNotice.id).in_(set(notice_ids)))
        .values(turn=col(DepartureNotice.turn) + 1, changed_at=at)
        .returning(col(DepartureNotice.id), col(DepartureNotice.turn))
        .execution_options(synchronize_session=False)
    )
    return [f"{notice_id}@{turn}" for notice_id, turn in result.all()]


async def shown(session: Session, notice_id: str, turn: int) -> None:
    """Note that a notice was drawn as it was at a turn."""
    await session.exec(
        sa.update(DepartureNotice)
        .where(col(DepartureNotice.id) == notice_id, col(DepartureNotice.shown) < turn)
        .values(shown=turn)
        .execution_options(synchronize_session=False)
    )


async def unshown(session: Session, before: datetime, since: datetime) -> list[str]:
    """Return the notices, with turns, that say something else since between two moments."""
    found = await session.exec(
        select(DepartureNotice)
        .where(
            col(DepartureNotice.changed_at) < before,
            col(DepartureNotice.changed_at) > since,
            col(DepartureNotice.shown) < col(DepartureNotice.turn),
        )
        .order_by(col(DepartureNotice.changed_at), col(DepartureNotice.id))
    )
    return [f"{one.id}@{one.turn}" for one in found.all()]


async def astray(session: Session, organization_id: str, *, limit: int) -> Sequence[str]:
    """
    Return the accounts of testers that Slack says something else of than is known here.

    They are deactivated, are active again, or became guests, and nobody followed.
    """
    left = sa.and_(
        col(Person.deleted),
        sa.or_(col(Tester.active), ~_has(DepartureKind.LEFT, DepartureKind.LET_GO)),
    )
    back = sa.and_(~col(Person.deleted), ~col(Tester.active))
    guest = sa.and_(
        ~col(Person.deleted),
        col(Person.guest_since).is_not(None),
        ~_has(DepartureKind.GUEST, since=col(Person.guest_since)),
    )
    found = await session.exec(
        select(col(Person.id))
        .join(Tester, col(Tester.slack_id) == col(Person.id))
        .where(Tester.organization_id == organization_id, sa.or_(left, back, guest))
        .order_by(col(Person.id))
        .limit(limit)
    )
    return found.all()


async def longest_unasked(
    session: Session, organization_id: str, before: datetime, *, limit: int
) -> Sequence[str]:
    """Return the accounts of testers whom Slack was not asked about since a moment."""
    found = await session.exec(
        select(col(Tester.slack_id))
        .join(Person, col(Person.id) == col(Tester.slack_id), isouter=True)
        .where(
            Tester.organization_id == organization_id,
            col(Tester.slack_id).is_not(None),
            sa.or_(col(Person.id).is_(None), col(Person.asked_at) < before),
        )
        .order_by(sa.func.coalesce(col(Person.asked_at), before), col(Tester.id))
        .limit(limit)
    )
    return [one for one in found.all() if one]


def _has(*kinds: DepartureKind, since: Any = None) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    own = [
        col(Departure.organization_id) == col(Tester.organization_id),
        col(Departure.slack_id) == col(Tester.slack_id),
        col(Departure.kind).in_(kinds),
    ]
    if since is not None:
        own.append(col(Departure.noticed_at) >= since)
    return sa.exists().where(*own)


async def _by_name(session: Session, which: sa.ColumnElement[bool]) -> Sequence[Departure]:
    found = await session.exec(
        select(Departure).where(which).order_by(col(Departure.name), col(Departure.id))
    )
    return found.all()
