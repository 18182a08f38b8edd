"""Questions about who has a release: how far each person is, and how many are alike in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from functools import cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.conditions import among, among_named, one_parameter
from storage.catalog.database import Session, is_postgresql
from storage.catalog.entitlement import entitles, of_one_release
from storage.catalog.recipients import BEST_FIRST
from storage.records.destination import Destination
from storage.records.distribution import Recipient, RecipientState
from storage.records.grant import Receipt, ReceiptKind
from storage.records.mute import Mute
from storage.records.nudge import NudgeWord, NudgeWordState
from storage.records.tester import Tester
from storage.records.trouble import TroubleReport


class Having(StrEnum):
    """How far somebody is, the furthest first."""

    HAS = "has"  #: Their phone has every byte.
    BEGAN = "began"  #: Their phone began to fetch it.
    OPENED = "opened"
    TOLD = "told"  #: They were told, and nothing was seen of them since.
    WAITING = "waiting"  #: They are being told.
    HELD = "held"  #: They are told once it is signed for their phone.
    ON_PAGE = "on page"  #: They see it on their own page: nothing else leads to them.
    UNREACHABLE = "unreachable"
    SILENT = "silent"  #: They may install it, and nobody told them.
    LOST = "lost"  #: It was taken back from them.
    NEVER = "never"  #: They are in the group that was asked about, and were never given it.


class HolderFacts(NamedTuple):
    """
    What counts of how somebody stands with a release; many are alike in it.

    They `cannot` install it who otherwise would. It is `current` for them where no newer release
    took its place. `on_page`: no message reaches them. `lately` and `unmeasured` are said of those
    alone who began to fetch it: something was seen of them lately; a proxy sent them the package,
    and does not tell how much arrived. They `reported` lately that it does not install.
    """

    having: Having
    cannot: bool
    active: bool
    current: bool
    on_page: bool
    muted: bool
    reminded: bool
    lately: bool
    unmeasured: bool
    reported: bool


class HolderRow(NamedTuple):
    """
    One person. `reason` is why they could not be told, or wait.

    `seen_at` is when something was last seen of them, and `complained` that they ever said that it
    does not install: a page says so, and not who comes first.
    """

    facts: HolderFacts
    tester_id: str
    name: str
    reason: str
    seen_at: datetime | None
    complained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersAsked:
    """
    Of which release it is asked, of whom, and since when something counts as lately.

    Whoever is active and may install it cannot as a rule, or can: `cannot` is the rule, and those
    of whom the other is true are `excepted`. With `inside`, nobody else is asked about.
    """

    release_id: str
    app_id: str
    cannot: bool
    excepted: Collection[str]
    seen_since: datetime
    reminded_since: datetime
    reported_since: datetime
    inside: Collection[str] | None = None


#: How many are alike in which way, and those that are shown, by name.
HoldersFound = tuple[dict[HolderFacts, int], list[HolderRow]]


async def first(session: Session, asked: HoldersAsked, *, limit: int) -> HoldersFound:
    """Return the first who are so far, for each way, and the first of those who cannot."""
    return await _found(session, asked, _Shape.FIRST, limit=limit)


async def page(session: Session, asked: HoldersAsked, *, after: int, limit: int) -> HoldersFound:
    """Return some after so many others: the furthest first, those who cannot after the told."""
    return await _found(session, asked, _Shape.PAGE, limit=limit, after=after)


async def everybody(session: Session, asked: HoldersAsked) -> HoldersFound:
    """Return all of them in the same order."""
    return await _found(session, asked, _Shape.ALL)


async def given(session: Session, release_id: str, tester_ids: Collection[str]) -> set[str]:
    """Return those of some testers who were ever given a release."""
    found = await session.exec(
        select(Recipient.tester_id)
        .where(
            Recipient.release_id == release_id,
            among(session, col(Recipient.tester_id), tester_ids),
        )
        .distinct()
    )
    return set(found.all())


async def have_all(session: Session, release_id: str, tester_ids: Collection[str]) -> set[str]:
    """Return those of some testers whose phone has every byte of a release."""
    found = await session.exec(
        select(Receipt.tester_id)
        .where(
            Receipt.release_id == release_id,
            among(session, col(Receipt.tester_id), tester_ids),
            Receipt.kind == ReceiptKind.BINARY,
            col(Receipt.completed_at).is_not(None),
        )
        .distinct()
    )
    return set(found.all())


async def _found(
    session: Session, asked: HoldersAsked, shape: "_Shape", **extent: int
) -> HoldersFound:
    on_postgresql = is_postgresql(session)
    wanted = _wanted(on_postgresql, shape, asked.inside is not None)
    values: dict[str, Any] = {
        **extent,
        "release_id": asked.release_id,
        "app_id": asked.app_id,
        "rule": int(asked.cannot),
        "exception": int(not asked.cannot),
        "excepted": one_parameter(asked.excepted, on_postgresql=on_postgresql),
        "seen_since": asked.seen_since,
        "reminded_since": asked.reminded_since,
        "reported_since": asked.reported_since,
    }
    if asked.inside is not None:
        values["inside"] = one_parameter(asked.inside, on_postgresql=on_postgresql)
    connection = await session.connection()
    counts: dict[HolderFacts, int] = {}
    people = []
    for code, count, *person in (await connection.execute(wanted, values)).all():
        facts = _facts(code)
        counts[facts] = count
        if person[0] is not None:
            people.append(HolderRow(facts, *person))
    return counts, people


@cache
def _facts(code: int) -> HolderFacts:
    flags = (bool(code >> place & 1) for place in range(len(_FLAGS)))
    return HolderFacts(_FURTHEST_FIRST[code >> len(_FLAGS)], *flags)


class _Shape(Enum):
    """Who is shown of all that are counted."""

    FIRST = auto()
    PAGE = auto()
    ALL = auto()


@cache
def _wanted(on_postgresql: bool, shape: _Shape, is_inside: bool) -> sa.Select[Any]:  # noqa: FBT001
    """Build the question, which takes longer than many are answered."""
    people = _people(on_postgresql, is_inside)
    alike = sa.select(people.c.code, sa.func.count().label("count")).group_by(people.c.code)
    counts, shown = alike.cte("counts"), _shown(people, shape)
    with_seen = shape is _Shape.PAGE
    return (
        sa.select(
            counts.c.code,
            counts.c.count,
            shown.c.tester_id,
            shown.c.name,
            _reason(shown),
            _seen_at(shown) if with_seen else sa.null(),
            _has(TroubleReport, shown) if with_seen else sa.false(),
        )
        .select_from(counts.outerjoin(shown, shown.c.code == counts.c.code))
        .order_by(_section(shown), shown.c.name, shown.c.tester_id)
    )


def _shown(people: sa.CTE, shape: _Shape) -> sa.CTE:
    if shape is _Shape.ALL:
        return people
    if shape is _Shape.FIRST:
        return _first(people)
    return (
        sa.select(people)
        .order_by(_section(people), people.c.name, people.c.tester_id)
        .limit(_number("limit"))
        .offset(_number("after"))
        .cte("shown")
    )


def _first(people: sa.CTE) -> sa.CTE:
    """Return the first of each section: to number everybody takes longer than to ask for each."""
    sections = [2 * place for place in range(len(_FURTHEST_FIRST))]
    sections.append(_OF_THOSE_WHO_CANNOT)
    return sa.union_all(
        *(
            sa.select(
                sa.select(people)
                .where(_section(people) == section)
                .order_by(people.c.name, people.c.tester_id)
                .limit(_number("limit"))
                .subquery()
            )
            for section in sections
        )
    ).cte("shown")


def _section(people: sa.CTE) -> sa.ColumnElement[int]:
    """Return where somebody is shown: as far as they are, and after the told if they cannot."""
    cannot, having = people.c.code % 2 == 1, people.c.code // 2 ** len(_FLAGS)
    return sa.case((cannot, _OF_THOSE_WHO_CANNOT), else_=2 * having)


def _people(on_postgresql: bool, is_inside: bool) -> sa.CTE:  # noqa: FBT001
    """Return everybody with what counts of them as one number, in which `cannot` comes last."""
    far = _far(on_postgresql, is_inside)
    began = far.c.having == _RANK[Having.BEGAN]
    excepted = among_named(far.c.tester_id, "excepted", on_postgresql=on_postgresql)
    rule = sa.case((excepted, _number("exception")), else_=_number("rule"))
    could = sa.and_(far.c.active, far.c.having.in_([_RANK[one] for one in COULD]))
    flags = {
        "cannot": sa.case((could, rule), else_=0),
        "active": _one(far.c.active),
        "current": far.c.current,
        "on_page": _one(far.c.best == BEST_FIRST.index(RecipientState.ON_PAGE)),
        "muted": _one(far.c.tester_id.in_(_muted())),
        "reminded": _one(far.c.tester_id.in_(_reminded())),
        "lately": _one(sa.and_(began, _seen_lately(far))),
        "unmeasured": _one(sa.and_(began, _is_unmeasured(far))),
        "reported": _one(far.c.tester_id.in_(_reported())),
    }
    code: sa.ColumnElement[int] = far.c.having
    for name in reversed(_FLAGS):
        code = code * 2 + flags[name]
    return sa.select(far.c.tester_id, far.c.name, code.label("code")).cte("people")


def _far(on_postgresql: bool, is_inside: bool) -> sa.CTE:  # noqa: FBT001
    """Return everybody who was ever given the release, with how far they are."""
    share, seen = _share(on_postgresql, is_inside), _seen()
    having = sa.case(
        (share.c.entitled == 0, _RANK[Having.LOST]),
        (seen.c.stage == _COMPLETE, _RANK[Having.HAS]),
        (seen.c.stage == _BEGUN, _RANK[Having.BEGAN]),
        (seen.c.stage == _OPENED, _RANK[Having.OPENED]),
        else_=sa.case(_BY_STATE, value=share.c.best, else_=_RANK[Having.LOST]),
    )
    return (
        sa.select(
            col(Tester.id).label("tester_id"),
            col(Tester.name),
            col(Tester.active),
            share.c.best,
            share.c.current,
            having.label("having"),
        )
        .join(share, share.c.tester_id == col(Tester.id))
        .outerjoin(seen, seen.c.tester_id == share.c.tester_id)
        .cte("far")
    )


def _share(on_postgresql: bool, is_inside: bool) -> sa.CTE:  # noqa: FBT001
    """Return the best of all that was given to each person; the index alone answers it."""
    rank = sa.case(
        {state: place for place, state in enumerate(BEST_FIRST)}, value=col(Recipient.state)
    )
    stands = entitles()
    inside = among_named(col(Recipient.tester_id), "inside", on_postgresql=on_postgresql)
    return (
        sa.select(
            col(Recipient.tester_id),
            sa.func.min(rank).label("best"),
            _any(stands).label("entitled"),
            _any(sa.and_(stands, col(Destination.superseded_at).is_(None))).label("current"),
        )
        # Each has one; but PostgreSQL would take both conditions together for very rare.
        .outerjoin(Destination, of_one_release())
        .where(col(Recipient.release_id) == _RELEASE, *([inside] if is_inside else []))
        .group_by(col(Recipient.tester_id))
        .cte("share")
    )


def _seen() -> sa.CTE:
    """Return how much was seen of each person's links; the index alone answers it."""
    stage = sa.case(
        (col(Receipt.kind) == ReceiptKind.OPENED, _OPENED),
        (col(Receipt.kind) == ReceiptKind.MANIFEST, _BEGUN),
        (col(Receipt.completed_at).is_(None), _BEGUN),
        else_=_COMPLETE,
    )
    return (
        sa.select(col(Receipt.tester_id), sa.func.max(stage).label("stage"))
        .where(col(Receipt.release_id) == _RELEASE)
        .group_by(col(Receipt.tester_id))
        .cte("seen")
    )


def _muted() -> sa.Select[str]:
    return sa.select(col(Mute.tester_id)).where(
        col(Mute.app_id) == sa.bindparam("app_id", type_=sa.String)
    )


def _reminded() -> sa.Select[str]:
    return sa.select(col(NudgeWord.tester_id)).where(
        col(NudgeWord.release_id) == _RELEASE,
        col(NudgeWord.created_at) > sa.bindparam("reminded_since"),
        col(NudgeWord.state).in_((NudgeWordState.WAITING, NudgeWordState.TOLD)),
    )


def _reported() -> sa.Select[str]:
    return sa.select(col(TroubleReport.tester_id)).where(
        col(TroubleReport.release_id) == _RELEASE,
        col(TroubleReport.created_at) > sa.bindparam("reported_since"),
    )


def _seen_lately(far: sa.CTE) -> sa.Exists:
    return _has(Receipt, far, col(Receipt.last_at) > sa.bindparam("seen_since"))


def _is_unmeasured(far: sa.CTE) -> sa.Exists:
    nothing = sa.cast(col(Receipt.ranges), sa.String) == "[]"
    return _has(Receipt, far, col(Receipt.kind) == ReceiptKind.BINARY, nothing)


def _has(
    record: type[Receipt | TroubleReport], people: sa.CTE, *which: sa.ColumnElement[bool]
) -> sa.Exists:
    """Say of a person that there is something of them about the release."""
    own = (col(record.release_id) == _RELEASE, col(record.tester_id) == people.c.tester_id)
    return sa.exists().where(*own, *which).correlate(people)


def _reason(people: sa.CTE) -> sa.ColumnElement[str]:
    """Return why somebody could not be told, or waits; of nobody else anything is written down."""
    own = (
        sa.select(sa.func.max(col(Recipient.reason)))
        .where(
            col(Recipient.release_id) == _RELEASE,
            col(Recipient.tester_id) == people.c.tester_id,
        )
        .correlate(people)
        .scalar_subquery()
    )
    reasoned = [2 * _RANK[one] for one in (Having.UNREACHABLE, Having.HELD)]
    return sa.case((_section(people).in_(reasoned), own), else_="")


def _seen_at(people: sa.CTE) -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.max(col(Receipt.last_at)))
        .where(col(Receipt.release_id) == _RELEASE, col(Receipt.tester_id) == people.c.tester_id)
        .correlate(people)
        .scalar_subquery()
    )


def _any(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.max(_one(which))


def _one(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((which, 1), else_=0)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.Integer)


#: Those of whom it matters whether they can install it. Of the others something else is said.
COULD: Final = frozenset({Having.BEGAN, Having.OPENED, Having.TOLD, Having.SILENT, Having.ON_PAGE})
_RELEASE: Final = sa.bindparam("release_id", type_=sa.String)
_OPENED, _BEGUN, _COMPLETE = 1, 2, 3
_FURTHEST_FIRST: Final = tuple(Having)
_RANK: Final = {one: place for place, one in enumerate(_FURTHEST_FIRST)}
_OF_THOSE_WHO_CANNOT: Final = 2 * _RANK[Having.TOLD] + 1
_FLAGS: Final = HolderFacts._fields[1:]
_BY_STATE: Final = {
    BEST_FIRST.index(state): _RANK[having]
    for state, having in {
        RecipientState.TOLD: Having.TOLD,
        RecipientState.SILENT: Having.SILENT,
        RecipientState.ON_PAGE: Having.ON_PAGE,
        RecipientState.WAITING: Having.WAITING,
        RecipientState.HELD: Having.HELD,
        RecipientState.UNREACHABLE: Having.UNREACHABLE,
    }.items()
}
