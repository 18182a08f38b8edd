"""Intake: a file somewhere becomes a build here."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from provisioning.actors import referred
from provisioning.errors import SourceFailed, SourceGone
from provisioning.intake import keeping
from provisioning.intake.admission import Admission
from provisioning.intake.fetching import Fetching
from provisioning.intake.sighting import Sighting
from provisioning.intake.turns import Turns
from provisioning.ports import Engine, Source
from provisioning.releases.notes import fitted
from storage.blobs.store import BlobStore, StoredBlob
from storage.catalog import releases, seen, uploads
from storage.catalog.database import Database, Session
from storage.errors import TooLarge
from storage.inspection import initial
from storage.inspection.facts import Facts, Hashes, Inspection
from storage.inspection.rejection import PackageRejected
from storage.records.base import now
from storage.records.release import ReleaseState
from storage.records.upload import Upload, UploadPlace, UploadState

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

#: How long a build that was read waits for those that were posted before it, in seconds. One that
#: takes longer gets a later number; "the newest" still goes by the order of posting.
TURN_PATIENCE = 120.0

#: So many characters of a file's name are kept, and so many of them from its end.
FILE_NAME_LIMIT, ENDING = 255, 40

#: What a file can be by its name alone; with another platform it is another program.
PLATFORM_OF_ENDING = {
    ".ipa": "ios",
    **dict.fromkeys((".apk", ".aab", ".apks", ".xapk", ".apkm"), "android"),
    **dict.fromkeys((".dmg", ".pkg"), "macos"),
    **dict.fromkeys((".msi", ".msix", ".msixbundle", ".appx", ".appxbundle", ".exe"), "windows"),
}


class Inspector(Protocol):
    """Reads a package in a process of its own."""

    async def inspect(self, path: Path, hashes: Hashes, name: str | None = None) -> Inspection:
        """*name* is what the sender calls the file. Raise PackageRejected with a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeParts:
    """What an intake works with. `turn_patience` is in seconds."""

    database: Database
    blobs: BlobStore
    sources: dict[str, Source]
    inspector: Inspector
    admission: Admission
    organization_id: str
    max_build_bytes: int
    fetching: Fetching
    turn_patience: float = TURN_PATIENCE


class Intake:
    """Takes files in. `receive` begins the road; the other acts are its steps."""

    def __init__(self, parts: IntakeParts, engine: Engine) -> None:
        self._parts = parts
        self._database = parts.database
        self._engine = engine
        self._turns = Turns()

    async def receive(self, sighting: Sighting) -> Upload:
        """
        Note a file and begin to take it in; whether its sender may is asked on the way.

        Nobody outside is asked here: whoever told us of the file waits for an answer. The same file
        again adds a place or the notes that came late, and begins nothing anew. Raise NotAllowed
        for a token or a hook without the scope.
        """
        await self._parts.admission.require(sighting.by)
        fresh = Upload(
            organization_id=self._parts.organization_id,
            key=sighting.key,
            source=sighting.source,
            source_ref=sighting.source_ref,
            file_name=_shortened(sighting.file_name),
            size=sighting.size,
            quiet=sighting.quiet,
            notes=fitted(sighting.notes),
            posted_at=sighting.posted_at,
            created_by=sighting.by.reference,
        )
        async with self._database.writing() as session:
            upload, new = await uploads.receive(session, fresh)
            elsewhere = await self._see_again(session, upload, sighting) and not new
        await self._engine.start("take_in", upload.id)
        if elsewhere and sighting.spot is not None:
            await self._engine.start(
                "show_place", f"{upload.id}@{sighting.spot.teller}@{sighting.spot.address}"
            )
        return upload

    async def rephrased(self, key: str, notes: str) -> Upload | None:
        """
        Follow the text that came with a file after its author edited it.

        A draft whose notes are still those of the upload takes the new ones. Return the upload when
        something changed.
        """
        notes = fitted(notes)
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

    async def place_gone(self, key: str, teller: str, address: str) -> None:
        """Remember that the message which carried the file was deleted at one place."""
        async with self._database.writing() as session:
            upload = await uploads.of_key(session, key)
            if upload is None:
                return
            place = await uploads.place_in(session, upload.id, teller, address)
            if place is not None:
                place.gone = True
                session.add(place)

    async def admit(self, upload_id: str) -> bool:
        """
        Return whether an upload goes on; one whose sender may not bring builds in ends here.

        Raise what may pass by itself: DirectoryFailed.
        """
        async with self._database.reading() as session:
            upload = await uploads.get(session, upload_id)
        if upload.state in ENDED:
            return False
        verdict = await self._parts.admission.of(referred(upload.created_by, origin=upload.source))
        if verdict.is_allowed:
            return True
        async with self._database.writing() as session:
            is_told = verdict.reason and not upload.quiet
            if is_told and verdict.is_rare:
                is_told = await self._first_today(session, upload_id)
            state = UploadState.REFUSED if is_told else UploadState.DROPPED
            await uploads.turn(session, upload_id, state, verdict.reason)
        self._turns.moved()
        return False

    @staticmethod
    async def _first_today(session: Session, upload_id: str) -> bool:
        """Return whether one of an upload's places is told of an app for the first time today."""
        places = await uploads.places(session, [upload_id])
        keys = [f"app refused:{now():%Y-%m-%d}:{one.teller}:{one.address}" for one in places]
        return any([await seen.first_time(session, key) for key in keys])

    async def fetch(self, upload_id: str) -> dict[str, Any] | None:
        """
        Fetch the bytes into the store; None when the upload ended, its record saying why.

        Raise what may pass by itself: SourceUnreachable, NoSpace.
        """
        upload = await self._turn(upload_id, UploadState.FETCHING)
        if upload.state in ENDED:
            return None
        try:
            stored = await self._keep_bytes(upload)
        except (SourceFailed, TooLarge, PackageRejected) as failure:
            if getattr(failure, "transient", False):
                raise
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
        await self._identify(upload_id, inspection.facts)
        return {
            "facts": inspection.facts.as_json(),
            "remarks": list(inspection.notes),
            "icon": await self._keep_icon(inspection),
        }

    async def wait_turn(self, upload_id: str) -> None:
        """Wait, within reason, until whatever was posted before and may be the same app is done."""

        async def is_free() -> bool:
            return not await self._ahead(upload_id)

        await self._turns.until(is_free, self._parts.turn_patience)

    async def keep(
        self, upload_id: str, stored: dict[str, Any], read: dict[str, Any]
    ) -> str | None:
        """Write the build down, with a draft when its app is known; return the release's id."""
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            if upload.state not in ENDED:
                await keeping.keep(session, upload, stored, read)
                await uploads.turn(session, upload.id, UploadState.KEPT)
        self._turns.moved()
        return upload.release_id

    async def unfinished(self, before: datetime, since: datetime) -> list[str]:
        """Return the ids of uploads that should be under way."""
        async with self._database.reading() as session:
            return [upload.id for upload in await uploads.unfinished(session, before, since=since)]

    async def sender_of(self, upload_id: str) -> tuple[str, str]:
        """Return the reference of whoever brought it in, and the file's name. Raise NotFound."""
        async with self._database.reading() as session:
            upload = await uploads.get(session, upload_id)
        return upload.created_by, upload.file_name

    async def give_up(self, upload_id: str, reason: str = "") -> None:
        """Refuse an upload that kept failing, for *reason* or for one that nobody foresaw."""
        sentence = reason or (
            "Slipway failed on this file several times and let it go. Its log says why."
        )
        await self._turn(upload_id, UploadState.REFUSED, f"{sentence} Post it again to try anew.")

    async def _see_again(self, session: Session, upload: Upload, sighting: Sighting) -> bool:
        """Add the place and the notes of a sighting; return whether the place is news."""
        if sighting.notes and not upload.notes:
            upload.notes = fitted(sighting.notes)
            session.add(upload)
            await self._propose_notes(session, upload)
        if sighting.spot is None:
            return False
        place = UploadPlace(
            upload_id=upload.id,
            teller=sighting.spot.teller,
            address=sighting.spot.address,
            thread=sighting.spot.thread,
        )
        return await uploads.add_place(session, place)

    async def _propose_notes(
        self, session: Session, upload: Upload, *, instead_of: str = ""
    ) -> None:
        if upload.release_id is None:
            return
        release = await releases.get(session, upload.release_id)
        if release.state is ReleaseState.DRAFT and release.notes in {"", instead_of}:
            release.notes = upload.notes
            session.add(release)

    async def _ahead(self, upload_id: str) -> bool:
        async with self._database.reading() as session:
            upload = await uploads.get(session, upload_id)
            if upload.state in ENDED:
                return False
            others = await uploads.ahead_of(session, upload)
        platform = (upload.identity or "").partition(" ")[0]
        return any(not other.quiet and _platform_of(other) in {None, platform} for other in others)

    async def _identify(self, upload_id: str, facts: Facts) -> None:
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            upload.identity = uploads.identity_of(facts.platform, facts.bundle_id or "")
            session.add(upload)

    async def _turn(self, upload_id: str, state: UploadState, reason: str = "") -> Upload:
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            if upload.state in ENDED:
                return upload
            turned = await uploads.turn(session, upload_id, state, reason)
        if state in ENDED:
            self._turns.moved()
        return turned

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


def _platform_of(upload: Upload) -> str | None:
    """Return the platform of an upload, by its name where it was not read yet."""
    if upload.identity:
        return upload.identity.partition(" ")[0]
    return PLATFORM_OF_ENDING.get(PurePosixPath(upload.file_name.lower()).suffix)


def _shortened(file_name: str) -> str:
    """Return the name of a file within our limit: what it ends with says what it is."""
    if len(file_name) <= FILE_NAME_LIMIT:
        return file_name
    ending = file_name[-ENDING:]
    return f"{file_name[: FILE_NAME_LIMIT - ENDING - 1]}…{ending}"
