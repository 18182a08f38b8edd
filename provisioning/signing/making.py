"""Making a variant: spliced where that is possible, signed anew where it is not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from provisioning.codesign.authorities import roots_among
from provisioning.codesign.errors import NeedsFullPath
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.summary import SignedBundle
from provisioning.errors import Unclear
from provisioning.signing.scratch import Workroom
from provisioning.signing.sheets import signing_sheet
from provisioning.signing.signer import Signer, Stretch, resign_apart, splice_apart
from provisioning.signing.splice_base import prepare_apart
from storage.blobs.assembling import chunk_digests
from storage.blobs.segments import Segment, Segments
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
    """The file of a variant, all of it in the store. `tag` is the same only for the same bytes."""

    way: VariantWay
    segments: Segments
    tag: str
    chunks: tuple[str, ...]
    base_sha256: str
    fresh_sha256: str | None
    new_bytes: int
    signing: dict[str, Any]


def file_of(build: Build) -> str:
    """Return the digest of a build's file. Raise Unclear for an external one, which has none."""
    if build.sha256 is None:
        raise Unclear("This build lies elsewhere, so it cannot be signed here.")
    return build.sha256


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

    async def prepared(self, build_id: str, source_sha256: str) -> Preparation:
        """Prepare one file of a build, at most once. Raise SigningFailed or StorageError."""
        async with self._database.reading() as session:
            known = await variants.preparation_of(session, build_id, source_sha256)
        if known is not None:
            return known
        async with self._heavy:
            fresh = await self._prepare(build_id, source_sha256)
        async with self._database.writing() as session:
            return await variants.keep_preparation(session, fresh)

    async def _prepare(self, build_id: str, source_sha256: str) -> Preparation:
        fresh = Preparation(build_id=build_id, source_sha256=source_sha256)
        async with self._workroom.lend() as room, self._blobs.local(source_sha256) as source:
            out = room / "prepared.ipa"
            prepared = await prepare_apart(source, out, roots=self._roots)
            if prepared.index is None:
                fresh.reason = prepared.reason
                return fresh
            base = await self._put(out)
        return await self._described(fresh, prepared.index, prepared.violations, base)

    async def _described(
        self, fresh: Preparation, index: Index, violations: Sequence[str], base: StoredBlob
    ) -> Preparation:
        kept = await self._keep(index.dumps())
        fresh.base_sha256, fresh.index_sha256 = base.sha256, kept.sha256
        fresh.chunk_size, fresh.chunks = base.chunk_size, list(base.chunks)
        fresh.fingerprint = index.fingerprint
        fresh.violations = list(violations)
        return fresh

    async def _laid_out(self, build_id: str, signed: Path) -> StoredBlob:
        """
        Keep what was signed anew, in the form that the next generation is spliced into.

        It is the same app, byte for byte: a second file beside it would be kept for nothing.
        """
        out = signed.with_name("prepared.ipa")
        prepared = await prepare_apart(signed, out, roots=self._roots, faultless=True)
        if prepared.index is None:
            return await self._put(signed)
        base = await self._put(out)
        fresh = Preparation(build_id=build_id, source_sha256=base.sha256)
        fresh = await self._described(fresh, prepared.index, prepared.violations, base)
        async with self._database.writing() as session:
            await variants.keep_preparation(session, fresh)
        return base

    async def _bases(self, job: Job) -> AsyncIterator[Preparation]:
        """Yield what can be spliced into, prepared now if need be: the upload, then a successor."""
        build_id, fingerprint = job.build.id, job.identity.fingerprint
        if fingerprint in _certificates(job.build):
            await self.prepared(build_id, file_of(job.build))
        async with self._database.reading() as session:
            found = await variants.prepared(session, build_id, fingerprint)
            anew = await variants.signed_anew(session, build_id, fingerprint)
        if found is not None:
            yield found
        if anew is None or anew.base_sha256 is None:
            return
        # Once signed anew, every later generation is a splice into that.
        made = await self.prepared(build_id, anew.base_sha256)
        if made.base_sha256 is not None and (found is None or made.id != found.id):
            yield made

    async def _spliced(self, job: Job, base: Preparation) -> Made:
        assert base.base_sha256 is not None
        assert base.index_sha256 is not None
        index = Index.loads(await self._content(base.index_sha256))
        async with (
            self._heavy,
            self._workroom.lend() as room,
            self._blobs.local(base.base_sha256) as path,
        ):
            out = room / "fresh"
            variant = await splice_apart(path, index, self._signer(job), out)
            fresh = await self._put(out)
        segments = _segments(variant.stretches, base.base_sha256, fresh.sha256)
        known = {base.base_sha256: base.chunks} if base.chunk_size == CHUNK_SIZE else {}
        return Made(
            way=VariantWay.SPLICE,
            segments=segments,
            tag=segments.tag,
            chunks=await chunk_digests(self._blobs, segments, known),
            base_sha256=base.base_sha256,
            fresh_sha256=fresh.sha256,
            new_bytes=variant.new_bytes,
            signing=_sheet(job, variant.bundles),
        )

    async def _signed_anew(self, job: Job) -> Made:
        async with (
            self._heavy,
            self._workroom.lend() as room,
            self._blobs.local(file_of(job.build)) as source,
        ):
            out = room / "signed.ipa"
            bundles = await resign_apart(
                source, self._signer(job), out, one_piece=not self._splicing
            )
            whole = await (self._laid_out(job.build.id, out) if self._splicing else self._put(out))
        return Made(
            way=VariantWay.FULL,
            segments=Segments.whole(whole.sha256, whole.size),
            tag=whole.sha256,
            chunks=whole.chunks,
            base_sha256=whole.sha256,
            fresh_sha256=None,
            new_bytes=whole.size,
            signing=_sheet(job, bundles),
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


def _segments(stretches: Sequence[Stretch], base: str, fresh: str) -> Segments:
    """Return the ranges of the prepared file, and of the new bytes one after the other."""
    parts: list[Segment] = []
    kept = 0
    for item in stretches:
        if item.start is not None:
            end = item.start + item.length
            parts.append(Segment(sha256=base, start=item.start, end=end))
        else:
            parts.append(Segment(sha256=fresh, start=kept, end=kept + item.length))
            kept += item.length
    return Segments.of(parts)


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
