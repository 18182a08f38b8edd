"""Questions about releases."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound, Stale
from storage.records.app import App
from storage.records.release import Release, ReleaseState


async def get(session: Session, release_id: str) -> Release:
    """Raise NotFound."""
    found = await session.get(Release, release_id)
    if found is None:
        raise NotFound("There is no such release.")
    return found


async def draft(session: Session, app: App, build_id: str, *, by: str, notes: str) -> Release:
    """Return the release of a build, made as the app's next number if there is none."""
    key = f"build:{build_id}"
    # Locking the app's row keeps two takings-in from counting to the same number on PostgreSQL.
    await session.exec(select(App).where(App.id == app.id).with_for_update())
    highest = await session.exec(
        select(sa.func.max(Release.number)).where(Release.app_id == app.id)
    )
    row = {
        "key": key,
        "app_id": app.id,
        "number": (highest.one() or 0) + 1,
        "build_id": build_id,
        "notes": notes,
        "created_by": by,
    }
    await insert_missing(session, Release, [row], ["key"])
    found = await session.exec(select(Release).where(Release.key == key))
    return found.one()


async def of_build(session: Session, build_id: str) -> Release | None:
    """Return the newest release of a build."""
    found = await session.exec(
        select(Release).where(Release.build_id == build_id).order_by(col(Release.number).desc())
    )
    return found.first()


async def of_app(session: Session, app_id: str, *, limit: int = 20) -> Sequence[Release]:
    """Return the newest releases of an app, newest first."""
    found = await session.exec(
        select(Release)
        .where(Release.app_id == app_id)
        .order_by(col(Release.number).desc())
        .limit(limit)
    )
    return found.all()


async def numbered(session: Session, app_id: str, number: int) -> Release | None:
    found = await session.exec(
        select(Release).where(Release.app_id == app_id, Release.number == number)
    )
    return found.first()


async def newest(
    session: Session, organization_id: str, states: Sequence[ReleaseState], *, limit: int = 10
) -> Sequence[Release]:
    """Return the newest releases of every app of an organization in some states."""
    found = await session.exec(
        select(Release)
        .join(App, col(App.id) == Release.app_id)
        .where(App.organization_id == organization_id, col(Release.state).in_(states))
        .order_by(col(Release.created_at).desc())
        .limit(limit)
    )
    return found.all()


async def newest_live(session: Session, app_id: str) -> Release | None:
    found = await session.exec(
        select(Release)
        .where(Release.app_id == app_id, Release.state == ReleaseState.LIVE)
        .order_by(col(Release.number).desc())
    )
    return found.first()


async def change(session: Session, release: Release, **values: object) -> Release:
    """
    Set *values* on the release if nobody changed it since it was read.

    Raise Stale when somebody did: of two who act at once, exactly one gets through.
    """
    statement = (
        sa.update(Release)
        .where(col(Release.id) == release.id, col(Release.revision) == release.revision)
        .values(revision=release.revision + 1, **values)
    )
    result = await session.exec(statement)
    if getattr(result, "rowcount", 0) != 1:
        raise Stale
    await session.refresh(release)
    return release


async def supersede_others(session: Session, release: Release) -> Sequence[str]:
    """Mark the app's other live releases as superseded and return their ids."""
    others = await session.exec(
        select(Release).where(
            Release.app_id == release.app_id,
            Release.id != release.id,
            Release.state == ReleaseState.LIVE,
            col(Release.number) < release.number,
        )
    )
    rows = others.all()
    for other in rows:
        other.state = ReleaseState.SUPERSEDED
        other.revision += 1
        session.add(other)
    return [other.id for other in rows]
