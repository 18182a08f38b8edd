"""Questions whose answers are rows of a list: a release with its app and version, and no more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.catalog import search, tags
from storage.catalog.conditions import LAST
from storage.catalog.database import Session
from storage.catalog.search import NamedApp
from storage.records.app import App
from storage.records.build import Build
from storage.records.destination import Destination
from storage.records.release import NotesKind, Release, ReleaseState
from storage.records.tag import ReleaseTag

#: Rows of any columns.
Rows = sa.Select[*tuple[Any, ...]]


class ReleaseRow(NamedTuple):
    """
    What a line of a list needs of four tables.

    `sent` says whether a destination has it that was not recalled, `current` whether one has it
    that no newer release took over. `tags` stand in one text (`storage.catalog.tags`).
    """

    release_id: str
    app_id: str
    app_name: str
    app_display_name: str
    platform: str
    number: int
    version: str
    build: str
    device_families: list[str] | None
    state: ReleaseState
    enabled: bool
    notes: str
    notes_kind: NotesKind
    posted_at: datetime
    created_at: datetime
    published_at: datetime | None
    sent: bool
    current: bool
    icon_sha256: str | None
    is_external: bool
    tags: str | None


async def newest(
    session: Session,
    organization_id: str,
    states: Collection[ReleaseState],
    *,
    like: str = "",
    limit: int = 10,
) -> list[ReleaseRow]:
    """
    Return the newest releases of an organization in some states, newest first.

    With *like*, those whose app or version holds it, whatever its case.
    """
    needle, each = search.folded(like), tuple(states)
    wanted = (
        _newest_of(each, search.condition(needle, await _named(session, organization_id)))
        if needle
        else _newest(each)
    )
    return await _asked(session, wanted, organization_id=organization_id, limit=limit)


@cache
def _newest(states: tuple[ReleaseState, ...]) -> Rows:
    return _newest_of(states)


def _newest_of(states: Sequence[ReleaseState], *fitting: sa.ColumnElement[bool]) -> Rows:
    # An index gives the newest in one state; the newest in several are among those of each.
    each = (
        sa.select(col(Release.id))
        .where(col(Release.organization_id) == sa.bindparam("organization_id"))
        .where(col(Release.state) == state, *fitting)
        .order_by(*_NEWEST)
        .limit(_LIMIT)
        .subquery()
        for state in states
    )
    among = sa.union_all(*(sa.select(one.c.id) for one in each))
    return _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST).limit(_LIMIT)


async def of_app(
    session: Session,
    app_id: str,
    *,
    states: Collection[ReleaseState] = tuple(ReleaseState),
    limit: int = 20,
) -> list[ReleaseRow]:
    """Return the newest releases of an app in some states, newest first."""
    return await _asked(session, _of_app(), app_id=app_id, states=list(states), limit=limit)


@cache
def _of_app() -> Rows:
    # By their ids: for rows that are not few yet, PostgreSQL looks at everybody's destinations.
    among = (
        sa.select(col(Release.id))
        .where(
            col(Release.app_id) == sa.bindparam("app_id"),
            col(Release.state).in_(sa.bindparam("states", expanding=True)),
        )
        .order_by(*_NEWEST)
        .limit(_LIMIT)
    )
    return _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST)


async def tagged(
    session: Session,
    organization_id: str,
    tag: str,
    states: Collection[ReleaseState],
    *,
    app_id: str | None = None,
    limit: int = 20,
) -> list[ReleaseRow]:
    """Return the newest releases in some states that have a tag, of one app or of all."""
    own = [col(ReleaseTag.organization_id) == organization_id, col(ReleaseTag.tag) == tag]
    if app_id is not None:
        own.append(col(ReleaseTag.app_id) == app_id)
    among = (
        sa.select(col(Release.id))
        .join(ReleaseTag, col(ReleaseTag.release_id) == col(Release.id))
        .where(*own, col(Release.state).in_(states))
        .order_by(*_NEWEST)
        .limit(limit)
    )
    wanted = _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST)
    return await _asked(session, wanted)


async def meant(session: Session, app_id: str, text: str) -> list[ReleaseRow]:
    """Return the releases of an app that *text* names: a number, a version, `version (build)`."""
    sought = search.folded(text)
    is_number = text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 - a whole number of 32 bits
    if not sought:
        return []
    number = {"number": int(text)} if is_number else {}
    values = {"app_id": app_id, "text": text, "first": sought, "beyond": sought + LAST}
    return await _asked(session, _meant(is_number), **values, **number)


@cache
def _meant(is_number: bool) -> Rows:  # noqa: FBT001 - which of two questions it is
    ways = [sa.select(col(Release.id)).where(*_spelled())]
    if is_number:
        own = (
            col(Release.app_id) == sa.bindparam("app_id"),
            col(Release.number) == sa.bindparam("number"),
        )
        ways.append(sa.select(col(Release.id)).where(*own))
    among = sa.union_all(*ways)
    return _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST).limit(1)


async def newest_of_each(session: Session, organization_id: str) -> list[ReleaseRow]:
    """Return the newest release of every app of an organization, in no order."""
    own = aliased(Release)
    last = (
        sa.select(col(own.id))
        .where(col(own.app_id) == col(App.id))
        .order_by(col(own.posted_at).desc(), col(own.number).desc())
        .limit(1)
        .scalar_subquery()
    )
    among = sa.select(last).where(col(App.organization_id) == organization_id)
    return await _asked(session, _rows().where(col(Release.id).in_(among)))


async def those(session: Session, release_ids: Collection[str]) -> list[ReleaseRow]:
    """Return releases by id, in no order."""
    return await _asked(session, _those(), release_ids=list(set(release_ids)))


@cache
def _those() -> Rows:
    return _rows().where(col(Release.id).in_(sa.bindparam("release_ids", expanding=True)))


def _rows() -> Rows:
    return (
        sa.select(
            col(Release.id),
            col(Release.app_id),
            col(App.name),
            col(App.display_name),
            col(App.platform),
            col(Release.number),
            col(Build.version),
            col(Build.build),
            col(Build.facts)["device_families"],
            col(Release.state),
            col(Release.enabled),
            col(Release.notes),
            col(Release.notes_kind),
            col(Release.posted_at),
            col(Release.created_at),
            col(Release.published_at),
            _stands(),
            _stands(col(Destination.superseded_at).is_(None)),
            col(Build.icon_sha256),
            col(Build.link).is_not(None),
            tags.in_one(),
        )
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
    )


def _spelled() -> tuple[Any, ...]:
    """Return what holds for an app's releases whose version, or version and build, is a text."""
    build, text = aliased(Build), sa.bindparam("text", type_=sa.String)
    whole = col(build.version) + " (" + col(build.build) + ")"
    named = sa.or_(col(build.version) == text, whole == text)
    return (
        col(Release.app_id) == sa.bindparam("app_id"),
        # The index finds what the exact words then decide on.
        col(Release.sought) >= sa.bindparam("first"),
        col(Release.sought) < sa.bindparam("beyond"),
        sa.exists().where(col(build.id) == col(Release.build_id), named).correlate(Release),
    )


def _stands(*more: sa.ColumnElement[bool]) -> sa.Exists:
    """Return whether somebody has a release by a destination, and of which kind."""
    own = (col(Destination.release_id) == col(Release.id), col(Destination.recalled_at).is_(None))
    return sa.exists().where(*own, *more).correlate(Release)


async def _named(session: Session, organization_id: str) -> list[NamedApp]:
    connection = await session.connection()
    named = await connection.execute(
        sa.select(col(App.id), col(App.name), col(App.display_name)).where(
            col(App.organization_id) == organization_id
        )
    )
    return [NamedApp(*row) for row in named.all()]


async def _asked(session: Session, wanted: Rows, **values: Any) -> list[ReleaseRow]:  # noqa: ANN401 - what each of its parameters is
    connection = await session.connection()
    found: Sequence[Any] = (await connection.execute(wanted, values)).all()
    return [ReleaseRow(*row) for row in found]


_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_NEWEST = (col(Release.posted_at).desc(), col(Release.number).desc())
