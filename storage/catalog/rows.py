"""Questions whose answers are rows of a list: a release with its app and version, and no more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col

from storage.catalog.database import Session
from storage.records.app import App
from storage.records.build import Build
from storage.records.release import Release, ReleaseState


class ReleaseRow(NamedTuple):
    """What a line of a list needs of three tables."""

    release_id: str
    app_id: str
    app_name: str
    app_display_name: str
    platform: str
    number: int
    version: str
    build: str
    state: ReleaseState
    notes: str
    posted_at: datetime
    created_at: datetime
    published_at: datetime | None


async def newest(
    session: Session,
    organization_id: str,
    states: Collection[ReleaseState],
    *,
    like: str = "",
    limit: int = 10,
) -> list[ReleaseRow]:
    """Return the newest releases of an organization in some states, newest first."""
    wanted = (
        _rows()
        .where(col(App.organization_id) == organization_id, col(Release.state).in_(states))
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
        .limit(limit)
    )
    if like:
        named = col(App.display_name) + " " + col(Build.version) + " (" + col(Build.build) + ")"
        fits = (named, col(App.name))
        wanted = wanted.where(sa.or_(*(part.icontains(like, autoescape=True) for part in fits)))
    return await _asked(session, wanted)


async def of_app(
    session: Session,
    app_id: str,
    *,
    states: Collection[ReleaseState] = tuple(ReleaseState),
    limit: int = 20,
) -> list[ReleaseRow]:
    """Return the newest releases of an app in some states, newest first."""
    wanted = (
        _rows()
        .where(col(Release.app_id) == app_id, col(Release.state).in_(states))
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
        .limit(limit)
    )
    return await _asked(session, wanted)


async def meant(session: Session, app_id: str, text: str) -> list[ReleaseRow]:
    """Return the releases of an app that *text* names: a number, a version, `version (build)`."""
    spelled = col(Build.version) + " (" + col(Build.build) + ")"
    named = [col(Build.version) == text, spelled == text]
    if text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004 - a whole number of 32 bits
        named.append(col(Release.number) == int(text))
    wanted = (
        _rows()
        .where(col(Release.app_id) == app_id, sa.or_(*named))
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
        .limit(1)
    )
    return await _asked(session, wanted)


async def newest_of_each(session: Session, organization_id: str) -> list[ReleaseRow]:
    """Return the newest release of every app of an organization."""
    last = (
        sa.select(col(Release.app_id), sa.func.max(col(Release.posted_at)).label("posted_at"))
        .group_by(col(Release.app_id))
        .subquery()
    )
    wanted = (
        _rows()
        .join(
            last,
            sa.and_(
                last.c.app_id == col(Release.app_id),
                last.c.posted_at == col(Release.posted_at),
            ),
        )
        .where(col(App.organization_id) == organization_id)
        .order_by(col(Release.number))
    )
    return await _asked(session, wanted)


async def those(session: Session, release_ids: Collection[str]) -> list[ReleaseRow]:
    """Return releases by id, in no order."""
    return await _asked(session, _rows().where(col(Release.id).in_(set(release_ids))))


def _rows() -> sa.Select[*tuple[Any, ...]]:
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
            col(Release.state),
            col(Release.notes),
            col(Release.posted_at),
            col(Release.created_at),
            col(Release.published_at),
        )
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
    )


async def _asked(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> list[ReleaseRow]:
    connection = await session.connection()
    found: Sequence[Any] = (await connection.execute(wanted)).all()
    return [ReleaseRow(*row) for row in found]
