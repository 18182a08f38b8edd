"""Questions about uploads."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.base import now
from storage.records.build import Build
from storage.records.upload import Upload, UploadPlace, UploadState

#: In these states an upload has not ended.
UNDER_WAY = (UploadState.RECEIVED, UploadState.FETCHING, UploadState.INSPECTING)


async def get(session: Session, upload_id: str) -> Upload:
    """Raise NotFound."""
    found = await session.get(Upload, upload_id)
    if found is None:
        raise NotFound("There is no such upload.")
    return found


async def of_key(session: Session, key: str) -> Upload | None:
    found = await session.exec(select(Upload).where(Upload.key == key))
    return found.first()


async def receive(session: Session, upload: Upload) -> tuple[Upload, bool]:
    """Keep *upload* unless its key is known; return the one that is kept, and whether it is new."""
    new = await insert_missing(session, Upload, [upload.model_dump()], ["key"])
    found = await session.exec(select(Upload).where(Upload.key == upload.key))
    return found.one(), bool(new)


async def add_place(session: Session, place: UploadPlace) -> bool:
    """Remember where somebody hears of an upload; return whether that is news."""
    row = place.model_dump()
    new = await insert_missing(session, UploadPlace, [row], ["upload_id", "teller", "address"])
    if new or place.thread is None:
        return bool(new)
    known = await place_in(session, place.upload_id, place.teller, place.address)
    if known is not None and known.thread is None:
        known.thread = place.thread
        session.add(known)
    return False


async def place_in(
    session: Session, upload_id: str, teller: str, address: str
) -> UploadPlace | None:
    found = await session.exec(
        select(UploadPlace).where(
            UploadPlace.upload_id == upload_id,
            UploadPlace.teller == teller,
            UploadPlace.address == address,
        )
    )
    return found.first()


async def places(session: Session, upload_ids: Collection[str]) -> Sequence[UploadPlace]:
    """Return where the uploads are heard of, oldest first."""
    found = await session.exec(
        select(UploadPlace)
        .where(col(UploadPlace.upload_id).in_(set(upload_ids)))
        .order_by(col(UploadPlace.created_at), col(UploadPlace.id))
    )
    return found.all()


async def of_releases(session: Session, release_ids: Collection[str]) -> Sequence[Upload]:
    """Return every upload that led to any of the releases, in the order of posting."""
    found = await session.exec(
        select(Upload)
        .where(col(Upload.release_id).in_(set(release_ids)))
        .order_by(col(Upload.posted_at), col(Upload.created_at))
    )
    return found.all()


async def of_build(session: Session, build_id: str) -> Sequence[Upload]:
    """Return every upload of a build, in the order of posting."""
    found = await session.exec(
        select(Upload).where(Upload.build_id == build_id).order_by(col(Upload.posted_at))
    )
    return found.all()


def identity_of(platform: str, bundle_id: str) -> str:
    """Return what an upload that was read is known as: its program on its platform."""
    return f"{platform} {bundle_id}"[:300]


async def coming(session: Session, organization_id: str, identity: str) -> Sequence[Upload]:
    """Return the uploads of a program that were read and have not ended."""
    found = await session.exec(
        select(Upload).where(
            Upload.organization_id == organization_id,
            col(Upload.state).in_(UNDER_WAY),
            Upload.identity == identity,
        )
    )
    return found.all()


async def ahead_of(session: Session, upload: Upload) -> Sequence[Upload]:
    """
    Return what was posted before *upload*, is not ended, and may be of the same program.

    What was not read yet may be of any program.
    """
    found = await session.exec(
        select(Upload).where(
            Upload.organization_id == upload.organization_id,
            col(Upload.state).in_(UNDER_WAY),
            col(Upload.posted_at) <= upload.posted_at,
            Upload.id != upload.id,
            sa.or_(col(Upload.identity).is_(None), col(Upload.identity) == upload.identity),
        )
    )
    return [other for other in found.all() if _is_ahead(other, upload)]


def _is_ahead(other: Upload, upload: Upload) -> bool:
    """Of two that were posted at the same moment the smaller key is the first."""
    return (other.posted_at, other.key) < (upload.posted_at, upload.key)


async def unfinished(session: Session, before: datetime, *, since: datetime) -> Sequence[Upload]:
    """Return uploads of the time between *since* and *before* whose road did not end."""
    found = await session.exec(
        select(Upload).where(
            col(Upload.state).in_(UNDER_WAY),
            col(Upload.created_at) < before,
            col(Upload.created_at) > since,
        )
    )
    return found.all()


async def newest_at(session: Session, organization_id: str, source: str) -> datetime | None:
    """Return when the newest upload from a source was posted."""
    found = await session.exec(
        select(Upload.posted_at)
        .where(Upload.organization_id == organization_id, Upload.source == source)
        .order_by(col(Upload.posted_at).desc())
        .limit(1)
    )
    return found.first()


async def unclaimed(
    session: Session, organization_id: str, platform: str, bundle_id: str
) -> Sequence[tuple[Upload, Build]]:
    """Return kept uploads of a program that have no release yet, in the order of posting."""
    found = await session.exec(
        select(Upload, Build)
        .join(Build, col(Build.id) == Upload.build_id)
        .where(
            Build.organization_id == organization_id,
            Build.platform == platform,
            Build.bundle_id == bundle_id,
            Upload.state == UploadState.KEPT,
            col(Upload.release_id).is_(None),
        )
        .order_by(col(Upload.posted_at), col(Upload.key))
    )
    return found.all()


async def turn(session: Session, upload_id: str, state: UploadState, reason: str = "") -> Upload:
    """Move an upload to *state*; one that was refused stays refused."""
    upload = await get(session, upload_id)
    if upload.state in {UploadState.REFUSED, UploadState.DROPPED}:
        return upload
    upload.state, upload.reason, upload.updated_at = state, reason, now()
    session.add(upload)
    return upload
