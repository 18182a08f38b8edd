"""Questions about releases."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog import search, tags
from storage.catalog.builds import WITHOUT_CHUNKS
from storage.catalog.conditions import among
from storage.catalog.database import Session, insert_missing
from storage.catalog.entitlement import entitles
from storage.catalog.waves import OPEN
from storage.errors import NotFound, Stale
from storage.records.app import App
from storage.records.apple_team import AppleTeam
from storage.records.build import Build
from storage.records.destination import Destination
from storage.records.distribution import Recipient
from storage.records.group import Group
from storage.records.release import Release, ReleaseState
from storage.records.variant import Preparation
from storage.records.wave import Wave


class VersionRow(NamedTuple):
    """What people call a release by: its app, its number in it, its version and its system."""

    app_display_name: str
    number: int
    version: str | None
    build: str | None
    platform: str
    device_families: list[str] | None


async def get(session: Session, release_id: str) -> Release:
    """Raise NotFound."""
    found = await session.get(Release, release_id)
    if found is None:
        raise NotFound("There is no such release.")
    return found


class ReleaseBasis(NamedTuple):
    """As much of a release as says who may do what about it; `is_external`: it lies elsewhere."""

    app_id: str
    state: ReleaseState
    enabled: bool
    is_external: bool


async def basis(session: Session, release_id: str) -> ReleaseBasis:
    """Raise NotFound."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(Release.app_id),
            col(Release.state),
            col(Release.enabled),
            col(Build.link).is_not(None),
        )
        .join(Build, col(Build.id) == Release.build_id)
        .where(col(Release.id) == release_id)
    )
    row = found.first()
    if row is None:
        raise NotFound("There is no such release.")
    return ReleaseBasis(*row)


async def in_full(session: Session, release_id: str) -> tuple[Release, App, Build, Group | None]:
    """
    Return a release with its app, its build, and the group that the app's last release went to.

    The build comes without its chunks. Raise NotFound.
    """
    found = await session.exec(
        select(Release, App, Build, Group)
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Group, col(Group.id) == App.usual_group_id, isouter=True)
        .where(Release.id == release_id)
        .options(WITHOUT_CHUNKS)
    )
    row = found.first()
    if row is None:
        raise NotFound("There is no such release.")
    return row


class LiveVersion(NamedTuple):
    """As much of a live release as says whether it is newer than another."""

    number: int
    version: str
    build: str
    enabled: bool


async def newest_live(session: Session, app_id: str, *, limit: int) -> list[LiveVersion]:
    """Return an app's newest live releases, newest first."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Release.number), col(Build.version), col(Build.build), col(Release.enabled))
        .join(Build, col(Build.id) == Release.build_id)
        .where(col(Release.app_id) == app_id, col(Release.state) == ReleaseState.LIVE)
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
        .limit(limit)
    )
    return [LiveVersion(*row) for row in found.all()]


async def newest_build(session: Session, app_id: str) -> Build | None:
    """Return the build of an app's newest release that was not put aside, without its chunks."""
    found = await session.exec(
        select(Build)
        .join(Release, col(Release.build_id) == Build.id)
        .where(Release.app_id == app_id, Release.state != ReleaseState.DISMISSED)
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
        .limit(1)
        .options(WITHOUT_CHUNKS)
    )
    return found.first()


async def shown(
    session: Session, release_id: str
) -> tuple[Release, App, Build, Group | None, tuple[str, ...]]:
    """Return the same as `in_full`, with the tags of the release. Raise NotFound."""
    wanted: Any = (  # SQLModel's own select takes four.
        sa.select(Release, App, Build, Group, tags.in_one())
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Group, col(Group.id) == App.usual_group_id, isouter=True)
        .where(col(Release.id) == release_id)
        .options(WITHOUT_CHUNKS)
    )
    row = (await session.exec(wanted)).first()
    if row is None:
        raise NotFound("There is no such release.")
    return row[0], row[1], row[2], row[3], tags.parted(row[4])


async def newest_version(session: Session, release_ids: Collection[str]) -> tuple[str, str] | None:
    """Return version and build of the release with the highest number among some."""
    found = await session.exec(
        select(Build.version, Build.build)
        .join(Release, col(Release.build_id) == Build.id)
        .where(col(Release.id).in_(set(release_ids)))
        .order_by(col(Release.number).desc())
        .limit(1)
    )
    return found.first()


async def newest_ids(session: Session, app_id: str, *, limit: int) -> Sequence[str]:
    """Return the ids of an app's newest releases."""
    found = await session.exec(
        select(Release.id)
        .where(Release.app_id == app_id)
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
        .limit(limit)
    )
    return found.all()


async def versions(session: Session, release_ids: Collection[str]) -> dict[str, VersionRow]:
    """Return what each of the releases is called by, by id."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(Release.id),
            col(App.display_name),
            col(Release.number),
            col(Build.version),
            col(Build.build),
            col(Build.platform),
            col(Build.facts)["device_families"],
        )
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
        .where(col(Release.id).in_(set(release_ids)))
    )
    return {row[0]: VersionRow(*row[1:]) for row in found.all()}


async def newest_of_tester(
    session: Session, app_id: str, tester_id: str
) -> tuple[Release, Build] | None:
    """
    Return the release of an app that a tester is to have, with its build without the chunks.

    What is current for them comes before what was superseded; among these the highest number.
    """
    superseded = sa.case((col(Destination.superseded_at).is_(None), 0), else_=1)
    found = await session.exec(
        select(Release, Build)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Recipient, col(Recipient.release_id) == Release.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            Release.app_id == app_id,
            Release.state == ReleaseState.LIVE,
            col(Release.enabled),
            Recipient.tester_id == tester_id,
            entitles(),
        )
        .order_by(superseded, col(Release.number).desc())
        .limit(1)
        .options(WITHOUT_CHUNKS)
    )
    return found.first()


async def of_version(
    session: Session, app_id: str, version: str, build: str
) -> Sequence[tuple[Release, Build]]:
    """Return an app's releases of exactly a version and build, newest first, without chunks."""
    found = await session.exec(
        select(Release, Build)
        .join(Build, col(Build.id) == Release.build_id)
        .where(
            Release.app_id == app_id,
            Release.sought == search.spelled(version, build),
            Build.version == version,
            Build.build == build,
        )
        .order_by(col(Release.number).desc())
        .options(WITHOUT_CHUNKS)
    )
    return found.all()


async def has_file(session: Session, app_id: str) -> bool:
    """Return whether an app has a release that is not dismissed and does not lie elsewhere."""
    found = await session.exec(
        select(Release.id)
        .join(Build, col(Build.id) == Release.build_id)
        .where(
            Release.app_id == app_id,
            Release.state != ReleaseState.DISMISSED,
            col(Build.sha256).is_not(None),
        )
        .limit(1)
    )
    return found.first() is not None


async def add(session: Session, release: Release) -> Release:
    """
    Keep *release* under the app's next number, unless its key is known; return the one kept.

    Its own number does not count, nor what it says it is searched by.
    """
    # Locking the app's row keeps two takings-in from counting to the same number on PostgreSQL.
    await session.exec(select(App).where(App.id == release.app_id).with_for_update())
    highest = await session.exec(
        select(sa.func.max(Release.number)).where(Release.app_id == release.app_id)
    )
    named = await session.exec(
        select(Build.version, Build.build).where(Build.id == release.build_id)
    )
    counted = {"number": (highest.one() or 0) + 1, "sought": search.spelled(*named.one())}
    row = release.model_dump() | counted
    await insert_missing(session, Release, [row], ["key"])
    found = await session.exec(select(Release).where(Release.key == release.key))
    return found.one()


async def lock(session: Session, release_id: str) -> None:
    """Let other units of work on the release wait until this one ends; SQLite has one at a time."""
    await session.exec(select(Release.id).where(Release.id == release_id).with_for_update())


async def of_builds(session: Session, build_ids: Collection[str]) -> Sequence[Release]:
    """Return the releases of any of the builds, newest first."""
    found = await session.exec(
        select(Release)
        .where(col(Release.build_id).in_(set(build_ids)))
        .order_by(col(Release.number).desc())
    )
    return found.all()


async def programs_given(
    session: Session, tester_ids: Collection[str]
) -> Sequence[tuple[str, str, str]]:
    """Return the live programs for iOS that testers were given: tester, bundle id, Apple's team."""
    team = col(Build.facts)["signing"]["team_id"].as_string()
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Recipient.tester_id), col(Build.bundle_id), team)
        .join(Release, col(Release.id) == Recipient.release_id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            among(session, col(Recipient.tester_id), tester_ids),
            col(Build.platform) == "ios",
            col(Release.state) == ReleaseState.LIVE,
            entitles(),
            team.is_not(None),
        )
        .distinct()
    )
    return [(tester_id, bundle_id, prefix) for tester_id, bundle_id, prefix in found.all()]


class Sheet(NamedTuple):
    """
    What a release's build says about itself, and what says whether more devices can have it.

    `refusal` is why nobody can sign it again, None while nothing says so. `team_id` is of the
    connected team whose profile is in it, None without one. `is_prepared`: a wave of its program
    has not ended, and signs it.
    """

    release_id: str
    build_id: str
    facts: dict[str, Any]
    is_external: bool
    refusal: str | None
    is_prepared: bool
    team_id: str | None


async def sheets(session: Session, release_ids: Collection[str]) -> list[Sheet]:
    """Return what the builds of releases say about themselves, in no order."""
    connection = await session.connection()
    found = await connection.execute(_sheets(), {"release_ids": list(set(release_ids))})
    return [Sheet(*row) for row in found.all()]


@cache
def _sheets() -> sa.Select[Any]:
    prefix = col(Build.facts)["signing"]["team_id"].as_string()
    team = sa.and_(
        col(AppleTeam.organization_id) == col(Build.organization_id),
        col(AppleTeam.team_id) == prefix,
        col(AppleTeam.team_id) != "",
    )
    unfit = sa.and_(
        col(Preparation.build_id) == col(Build.id),
        col(Preparation.source_sha256) == col(Build.sha256),
        col(Preparation.unfit),
    )
    return (
        sa.select(
            col(Release.id),
            col(Build.id),
            col(Build.facts),
            col(Build.link).is_not(None),
            col(Preparation.reason),
            sa.and_(*_IS_SIGNED_ANEW, _has_open_wave()),
            col(AppleTeam.id),
        )
        .join(Build, col(Build.id) == Release.build_id)
        .outerjoin(AppleTeam, team)
        .outerjoin(Preparation, unfit)
        .where(col(Release.id).in_(sa.bindparam("release_ids", expanding=True)))
    )


class LiveBuild(NamedTuple):
    """A live release of a program, and of its build what signing it anew needs."""

    release_id: str
    build_id: str
    app_id: str
    number: int
    facts: dict[str, Any]


async def current_given(session: Session, tester_ids: Collection[str], platform: str) -> set[str]:
    """Return the releases for a platform that any of the testers has, and are current for them."""
    found = await session.exec(
        select(Release.id)
        .join(Recipient, col(Recipient.release_id) == Release.id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .where(
            among(session, col(Recipient.tester_id), tester_ids),
            Build.platform == platform,
            Release.state == ReleaseState.LIVE,
            col(Release.enabled),
            entitles(),
            col(Destination.superseded_at).is_(None),
        )
        .distinct()
    )
    return set(found.all())


async def live_of_program(
    session: Session, organization_id: str, platform: str, bundle_id: str
) -> list[LiveBuild]:
    """Return the live releases of all apps of a program that are current, newest first."""
    connection = await session.connection()
    found = await connection.execute(
        sa.select(
            col(Release.id),
            col(Build.id),
            col(Release.app_id),
            col(Release.number),
            col(Build.facts),
        )
        .join(Build, col(Build.id) == Release.build_id)
        .where(
            col(Build.organization_id) == organization_id,
            col(Build.platform) == platform,
            col(Build.bundle_id) == bundle_id,
            *_IS_SIGNED_ANEW,
        )
        .order_by(col(Release.posted_at).desc(), col(Release.number).desc())
    )
    return [LiveBuild(*row) for row in found.all()]


async def programs_live(
    session: Session, organization_id: str, platform: str
) -> list[tuple[str, str]]:
    """Return the programs with a live release that is current: bundle id, team at Apple."""
    team = col(Build.facts)["signing"]["team_id"].as_string()
    connection = await session.connection()
    found = await connection.execute(
        sa.select(col(Build.bundle_id), team)
        .join(Release, col(Release.build_id) == Build.id)
        .where(
            col(Build.organization_id) == organization_id,
            col(Build.platform) == platform,
            *_IS_SIGNED_ANEW,
            team.is_not(None),
        )
        .distinct()
    )
    return [(bundle_id, prefix) for bundle_id, prefix in found.all()]


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


def _has_open_wave() -> sa.Exists:
    return (
        sa.exists()
        .where(
            col(Wave.team_id) == col(AppleTeam.id),
            col(Wave.bundle_id) == col(Build.bundle_id),
            col(Wave.state).in_(OPEN),
        )
        .correlate(AppleTeam, Build)
    )


#: A wave signs a release that is live, and the newest somewhere, if its file is here.
_IS_SIGNED_ANEW: tuple[Any, ...] = (
    col(Build.sha256).is_not(None),
    col(Release.state) == ReleaseState.LIVE,
    col(Release.enabled),
    sa.exists()
    .where(
        col(Destination.release_id) == col(Release.id),
        col(Destination.superseded_at).is_(None),
        col(Destination.recalled_at).is_(None),
    )
    .correlate(Release),
)
