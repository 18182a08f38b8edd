"""Making a variant: spliced where that is possible, signed anew where it is not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from cryptography import x509

from provisioning.codesign.authorities import roots_among
from provisioning.codesign.container.parts import Part
from provisioning.codesign.errors import NeedsFullPath
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.summary import SignedBundle
from provisioning.errors import Unclear
from provisioning.signing.lending import Lent, lent
from provisioning.signing.scratch import Workroom
from provisioning.signing.sheets import signing_sheet
from provisioning.signing.signer import Signed, Signer, resign_apart, splice_apart
from provisioning.signing.splice_base import prepare_apart
from storage.blobs.assembling import chunk_digests
from storage.blobs.segments import Segments
from storage.blobs.store import CHUNK_SIZE, BlobStore, StoredBlob
from storage.catalog import variants
from storage.catalog.database import Database
from storage.records.build import Build
from storage.records.variant import Preparation, VariantWay

#: A file that is put into the store is read in such pieces.
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A build, who signs it, and for which devices."""

    build: Build
    identity: Identity
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """
    The file of a variant, all of it in the store. `tag` is the same only for the same bytes.

    It lies in ranges of the upload, of `base_sha256` and, when it was spliced, of `fresh_sha256`.
    """

    way: VariantWay
    segments: Segments
    tag: str
    chunks: tuple[str, ...]
    base_sha256: str
    fresh_sha256: str | None
    new_bytes: int
    signing: dict[str, Any]


class _Told(TypedDict):
    """What each way tells of the outcome in its own words."""

    way: VariantWay
    base_sha256: str
    fresh_sha256: str | None
    new_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualSource:
    """One form of a build: where its bytes lie, and a name that no other bytes have."""

    name: str
    segments: Segments


def file_of(build: Build) -> str:
    """Return the digest of a build's file. Raise Unclear for an external one, which has none."""
    if build.sha256 is None:
        raise Unclear("This build lies elsewhere, so it cannot be signed here.")
    return build.sha256


def upload_of(build: Build) -> VirtualSource:
    """Return a build as it came. Raise Unclear for an external one."""
    sha256 = file_of(build)
    assert build.size is not None
    return VirtualSource(name=sha256, segments=Segments.whole(sha256, build.size))


class Making:
    """
    Makes the files of variants.

    Every app is read and signed in a process of its own, one after the other: a machine that signs
    must still answer phones. Without *splicing* every variant is signed anew, in one piece.
    *authorities* are trusted in place of Apple's.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        workroom: Workroom,
        *,
        splicing: bool = True,
        authorities: Sequence[x509.Certificate] | None = None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._workroom = workroom
        self._splicing = splicing
        self._roots = None if authorities is None else roots_among(authorities)
        self._heavy = asyncio.Semaphore(1)

    async def make(self, job: Job) -> Made:
        """
        Sign a build for the devices of its profiles.

        Whichever way it is made, the verifier has found nothing wrong with it. Raise CodesignError
        with the reason why it cannot be; SigningFailed, BlobMissing, NoSpace.
        """
        if self._splicing:
            async for base in self._bases(job):
                try:
                    return await self._spliced(job, base)
                except NeedsFullPath:
                    continue  # Another purpose, or a fault that stays: the long way can do it.
        return await self._signed_anew(job)

    async def prepared(self, build: Build, source: VirtualSource) -> Preparation:
        """Prepare one form of a build, at most once. Raise SigningFailed or StorageError."""
        async with self._database.reading() as session:
            known = await variants.preparation_of(session, build.id, source.name)
        if known is not None:
            return known
        async with (
            self._heavy,
            self._workroom.lend() as room,
            lent(self._blobs, source.segments) as files,
        ):
            fresh = await self._laid_out(build, files.parts, files, room, faultless=False)
        fresh.source_sha256 = source.name
        return await self._recorded(fresh)

    async def _laid_out(
        self, build: Build, app: Sequence[Part], files: Lent, room: Path, *, faultless: bool
    ) -> Preparation:
        """Lay out an app, and keep what of it is not in the upload."""
        out = room / "prepared"
        kept = files.paths.get(file_of(build))
        prepared = await prepare_apart(app, out, kept=kept, roots=self._roots, faultless=faultless)
        fresh = Preparation(
            build_id=build.id, source_sha256="", reason=prepared.reason, unfit=prepared.unfit
        )
        if prepared.index is None:
            return fresh
        base = await self._put(out)
        index = await self._keep(prepared.index.dumps())
        fresh.base_sha256, fresh.index_sha256 = base.sha256, index.sha256
        fresh.segments = files.segments(prepared.parts, {out: base.sha256}).as_json()
        fresh.fingerprint = prepared.index.fingerprint
        fresh.violations = list(prepared.violations)
        return fresh

    async def _recorded(self, fresh: Preparation) -> Preparation:
        async with self._database.writing() as session:
            return await variants.keep_preparation(session, fresh)

    async def _bases(self, job: Job) -> AsyncIterator[Preparation]:
        """Yield what can be spliced into, prepared now if need be: the upload, then a successor."""
        build, fingerprint = job.build, job.identity.fingerprint
        if fingerprint in _certificates(build):
            await self.prepared(build, upload_of(build))
        async with self._database.reading() as session:
            found = await variants.prepared(session, build.id, fingerprint)
            anew = await variants.signed_anew(session, build.id, fingerprint)
        if found is not None:
            yield found
        if anew is None:
            return
        # Once signed anew, every later generation is a splice into that.
        form = VirtualSource(name=anew.tag, segments=Segments.from_json(anew.segments))
        made = await self.prepared(build, form)
        if made.base_sha256 is not None and (found is None or made.id != found.id):
            yield made

    async def _spliced(self, job: Job, base: Preparation) -> Made:
        assert base.base_sha256 is not None
        assert base.index_sha256 is not None
        index = Index.loads(await self._content(base.index_sha256))
        async with (
            self._heavy,
            self._workroom.lend() as room,
            lent(self._blobs, Segments.from_json(base.segments)) as files,
        ):
            out = room / "fresh"
            signed = await splice_apart(files.parts, index, self._signer(job), out)
            fresh = await self._put(out)
            segments = files.segments(signed.parts, {out: fresh.sha256})
        return await self._made(
            job,
            signed,
            segments,
            way=VariantWay.SPLICE,
            base_sha256=base.base_sha256,
            fresh_sha256=fresh.sha256,
            new_bytes=fresh.size,
        )

    async def _signed_anew(self, job: Job) -> Made:
        build = job.build
        async with (
            self._heavy,
            self._workroom.lend() as room,
            lent(self._blobs, upload_of(build).segments) as files,
        ):
            out = room / "signed"
            signed = await resign_apart(
                files.parts, self._signer(job), out, one_piece=not self._splicing
            )
            whole = await self._successor(build, signed.parts, files, room)
            if whole is None:
                base = await self._put(out)
                whole = base.sha256, files.segments(signed.parts, {out: base.sha256})
        base_sha256, segments = whole
        return await self._made(
            job,
            signed,
            segments,
            way=VariantWay.FULL,
            base_sha256=base_sha256,
            fresh_sha256=None,
            new_bytes=await self._blobs.size(base_sha256),
        )

    async def _successor(
        self, build: Build, app: Sequence[Part], files: Lent, room: Path
    ) -> tuple[str, Segments] | None:
        """
        Keep what was signed anew in the form that the next generation is spliced into.

        It is the same app, byte for byte: a second form of it would be kept for nothing. Return its
        new bytes and where it lies, None when it cannot be laid out so.
        """
        if not self._splicing:
            return None
        fresh = await self._laid_out(build, app, files, room, faultless=True)
        if fresh.base_sha256 is None:
            return None
        segments = Segments.from_json(fresh.segments)
        fresh.source_sha256 = segments.tag
        await self._recorded(fresh)
        return fresh.base_sha256, segments

    async def _made(
        self, job: Job, signed: Signed, segments: Segments, **values: Unpack[_Told]
    ) -> Made:
        build = job.build
        known = {file_of(build): build.chunks} if build.chunk_size == CHUNK_SIZE else {}
        return Made(
            segments=segments,
            tag=segments.tag,
            chunks=await chunk_digests(self._blobs, segments, known),
            signing=_sheet(job, signed.bundles),
            **values,
        )

    def _signer(self, job: Job) -> Signer:
        return Signer(identity=job.identity, profiles=job.profiles, roots=self._roots)

    async def _put(self, path: Path) -> StoredBlob:
        size = (await asyncio.to_thread(path.stat)).st_size
        return await self._blobs.put(_pieces(path), limit=size)

    async def _keep(self, content: bytes) -> StoredBlob:
        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self._blobs.put(once(), limit=len(content))

    async def _content(self, sha256: str) -> bytes:
        return b"".join([piece async for piece in self._blobs.read(sha256)])


def _certificates(build: Build) -> Sequence[str]:
    """Return the SHA-256 of each certificate that may have signed the upload."""
    signing: dict[str, Any] = build.facts.get("signing") or {}
    found: Sequence[str] = signing.get("certificates") or ()
    return found


def _sheet(job: Job, bundles: Sequence[SignedBundle]) -> dict[str, Any]:
    used = {bundle.profile_uuid for bundle in bundles}
    main = bundles[0].profile_uuid
    profiles = sorted(
        (profile for profile in job.profiles if profile.uuid in used),
        key=lambda profile: profile.uuid != main,
    )
    return signing_sheet(job.build, profiles)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
