"""Questions about builds."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.build import Build
from storage.records.release import Release


async def get(session: Session, build_id: str) -> Build:
    """Raise NotFound."""
    found = await session.get(Build, build_id)
    if found is None:
        raise NotFound("There is no such build.")
    return found


async def those(session: Session, build_ids: Collection[str]) -> dict[str, Build]:
    """Return builds by id; an id that is none is left out."""
    found = await session.exec(select(Build).where(col(Build.id).in_(set(build_ids))))
    return {build.id: build for build in found.all()}


async def of_bytes(session: Session, organization_id: str, sha256: str) -> Build | None:
    """Return the build with exactly these bytes."""
    found = await session.exec(
        select(Build).where(Build.organization_id == organization_id, Build.sha256 == sha256)
    )
    return found.first()


async def before(session: Session, release: Release) -> Build | None:
    """Return the build of the app's last release before this one that has another build."""
    found = await session.exec(
        select(Build)
        .join(Release, col(Release.build_id) == Build.id)
        .where(
            Release.app_id == release.app_id,
            col(Release.number) < release.number,
            Release.build_id != release.build_id,
        )
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
    builds = await session.exec(select(Build.sha256).where(col(Build.sha256).in_(digests)))
    icons = await session.exec(select(Build.icon_sha256).where(col(Build.icon_sha256).in_(digests)))
    return {digest for digest in (*builds.all(), *icons.all()) if digest}
