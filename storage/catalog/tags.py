"""Questions about the tags of releases."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.release import Release
from storage.records.tag import ReleaseTag


async def of_release(session: Session, release_id: str) -> Sequence[str]:
    """Return the tags of a release, in the order of the alphabet."""
    found = await session.exec(
        select(ReleaseTag.tag)
        .where(ReleaseTag.release_id == release_id)
        .order_by(col(ReleaseTag.tag))
    )
    return found.all()


def in_one() -> sa.ScalarSelect[str]:
    """Return, for a release of a larger question, its tags in one text, parted by commas."""
    return (
        sa.select(sa.func.aggregate_strings(col(ReleaseTag.tag), ","))
        .where(col(ReleaseTag.release_id) == col(Release.id))
        .correlate(Release)
        .scalar_subquery()
    )


def parted(tags: str | None) -> tuple[str, ...]:
    """Return what `in_one` gave as tags, in the order of the alphabet."""
    return tuple(sorted(tags.split(","))) if tags else ()


async def add(session: Session, release: Release, words: Sequence[str], *, by: str) -> int:
    """Put tags on a release and return how many were new."""
    rows = [
        ReleaseTag(
            release_id=release.id,
            tag=word,
            organization_id=release.organization_id,
            app_id=release.app_id,
            created_by=by,
        ).model_dump()
        for word in words
    ]
    return await insert_missing(session, ReleaseTag, rows, ["release_id", "tag"])


async def drop(session: Session, release_id: str, words: Collection[str]) -> None:
    """Take tags off a release."""
    await session.exec(
        sa.delete(ReleaseTag).where(
            col(ReleaseTag.release_id) == release_id, col(ReleaseTag.tag).in_(set(words))
        )
    )


async def known(session: Session, organization_id: str, app_id: str | None) -> Sequence[str]:
    """Return every tag that a release has, of one app or of all, in the order of the alphabet."""
    own = [ReleaseTag.organization_id == organization_id]
    if app_id is not None:
        own.append(ReleaseTag.app_id == app_id)
    found = await session.exec(
        select(ReleaseTag.tag).where(*own).distinct().order_by(col(ReleaseTag.tag))
    )
    return found.all()
