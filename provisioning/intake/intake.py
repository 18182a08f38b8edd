"""Intake: a file somewhere becomes a build here."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from provisioning.errors import SourceFailed, SourceGone
from provisioning.intake.fetching import Fetching
from provisioning.people.people import ALLOWED, Act, People
from provisioning.ports import Engine, Source
from storage.blobs.store import BlobStore, StoredBlob
from storage.catalog import apps, builds, releases, uploads
from storage.catalog.database import Database, Session, insert_missing
from storage.errors import NoSpace, TooLarge
from storage.inspection import initial
from storage.inspection.facts import Facts, Hashes, Inspection
from storage.inspection.rejection import PackageRejected
from storage.records.build import Build
from storage.records.release import Release, ReleaseState
from storage.records.upload import Upload, UploadState

#: A sentence for people beside each state of an upload.
SENTENCES: dict[UploadState, str] = {
    UploadState.RECEIVED: "Reading it shortly.",
    UploadState.FETCHING: "Fetching the file.",
    UploadState.INSPECTING: "Reading what is in it.",
    UploadState.KEPT: "Kept.",
    UploadState.REFUSED: "Not taken in.",
    UploadState.DROPPED: "Not a build.",
}

ENDED = frozenset({UploadState.KEPT, UploadState.REFUSED, UploadState.DROPPED})


class Inspector(Protocol):
    """Reads a package in a process of its own."""

    async def inspect(self, path: Path, hashes: Hashes, name: str | None = None) -> Inspection:
        """*name* is what the sender calls the file. Raise PackageRejected with a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """
    A file that somebody saw somewhere.

    `key` names it at its source, so that seeing it twice is one upload; `quiet` ones stay silent
    until they prove to be a build. `thread_ts` is the message that carries the file, when known.
    """

    key: str
    team_id: str
    source: str
    source_ref: dict[str, Any]
    file_name: str
    uploader: str
    size: int | None = None
    channel_id: str | None = None
    thread_ts: str | None = None
    notes: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeParts:
    """What an intake works with."""

    database: Database
    blobs: BlobStore
    sources: dict[str, Source]
    inspector: Inspector
    people: People
    organization_id: str
    max_build_bytes: int
    fetching: Fetching


class Intake:
    """Takes files in. `receive` begins the road; the other acts are its steps."""

    def __init__(self, parts: IntakeParts, engine: Engine) -> None:
        self._parts = parts
        self._database = parts.database
        self._engine = engine

    async def receive(self, seen: Sighting) -> Upload | None:
        """
        Note a file and begin to take it in; None when its sender is a bot without the role.

        The same file again adds a place or the notes that came late, and begins nothing anew.
        """
        reason = await self._policy(seen.uploader)
        if reason is None:
            return None
        fresh = Upload(
            **{name: getattr(seen, name) for name in _COMMON},
            file_name=seen.file_name[:255],
            state=UploadState.REFUSED if reason else UploadState.RECEIVED,
            reason=reason,
        )
        async with self._database.writing() as session:
            upload, new = await uploads.receive(session, fresh)
            elsewhere = await self._see_again(session, upload, seen) and not new
        await self._engine.start("take_in", upload.id)
        if elsewhere:
            await self._engine.start("show_place", f"{upload.id}@{seen.channel_id}")
        return upload

    async def rephrased(self, key: str, notes: str) -> Upload | None:
        """
        Follow the text that came with a file after its author edited it.

        A draft whose notes are still those of the upload takes the new ones. Return the upload when
        something changed.
        """
        async with self._database.writing() as session:
            upload = await uploads.of_key(session, key)
            if upload is None or upload.notes == notes:
                return None
            before, upload.notes = upload.notes, notes
            session.add(upload)
            await self._propose_notes(session, upload, instead_of=before)
        return upload

    async def source_gone(self, key: str) -> Upload | None:
        """Stop taking in a file that was deleted; a build that is kept already stays."""
        async with self._database.writing() as session:
            upload = await uploads.of_key(session, key)
            if upload is None or upload.state in ENDED:
                return None
            await uploads.turn(session, upload.id, UploadState.REFUSED, str(SourceGone()))
        return upload

    async def place_gone(self, key: str, channel_id: str) -> None:
        """Remember that the message which carried the file was deleted in a channel."""
        async with self._database.writing() as session:
            upload = await uploads.of_key(session, key)
            if upload is None:
                return
            place = await uploads.place_in(session, upload.id, channel_id)
            if place is not None:
                place.gone = True
                session.add(place)

    async def fetch(self, upload_id: str) -> dict[str, Any] | None:
        """Fetch the bytes into the store; None when the upload ended, its record saying why."""
        upload = await self._turn(upload_id, UploadState.FETCHING)
        if upload.state in ENDED:
            return None
        try:
            stored = await self._keep_bytes(upload)
        except (SourceFailed, TooLarge, NoSpace, PackageRejected) as failure:
            await self._end(upload, str(failure))
            return None
        return {
            "sha256": stored.sha256,
            "md5": stored.md5,
            "sha1": stored.sha1,
            "size": stored.size,
            "chunk_size": stored.chunk_size,
            "chunks": list(stored.chunks),
        }

    async def inspect(self, upload_id: str, stored: dict[str, Any]) -> dict[str, Any] | None:
        """Read the package and keep its icon; None when it was refused, its record saying why."""
        upload = await self._turn(upload_id, UploadState.INSPECTING)
        if upload.state in ENDED:
            return None
        hashes = Hashes(md5=stored["md5"], sha1=stored["sha1"], sha256=stored["sha256"])
        try:
            async with self._parts.blobs.local(stored["sha256"]) as path:
                inspection = await self._parts.inspector.inspect(path, hashes, upload.file_name)
        except PackageRejected as refusal:
            await self._end(upload, str(refusal))
            return None
        return {"facts": inspection.facts.as_json(), "icon": await self._keep_icon(inspection)}

    async def keep(
        self, upload_id: str, stored: dict[str, Any], read: dict[str, Any]
    ) -> str | None:
        """Write the build down, with a draft when its app is known; return the release's id."""
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            if upload.state in ENDED:
                return upload.release_id
            build = await self._build(session, upload, stored, read)
            earlier = [u for u in await uploads.of_build(session, build.id) if u.id != upload.id]
            release = await self._draft(session, build, upload)
            upload.build_id, upload.again = build.id, bool(earlier)
            upload.release_id = release.id if release else None
            upload.size = build.size
            session.add(upload)
            await uploads.turn(session, upload.id, UploadState.KEPT)
        return upload.release_id

    async def give_up(self, upload_id: str) -> None:
        """Refuse an upload that kept failing in a way nobody foresaw."""
        await self._turn(
            upload_id,
            UploadState.REFUSED,
            "Slipway failed on this file several times and let it go. Post it again; if it fails "
            "again, the log of Slipway says why.",
        )

    async def _policy(self, uploader: str) -> str | None:
        """Return why the person may not bring builds in: empty when they may, None for silence."""
        held = await self._parts.people.roles_of(uploader)
        if held & ALLOWED[Act.UPLOAD]:
            return ""
        if not held or await self._parts.people.is_bot(uploader):
            return None
        return (
            "This build was not taken in: whoever posted it does not hold the uploader role. "
            "An admin can give it with `/release roles`."
        )

    async def _see_again(self, session: Session, upload: Upload, seen: Sighting) -> bool:
        """Add the place and the notes of a sighting; return whether the place is news."""
        if seen.notes and not upload.notes:
            upload.notes = seen.notes
            session.add(upload)
            await self._propose_notes(session, upload)
        if seen.channel_id is None:
            return False
        return await uploads.add_place(session, upload.id, seen.channel_id, seen.thread_ts)

    async def _propose_notes(
        self, session: Session, upload: Upload, *, instead_of: str = ""
    ) -> None:
        if upload.release_id is None:
            return
        release = await releases.get(session, upload.release_id)
        if release.state is ReleaseState.DRAFT and release.notes in {"", instead_of}:
            release.notes = upload.notes
            session.add(release)

    async def _turn(self, upload_id: str, state: UploadState, reason: str = "") -> Upload:
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            if upload.state in ENDED:
                return upload
            return await uploads.turn(session, upload_id, state, reason)

    async def _end(self, upload: Upload, reason: str) -> None:
        """Refuse aloud, or let a quiet upload go silently."""
        await self._turn(
            upload.id, UploadState.DROPPED if upload.quiet else UploadState.REFUSED, reason
        )

    async def _keep_bytes(self, upload: Upload) -> StoredBlob:
        source = self._parts.sources[upload.source]
        limit = self._parts.max_build_bytes
        async with source.open(upload.source_ref) as incoming:
            if incoming.size is not None and incoming.size > limit:
                raise TooLarge(
                    f"The file has {incoming.size / 1e6:.0f} MB and this Slipway takes at most "
                    f"{limit / 1e6:.0f} MB. An admin can raise SLIPWAY_MAX_BUILD_BYTES."
                )
            watched = self._parts.fetching.watched(upload, incoming)
            return await self._parts.blobs.put(watched, limit=limit)

    async def _keep_icon(self, inspection: Inspection) -> str:
        icon = inspection.icon
        if icon is None:
            # Cards and pages show the app's initial; the facts still say that it has no icon.
            facts = inspection.facts
            icon = await asyncio.to_thread(initial.draw, facts.name, facts.bundle_id)
        picture = icon

        async def once() -> AsyncIterator[bytes]:
            yield picture

        stored = await self._parts.blobs.put(once(), limit=len(picture))
        return stored.sha256

    async def _build(
        self, session: Session, upload: Upload, stored: dict[str, Any], read: dict[str, Any]
    ) -> Build:
        organization_id = self._parts.organization_id
        facts = Facts(**read["facts"])
        row = {
            **{name: stored[name] for name in ("sha256", "md5", "size", "chunk_size", "chunks")},
            "organization_id": organization_id,
            "file_name": upload.file_name,
            "platform": facts.platform,
            "bundle_id": facts.bundle_id or "",
            "version": facts.version or "",
            "build": facts.build or "",
            "facts": read["facts"],
            "icon_sha256": read["icon"],
        }
        await insert_missing(session, Build, [row], ["organization_id", "sha256"])
        build = await builds.of_bytes(session, organization_id, stored["sha256"])
        assert build is not None  # It was written in this very unit of work.
        return build

    async def _draft(self, session: Session, build: Build, upload: Upload) -> Release | None:
        app = await apps.of_package(
            session, self._parts.organization_id, build.platform, build.bundle_id
        )
        if app is None or not build.bundle_id:
            return None
        return await releases.draft(session, app, build.id, by=upload.uploader, notes=upload.notes)


#: What an upload takes over from its first sighting as it is.
_COMMON = ("key", "team_id", "source", "source_ref", "size", "uploader", "notes", "quiet")
