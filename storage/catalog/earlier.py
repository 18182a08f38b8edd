"""Questions about what groups had before: releases that something else took the place of."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.catalog.database import Session
from storage.catalog.rows import Rows
from storage.records.app import App
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.group import Group
from storage.records.release import Release, ReleaseState


class EarlierRow(NamedTuple):
    """
    A release that a group had, and can be given again, with what is current there now.

    `there_*` are of the current one, None where nothing of the app is.
    """

    group_id: str
    group_name: str
    release_id: str
    app_id: str
    app_name: str
    app_display_name: str
    platform: str
    device_families: list[str] | None
    number: int
    version: str
    build: str
    there_id: str | None
    there_number: int | None
    there_version: str | None
    there_build: str | None


async def in_groups(
    session: Session,
    group_ids: Collection[str],
    *,
    app_id: str = "",
    version: str = "",
    build: str = "",
    number: int | None = None,
    limit: int,
) -> list[EarlierRow]:
    """
    Return what groups had before, the newest first.

    With *version* only what is called so: by its version, and its *build* where one is named, by
    its build alone, or by its *number* in the app.
    """
    called = [sa.and_(col(Build.version) == version, sa.true() if not build else _built(build))]
    called += [_built(version)]
    called += [col(Release.number) == number] if number is not None else []
    wanted = _rows().where(col(Destination.target_id).in_(set(group_ids)))
    if app_id:
        wanted = wanted.where(col(Release.app_id) == app_id)
    if version:
        wanted = wanted.where(sa.or_(*called))
    return await _asked(session, wanted.limit(limit))


async def of_release(session: Session, release_id: str, *, limit: int) -> list[EarlierRow]:
    """Return the groups that had a release before, by name."""
    wanted = _rows().where(col(Release.id) == release_id).order_by(None)
    return await _asked(session, wanted.order_by(col(Group.name), col(Group.id)).limit(limit))


def _built(build: str) -> sa.ColumnElement[bool]:
    return col(Build.build) == build


def _rows() -> Rows:
    there, current, has = aliased(Destination), aliased(Release), aliased(Build)
    is_there = sa.and_(
        col(there.app_id) == col(Destination.app_id),
        col(there.kind) == col(Destination.kind),
        col(there.target_id) == col(Destination.target_id),
        col(there.superseded_at).is_(None),
        col(there.recalled_at).is_(None),
    )
    return (
        sa.select(
            col(Group.id),
            col(Group.name),
            col(Release.id),
            col(App.id),
            col(App.name),
            col(App.display_name),
            col(App.platform),
            col(Build.facts)["device_families"],
            col(Release.number),
            col(Build.version),
            col(Build.build),
            col(current.id),
            col(current.number),
            col(has.version),
            col(has.build),
        )
        .select_from(Destination)
        .join(Group, col(Group.id) == col(Destination.target_id))
        .join(Release, col(Release.id) == col(Destination.release_id))
        .join(App, col(App.id) == col(Release.app_id))
        .join(Build, col(Build.id) == col(Release.build_id))
        .outerjoin(there, is_there)
        .outerjoin(current, col(current.id) == col(there.release_id))
        .outerjoin(has, col(has.id) == col(current.build_id))
        .where(
            col(Destination.kind) == DestinationKind.GROUP,
            col(Destination.superseded_at).is_not(None),
            col(Destination.recalled_at).is_(None),
            col(Release.state) == ReleaseState.LIVE,
            col(Release.enabled),
        )
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
    )


async def _asked(session: Session, wanted: Rows) -> list[EarlierRow]:
    connection = await session.connection()
    return [EarlierRow(*row) for row in (await connection.execute(wanted)).all()]
