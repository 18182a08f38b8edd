"""Questions about uploads."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.errors import NotFound
from storage.records.base import now
from storage.records.upload import Upload, UploadPlace, UploadState


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


async def add_place(
    session: Session, upload_id: str, channel_id: str, thread_ts: str | None
) -> bool:
    """Remember that the upload was seen in a channel; return whether that is news."""
    row = {"upload_id": upload_id, "channel_id": channel_id, "thread_ts": thread_ts}
    new = await insert_missing(session, UploadPlace, [row], ["upload_id", "channel_id"])
    if new or thread_ts is None:
        return bool(new)
    place = await place_in(session, upload_id, channel_id)
    if place is not None and place.thread_ts is None:
        place.thread_ts = thread_ts
        session.add(place)
    return False


async def place_in(session: Session, upload_id: str, channel_id: str) -> UploadPlace | None:
    found = await session.exec(
        select(UploadPlace).where(
            UploadPlace.upload_id == upload_id, UploadPlace.channel_id == channel_id
        )
    )
    return found.first()


async def places(session: Session, upload_id: str) -> Sequence[UploadPlace]:
    """Return where the upload was seen, oldest first."""
    found = await session.exec(
        select(UploadPlace)
        .where(UploadPlace.upload_id == upload_id)
        .order_by(col(UploadPlace.created_at), col(UploadPlace.id))
    )
    return found.all()


async def of_release(session: Session, release_id: str) -> Sequence[Upload]:
    """Return every upload that led to a release, oldest first."""
    found = await session.exec(
        select(Upload).where(Upload.release_id == release_id).order_by(col(Upload.created_at))
    )
    return found.all()


async def of_build(session: Session, build_id: str) -> Sequence[Upload]:
    """Return every upload of a build, oldest first."""
    found = await session.exec(
        select(Upload).where(Upload.build_id == build_id).order_by(col(Upload.created_at))
    )
    return found.all()


async def unfinished(session: Session, before: datetime, *, since: datetime) -> Sequence[Upload]:
    """Return uploads of the time between *since* and *before* whose road did not end."""
    ended = (UploadState.KEPT, UploadState.REFUSED, UploadState.DROPPED)
    found = await session.exec(
        select(Upload).where(
            col(Upload.state).not_in(ended),
            col(Upload.created_at) < before,
            col(Upload.created_at) > since,
        )
    )
    return found.all()


async def newest_at(session: Session) -> datetime | None:
    """Return when the newest upload from Slack came."""
    found = await session.exec(
        select(Upload.created_at)
        .where(Upload.source == "slack")
        .order_by(col(Upload.created_at).desc())
        .limit(1)
    )
    return found.first()


async def unclaimed(session: Session) -> Sequence[Upload]:
    """Return kept uploads whose build has no app yet, newest first."""
    found = await session.exec(
        select(Upload)
        .where(Upload.state == UploadState.KEPT, col(Upload.release_id).is_(None))
        .order_by(col(Upload.created_at).desc())
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
