"""Reading virtual files: across the seams of their segments, and never much of them at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from storage.blobs.segments import Segment, Segments
from storage.blobs.store import CHUNK_SIZE, BlobStore
from storage.errors import BlobMissing


async def read(
    store: BlobStore, segments: Segments, *, start: int = 0, end: int | None = None
) -> AsyncGenerator[bytes]:
    """
    Yield the bytes from *start* up to, but not including, *end*, as BlobStore.read does.

    Raise BlobMissing when a blob is gone, or shorter than it was.
    """
    for part in segments.between(start, segments.size if end is None else end):
        missing = part.length
        async with _closing(store.read(part.sha256, start=part.start, end=part.end)) as pieces:
            async for piece in pieces:
                missing -= len(piece)
                yield piece
        if missing:
            raise BlobMissing


@dataclass(frozen=True, slots=True)
class Extent:
    """Some bytes of an open file: from `start` up to, but not including, `end`."""

    file: BinaryIO
    start: int
    end: int


async def extents(
    store: BlobStore, segments: Segments, *, start: int, end: int
) -> AsyncGenerator[Extent]:
    """
    Yield where the bytes from *start* up to, but not including, *end* lie, in their order.

    Each file is open until the next one is asked for. Raise BlobMissing when a blob is gone;
    whoever reads finds out whether it is shorter than it was.
    """
    for part in segments.between(start, end):
        async with store.local(part.sha256) as path:
            try:
                file = await asyncio.to_thread(path.open, "rb", buffering=0)
            except FileNotFoundError:
                raise BlobMissing from None
            with file:
                yield Extent(file, part.start, part.end)


@asynccontextmanager
async def held(store: BlobStore, segments: Segments) -> AsyncGenerator[None]:
    """
    Keep every blob from being swept away until this ends, so that reading comes to its end.

    Raise BlobMissing unless every one is there; a shorter one shows when it is read.
    """
    async with AsyncExitStack() as stack:
        for digest in sorted(segments.blobs):
            await stack.enter_async_context(store.held(digest))
        yield


async def chunk_digests(
    store: BlobStore,
    segments: Segments,
    known: Mapping[str, Sequence[str]] | None = None,
    *,
    chunk_size: int = CHUNK_SIZE,
) -> tuple[str, ...]:
    """
    Return the SHA-256 of each consecutive piece of *chunk_size* bytes.

    *known* has such digests of some of the blobs, by their SHA-256. A piece that is a whole piece
    of one of them, such as all before the first change of a variant, is not read. Raise
    BlobMissing.
    """
    size = segments.size
    found: list[str] = []
    for start in range(0, size, chunk_size):
        end = min(start + chunk_size, size)
        digest = _known(tuple(segments.between(start, end)), known or {}, chunk_size)
        found.append(digest or await _digest(store, segments, start, end))
    return tuple(found)


def _known(
    parts: Sequence[Segment], known: Mapping[str, Sequence[str]], chunk_size: int
) -> str | None:
    if len(parts) != 1 or parts[0].length != chunk_size or parts[0].start % chunk_size:
        return None
    digests = known.get(parts[0].sha256, ())
    number = parts[0].start // chunk_size
    return digests[number] if number < len(digests) else None


async def _digest(store: BlobStore, segments: Segments, start: int, end: int) -> str:
    digest = sha256()
    async with _closing(read(store, segments, start=start, end=end)) as pieces:
        async for piece in pieces:
            await asyncio.to_thread(digest.update, piece)
    return digest.hexdigest()


@asynccontextmanager
async def _closing(pieces: AsyncIterator[bytes]) -> AsyncGenerator[AsyncIterator[bytes]]:
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()  # Or the file stays open until somebody collects it.
