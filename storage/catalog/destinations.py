"""Questions about destinations: what is current for whom."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.catalog.entitlement import entitles
from storage.records.app import App
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import Recipient, Target
from storage.records.group import Group
from storage.records.release import Release, ReleaseState


class CurrentRow(NamedTuple):
    """What is current of an app somewhere, by what people call it."""

    app_display_name: str
    version: str | None
    build: str | None
    platform: str
    device_families: list[str] | None


async def add(session: Session, rows: Sequence[Destination]) -> int:
    """Keep those that the release does not have yet, and return how many were new."""
    unique = ["release_id", "kind", "target_id"]
    return await insert_missing(session, Destination, [row.model_dump() for row in rows], unique)


async def of_releases(session: Session, release_ids: Collection[str]) -> Sequence[Destination]:
    """Return everything that any of the releases was sent to, oldest first."""
    found = await session.exec(
        select(Destination)
        .where(col(Destination.release_id).in_(set(release_ids)))
        .order_by(col(Destination.created_at), col(Destination.id))
    )
    return found.all()


async def named(
    session: Session, release_ids: Collection[str]
) -> Sequence[tuple[Destination, str | None]]:
    """Return where releases were sent, oldest first, with the name of each group there still is."""
    found = await session.exec(
        select(Destination, Group.name)
        .join(Group, col(Group.id) == Destination.target_id, isouter=True)
        .where(col(Destination.release_id).in_(set(release_ids)))
        .order_by(col(Destination.created_at), col(Destination.id))
    )
    return found.all()


async def of_distributions(
    session: Session, distribution_ids: Collection[str]
) -> Sequence[tuple[Target, Destination]]:
    """Return what acts of distributing were about: how, with each destination."""
    found = await session.exec(
        select(Target, Destination)
        .join(Destination, col(Destination.id) == Target.destination_id)
        .where(col(Target.distribution_id).in_(set(distribution_ids)))
        .order_by(col(Destination.created_at), col(Destination.id))
    )
    return found.all()


async def aim(session: Session, targets: Sequence[Target]) -> None:
    """Write down which destinations acts of distributing are about, and how."""
    rows = [target.model_dump() for target in targets]
    await insert_missing(session, Target, rows, ["distribution_id", "destination_id"])


async def notes_of(session: Session, destination_id: str) -> str | None:
    """Return the notes of a destination's own, None where the release's are read."""
    found = await session.exec(select(Destination.notes).where(Destination.id == destination_id))
    return found.first()


async def target_of(session: Session, distribution_id: str, destination_id: str) -> Target | None:
    """Return how an act was about a destination, None when it was not."""
    return await session.get(Target, (distribution_id, destination_id))


async def current(
    session: Session, app_id: str, kind: DestinationKind, target_ids: Collection[str]
) -> Sequence[tuple[Destination, int]]:
    """Return what is current of an app for each target, with the number of its release."""
    found = await session.exec(
        select(Destination, Release.number)
        .join(Release, col(Release.id) == Destination.release_id)
        .where(
            Destination.app_id == app_id,
            Destination.kind == kind,
            col(Destination.target_id).in_(set(target_ids)),
            col(Destination.superseded_at).is_(None),
            col(Destination.recalled_at).is_(None),
        )
        .order_by(col(Release.number))
    )
    return found.all()


async def current_above(session: Session, app_id: str, number: int) -> Sequence[Destination]:
    """Return what is current anywhere of an app's live releases with a higher number."""
    found = await session.exec(
        select(Destination)
        .join(Release, col(Release.id) == Destination.release_id)
        .where(
            Release.app_id == app_id,
            col(Release.number) > number,
            Release.state == ReleaseState.LIVE,
            col(Release.enabled),
            col(Destination.superseded_at).is_(None),
            col(Destination.recalled_at).is_(None),
        )
        .order_by(col(Destination.id))
    )
    return found.all()


def _is_current_in(group_id: str) -> sa.ColumnElement[bool]:
    """Say of a destination, joined with its release, that it is a group's current one."""
    return sa.and_(
        col(Destination.kind) == DestinationKind.GROUP,
        col(Destination.target_id) == group_id,
        col(Destination.superseded_at).is_(None),
        col(Destination.recalled_at).is_(None),
        col(Release.state) == ReleaseState.LIVE,
        col(Release.enabled),
    )


async def has_any(session: Session, group_id: str) -> bool:
    """Return whether anything was ever sent to a group."""
    found = await session.exec(
        select(Destination.id)
        .where(Destination.kind == DestinationKind.GROUP, Destination.target_id == group_id)
        .limit(1)
    )
    return found.first() is not None


async def current_in(session: Session, group_id: str) -> Sequence[Destination]:
    """Return what is current in a group, of every app, and can be installed."""
    found = await session.exec(
        select(Destination)
        .join(Release, col(Release.id) == Destination.release_id)
        .where(_is_current_in(group_id))
        .order_by(col(Destination.created_at), col(Destination.id))
    )
    return found.all()


async def names_current_in(session: Session, group_id: str) -> list[CurrentRow]:
    """Return what is current in a group, by app."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(App.display_name),
            col(Build.version),
            col(Build.build),
            col(Build.platform),
            col(Build.facts)["device_families"],
        )
        .join(Release, col(Release.app_id) == App.id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Destination, col(Destination.release_id) == Release.id)
        .where(_is_current_in(group_id))
        .order_by(col(App.display_name), col(App.id))
    )
    return [CurrentRow(*row) for row in found.all()]


async def entitling(session: Session, release_id: str, tester_id: str) -> Sequence[Destination]:
    """Return the destinations by which a tester may install a release, the latest one last."""
    found = await session.exec(
        select(Destination)
        .join(Recipient, col(Recipient.destination_id) == Destination.id)
        .where(
            Recipient.release_id == release_id,
            Recipient.tester_id == tester_id,
            entitles(),
        )
        .distinct()
        .order_by(col(Destination.since), col(Destination.id))
    )
    return found.all()


async def supersede(
    session: Session, destination_ids: Collection[str], *, by: str, at: datetime
) -> None:
    """Write down that the release *by* took the place of others."""
    await session.exec(
        sa.update(Destination)
        .where(col(Destination.id).in_(set(destination_ids)))
        .values(superseded_by=by, superseded_at=at)
    )


async def recall(
    session: Session, destination_ids: Collection[str], *, by: str, at: datetime
) -> None:
    """Take away what some destinations have."""
    await session.exec(
        sa.update(Destination)
        .where(
            col(Destination.id).in_(set(destination_ids)), col(Destination.recalled_at).is_(None)
        )
        .values(recalled_by=by, recalled_at=at)
    )


async def note(session: Session, destination_ids: Collection[str], notes: str | None) -> None:
    """Give destinations notes of their own, or the release's again with None."""
    await session.exec(
        sa.update(Destination)
        .where(col(Destination.id).in_(set(destination_ids)))
        .values(notes=notes)
    )


async def renew(session: Session, destination_ids: Collection[str], *, at: datetime) -> int:
    """
    Let destinations that something was taken back from have it again; return how many were.

    What was demanded there before says nothing any more.
    """
    result = await session.exec(
        sa.update(Destination)
        .where(
            col(Destination.id).in_(set(destination_ids)), col(Destination.recalled_at).is_not(None)
        )
        .values(
            recalled_by=None,
            recalled_at=None,
            superseded_by=None,
            superseded_at=None,
            since=at,
            mandatory_from=None,
            grace=0,
            mandatory_below="",
        )
    )
    return int(getattr(result, "rowcount", 0))


async def come_back(session: Session, destination_ids: Collection[str], *, at: datetime) -> None:
    """Let superseded destinations be current again, since what took their place is gone."""
    await session.exec(
        sa.update(Destination)
        .where(col(Destination.id).in_(set(destination_ids)))
        .values(superseded_by=None, superseded_at=None, since=at)
    )


async def before(
    session: Session, app_id: str, kind: DestinationKind, target_ids: Collection[str]
) -> Sequence[tuple[Destination, int]]:
    """
    Return what each target has of an app that is live and was not taken back, newest first.

    Each comes with the number of its release. What an older one took the place of is left out:
    somebody wanted it away.
    """
    other = aliased(Release)
    found = await session.exec(
        select(Destination, Release.number)
        .join(Release, col(Release.id) == Destination.release_id)
        .join(other, col(other.id) == Destination.superseded_by, isouter=True)
        .where(
            sa.or_(col(other.id).is_(None), col(other.number) > col(Release.number)),
            Destination.app_id == app_id,
            Destination.kind == kind,
            col(Destination.target_id).in_(set(target_ids)),
            col(Destination.recalled_at).is_(None),
            Release.state == ReleaseState.LIVE,
            col(Release.enabled),
        )
        .order_by(col(Release.number).desc())
    )
    return found.all()


async def superseded_by(session: Session, release_id: str) -> Sequence[str]:
    """Return the ids of the releases whose place a release took."""
    found = await session.exec(
        select(Destination.release_id).where(Destination.superseded_by == release_id).distinct()
    )
    return found.all()
