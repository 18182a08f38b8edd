"""Questions whose answers are rows of a list: a release with its app and version, and no more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.catalog import search, tags
from storage.catalog.conditions import begins
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
    needle = search.folded(like)
    fitting = [search.condition(needle, await _named(session, organization_id))] if needle else []
    # An index gives the newest in one state; the newest in several are among those of each.
    each = (
        sa.select(col(Release.id))
        .where(col(Release.organization_id) == organization_id, col(Release.state) == state)
        .where(*fitting)
        .order_by(*_NEWEST)
        .limit(limit)
        .subquery()
        for state in states
    )
    among = sa.union_all(*(sa.select(one.c.id) for one in each))
    wanted = _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST).limit(limit)
    return await _asked(session, wanted)


async def of_app(
    session: Session,
    app_id: str,
    *,
    states: Collection[ReleaseState] = tuple(ReleaseState),
    limit: int = 20,
) -> list[ReleaseRow]:
    """Return the newest releases of an app in some states, newest first."""
    # By their ids: for rows that are not few yet, PostgreSQL looks at everybody's destinations.
    among = (
        sa.select(col(Release.id))
        .where(col(Release.app_id) == app_id, col(Release.state).in_(states))
        .order_by(*_NEWEST)
        .limit(limit)
    )
    wanted = _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST)
    return await _asked(session, wanted)


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
    ways = [sa.select(col(Release.id)).where(*_spelled(app_id, sought, text))] if sought else []
    if text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004 - a whole number of 32 bits
        own = (col(Release.app_id) == app_id, col(Release.number) == int(text))
        ways.append(sa.select(col(Release.id)).where(*own))
    if not ways:
        return []
    among = sa.union_all(*ways)
    wanted = _rows().where(col(Release.id).in_(among)).order_by(*_NEWEST).limit(1)
    return await _asked(session, wanted)


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
    return await _asked(session, _rows().where(col(Release.id).in_(set(release_ids))))


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


def _spelled(app_id: str, sought: str, text: str) -> tuple[Any, ...]:
    """Return what holds for an app's releases whose version, or version and build, is *text*."""
    build = aliased(Build)
    whole = col(build.version) + " (" + col(build.build) + ")"
    named = sa.or_(col(build.version) == text, whole == text)
    return (
        col(Release.app_id) == app_id,
        begins(col(Release.sought), sought),  # The index finds what the exact words then decide on.
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


async def _asked(session: Session, wanted: Rows) -> list[ReleaseRow]:
    connection = await session.connection()
    found: Sequence[Any] = (await connection.execute(wanted)).all()
    return [ReleaseRow(*row) for row in found]


_NEWEST = (col(Release.posted_at).desc(), col(Release.number).desc())
