"""Questions about builds."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import defer
from sqlmodel import col, select

from storage.catalog.conditions import among
from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.build import Build
from storage.records.release import Release

#: Leaves out what nobody is shown; it cannot be had of such a build later.
WITHOUT_CHUNKS = defer(Build.chunks)  # type: ignore[arg-type] # SQLModel types it by its values


async def get(session: Session, build_id: str) -> Build:
    """Raise NotFound."""
    found = await session.get(Build, build_id)
    if found is None:
        raise NotFound("There is no such build.")
    return found


async def of_bytes(session: Session, organization_id: str, sha256: str) -> Build | None:
    """Return the build with exactly these bytes."""
    found = await session.exec(
        select(Build).where(Build.organization_id == organization_id, Build.sha256 == sha256)
    )
    return found.first()


async def before(session: Session, release: Release) -> Build | None:
    """
    Return the build of the app's last release before this one that has another build.

    It comes without its chunks. What lies elsewhere is passed over: nobody knows what is in it.
    """
    found = await session.exec(
        select(Build)
        .options(WITHOUT_CHUNKS)
        .join(Release, col(Release.build_id) == Build.id)
        .where(
            Release.app_id == release.app_id,
            col(Release.number) < release.number,
            Release.build_id != release.build_id,
            col(Build.sha256).is_not(None),
        )
        .order_by(col(Release.number).desc())
        .limit(1)
    )
    return found.first()


async def of_releases(session: Session, release_ids: Collection[str]) -> dict[str, Build]:
    """Return the build of each of the releases, by the release's id, without its chunks."""
    found = await session.exec(
        select(Release.id, Build)
        .join(Build, col(Build.id) == Release.build_id)
        .where(col(Release.id).in_(set(release_ids)))
        .options(WITHOUT_CHUNKS)
    )
    return dict(found.all())


async def newest_with_file(session: Session, app_id: str) -> Build | None:
    """Return the build of an app's newest release that does not lie elsewhere, without chunks."""
    found = await session.exec(
        select(Build)
        .options(WITHOUT_CHUNKS)
        .join(Release, col(Release.build_id) == Build.id)
        .where(Release.app_id == app_id, col(Build.sha256).is_not(None))
        .order_by(col(Release.number).desc())
        .limit(1)
    )
    return found.first()


async def of_identity(
    session: Session, organization_id: str, platform: str, bundle_id: str
) -> Sequence[Build]:
    """Return the builds of one program, newest first."""
    found = await session.exec(
        select(Build)
        .where(
            Build.organization_id == organization_id,
            Build.platform == platform,
            Build.bundle_id == bundle_id,
        )
        .order_by(col(Build.created_at).desc())
    )
    return found.all()


async def is_icon(session: Session, sha256: str) -> bool:
    """Return whether a blob is the icon of some build, and so may be shown to anybody."""
    found = await session.exec(select(Build.id).where(Build.icon_sha256 == sha256).limit(1))
    return found.first() is not None


async def blobs_in_use(session: Session, digests: Sequence[str]) -> set[str]:
    """Return those of *digests* (SHA-256) that some build or its icon needs."""
    found: set[str] = set()
    for column in (Build.sha256, Build.icon_sha256):
        used = await session.exec(select(column).where(among(session, col(column), digests)))
        found.update(digest for digest in used.all() if digest)
    return found


async def some_after(session: Session, build_id: str, *, limit: int) -> Sequence[Build]:
    """Return the builds whose ids follow *build_id*, in their order and without their chunks."""
    found = await session.exec(
        select(Build)
        .options(WITHOUT_CHUNKS)
        .where(col(Build.id) > build_id)
        .order_by(col(Build.id))
        .limit(limit)
    )
    return found.all()
