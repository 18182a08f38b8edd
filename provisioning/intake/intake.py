"""Intake: a file somewhere becomes a build here."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from provisioning.actors import referred
from provisioning.errors import SourceFailed, SourceGone
from provisioning.intake import keeping
from provisioning.intake.admission import Admission, Verdict
from provisioning.intake.fetching import Fetching
from provisioning.intake.looking import Glancer, looked_at
from provisioning.intake.sighting import Sighting
from provisioning.intake.turns import Turns
from provisioning.intake.unwrapping import NESTED, entry_of, unwrapped
from provisioning.ports import Engine, Incoming, Source
from provisioning.releases.notes import fitted
from storage.blobs.store import BlobStore, StoredBlob
from storage.catalog import releases, seen, uploads
from storage.catalog.database import Database, Session
from storage.errors import TooLarge
from storage.inspection import initial
from storage.inspection.endings import PLATFORMS, ending_of
from storage.inspection.facts import Facts, Hashes, Inspection
from storage.inspection.rejection import BrokenArchive, NotAPackage, PackageRejected
from storage.inspection.unpacking import Enclosed, Wrapped
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


class _NotAdmitted(Exception):
    """Whoever posted it may not bring it in."""

    def __init__(self, verdict: Verdict, *, is_about_builds: bool) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict
        self.is_about_builds = is_about_builds


class Inspector(Glancer, Protocol):
    """Reads a package in a process of its own."""

    async def inspect(self, path: Path, hashes: Hashes, name: str | None = None) -> Inspection:
        """
        *name* is what the sender calls the file.

        Raise PackageRejected with a sentence, Wrapped for a zip with one build in it.
        """


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
            notes_kind=sighting.notes_kind,
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
        if upload.quiet:
            return True  # What may be anything: asked once it proves to be a build.
        verdict = await self._parts.admission.of(referred(upload.created_by, origin=upload.source))
        if not verdict.is_allowed:
            await self._turn_away(upload_id, verdict, aloud=True)
        return verdict.is_allowed

    async def _turn_away(self, upload_id: str, verdict: Verdict, *, aloud: bool) -> None:
        async with self._database.writing() as session:
            is_told = aloud and bool(verdict.reason)
            if is_told and verdict.is_rare:
                is_told = await self._first_today(session, upload_id)
            state = UploadState.REFUSED if is_told else UploadState.DROPPED
            await uploads.turn(session, upload_id, state, verdict.reason)
        self._turns.moved()

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
        except _NotAdmitted as refusal:
            await self._turn_away(upload_id, refusal.verdict, aloud=refusal.is_about_builds)
            return None
        except (SourceFailed, TooLarge, PackageRejected) as failure:
            if getattr(failure, "transient", False):
                raise
            await self._end(upload, failure)
            return None
        return _told(stored)

    async def inspect(self, upload_id: str, stored: dict[str, Any]) -> dict[str, Any] | None:
        """
        Read the package and keep its icon; None when it was refused, its record saying why.

        For a zip with one build in it, say under `inside` where that lies; `unwrap` comes next.
        """
        upload = await self._turn(upload_id, UploadState.INSPECTING)
        if upload.state in ENDED:
            return None
        hashes = Hashes(md5=stored["md5"], sha1=stored["sha1"], sha256=stored["sha256"])
        name = stored.get("file_name") or upload.file_name
        try:
            async with self._parts.blobs.local(stored["sha256"]) as path:
                inspection = await self._parts.inspector.inspect(path, hashes, name)
        except Wrapped as found:
            if "entry" not in stored:
                await self._speak(upload_id)
                return {"inside": found.enclosed.as_json()}
            await self._end(upload, PackageRejected(NESTED))
            return None
        except PackageRejected as refusal:
            await self._end(upload, refusal)
            return None
        await self._identify(upload_id, inspection.facts)
        remark = stored.get("remark")
        return {
            "facts": inspection.facts.as_json(),
            "remarks": [*inspection.notes, *([remark] if remark else [])],
            "icon": await self._keep_icon(inspection),
        }

    async def unwrap(
        self, upload_id: str, stored: dict[str, Any], read: dict[str, Any]
    ) -> dict[str, Any] | None:
        """
        Copy the build out of the zip that `inspect` found it in, and return what `fetch` does.

        None when it was refused. Raise what may pass by itself: NoSpace.
        """
        upload = await self._turn(upload_id, UploadState.INSPECTING)
        if upload.state in ENDED:
            return None
        inside = Enclosed.from_json(read["inside"])
        limit = self._parts.max_build_bytes
        try:
            kept = await unwrapped(self._parts.blobs, stored["sha256"], inside, limit=limit)
        except (TooLarge, PackageRejected) as failure:
            await self._end(upload, failure)
            return None
        return {**_told(kept), **entry_of(inside)}

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
            upload.notes, upload.notes_kind = fitted(sighting.notes), sighting.notes_kind
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
            release.notes, release.notes_kind = upload.notes, upload.notes_kind
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

    async def _end(self, upload: Upload, failure: Exception) -> None:
        """Refuse aloud; let a quiet upload go silently, unless it has to do with builds."""
        is_silent = upload.quiet and not _is_about_builds(failure)
        state = UploadState.DROPPED if is_silent else UploadState.REFUSED
        await self._turn(upload.id, state, str(failure))

    async def _keep_bytes(self, upload: Upload) -> StoredBlob:
        source = self._parts.sources[upload.source]
        limit = self._parts.max_build_bytes
        async with source.open(upload.source_ref) as incoming:
            if upload.quiet:
                upload.quiet = not await self._proves_to_be_a_build(upload, incoming)
            if incoming.size is not None and incoming.size > limit:
                raise TooLarge(
                    f"The file has {incoming.size / 1e6:.0f} MB and this Slipway takes at most "
                    f"{limit / 1e6:.0f} MB. An admin can raise SLIPWAY_MAX_BUILD_BYTES."
                )
            watched = self._parts.fetching.watched(upload, incoming)
            return await self._parts.blobs.put(watched, limit=limit)

    async def _proves_to_be_a_build(self, upload: Upload, incoming: Incoming) -> bool:
        """
        Return whether a glance shows that a file has to do with builds.

        Raise NotAPackage when it has not, PackageRejected when it is of no use, _NotAdmitted when
        its sender may not bring it in.
        """
        told = await looked_at(upload.file_name, incoming, self._parts.inspector)
        verdict = await self._parts.admission.of(referred(upload.created_by, origin=upload.source))
        if not verdict.is_allowed:
            raise _NotAdmitted(verdict, is_about_builds=bool(told))
        if told:
            await self._speak(upload.id)
        return bool(told)

    async def _speak(self, upload_id: str) -> None:
        """Be silent about a file no more: it proved to be a build."""
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            upload.quiet = False
            session.add(upload)

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
    return PLATFORMS.get(ending_of(upload.file_name))


def _is_about_builds(failure: Exception) -> bool:
    """Tell a build that is of no use from what nobody said was one."""
    if isinstance(failure, (NotAPackage, BrokenArchive)):
        return False
    return isinstance(failure, PackageRejected)


def _told(stored: StoredBlob) -> dict[str, Any]:
    """Return what is known of a blob as steps of a road hand it on."""
    return {
        "sha256": stored.sha256,
        "md5": stored.md5,
        "sha1": stored.sha1,
        "size": stored.size,
        "chunk_size": stored.chunk_size,
        "chunks": list(stored.chunks),
    }


def _shortened(file_name: str) -> str:
    """Return the name of a file within our limit: what it ends with says what it is."""
    if len(file_name) <= FILE_NAME_LIMIT:
        return file_name
    ending = file_name[-ENDING:]
    return f"{file_name[: FILE_NAME_LIMIT - ENDING - 1]}…{ending}"
