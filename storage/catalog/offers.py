"""What one person may install: of each app the newest releases, and how many there are."""

from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col

from storage.catalog.database import Session
from storage.catalog.entitlement import entitles
from storage.records.destination import Destination
from storage.records.distribution import Recipient
from storage.records.grant import Grant
from storage.records.release import Release, ReleaseState


class Offer(NamedTuple):
    """
    A release that a person may install.

    `notes` are those that they read in place of the release's, None without any. `of_app` says how
    many of its app they may install, and `apps` of how many apps they may install something.
    """

    release_id: str
    app_id: str
    recipient_id: str
    notes: str | None
    of_app: int
    apps: int


async def of_tester(
    session: Session, tester_id: str, *, apps: int, of_each: int, only: str | None = None
) -> list[Offer]:
    """
    Return what a tester may install, at most of so many *apps*, and so many releases *of_each*.

    The app that they were given something of last comes first. Of an app, what is current for them
    comes before what was superseded; among these the highest number. With *only*, nothing but that
    release.
    """
    values = {"tester_id": tester_id, "most_apps": apps, "of_each": of_each}
    if only is not None:
        values["only"] = only
    connection = await session.connection()
    found = await connection.execute(_offers(only is not None), values)
    return [Offer(*row) for row in found.all()]


@cache
def _offers(is_one: bool) -> sa.Select[Any]:  # noqa: FBT001 - which of two questions it is
    given = _given(is_one)
    app, order = given.c.app_id, (given.c.superseded, given.c.number.desc())
    placed = sa.select(
        given,
        sa.func.row_number().over(partition_by=app, order_by=order).label("place"),
        sa.func.count().over(partition_by=app).label("of_app"),
        sa.func.max(given.c.given_at).over(partition_by=app).label("app_at"),
    ).subquery("placed")
    ranked = sa.select(
        placed,
        sa.func.dense_rank()
        .over(order_by=(placed.c.app_at.desc(), placed.c.app_id))
        .label("app_place"),
    ).cte("ranked")
    highest = sa.select(sa.func.max(ranked.c.app_place)).scalar_subquery()
    return (
        sa.select(
            ranked.c.release_id,
            ranked.c.app_id,
            ranked.c.recipient_id,
            ranked.c.notes,
            ranked.c.of_app,
            highest,
        )
        .where(
            ranked.c.app_place <= sa.bindparam("most_apps"),
            ranked.c.place <= sa.bindparam("of_each"),
        )
        .order_by(ranked.c.app_place, ranked.c.place)
    )


def _given(is_one: bool) -> sa.CTE:  # noqa: FBT001
    """Return each release once that a tester may install, by whatever they have it by."""
    tester_id = sa.bindparam("tester_id", type_=sa.String)
    taken_back = sa.exists().where(
        col(Grant.release_id) == col(Release.id),
        col(Grant.tester_id) == tester_id,
        col(Grant.revoked_at).is_not(None),
    )
    superseded = sa.case((col(Destination.superseded_at).is_(None), 0), else_=1)
    which = [col(Release.id) == sa.bindparam("only")] if is_one else []
    return (
        sa.select(
            col(Release.id).label("release_id"),
            col(Release.app_id).label("app_id"),
            col(Release.number).label("number"),
            sa.func.min(col(Recipient.id)).label("recipient_id"),
            sa.func.max(col(Recipient.created_at)).label("given_at"),
            sa.func.min(superseded).label("superseded"),
            sa.func.max(col(Destination.notes)).label("notes"),
        )
        .join(Recipient, col(Recipient.release_id) == col(Release.id))
        .join(Destination, col(Destination.id) == col(Recipient.destination_id))
        .where(
            col(Recipient.tester_id) == tester_id,
            col(Release.state) == ReleaseState.LIVE,
            col(Release.enabled),
            entitles(),
            ~taken_back.correlate(Release),
            *which,
        )
        .group_by(col(Release.id), col(Release.app_id), col(Release.number))
        .cte("given")
    )
