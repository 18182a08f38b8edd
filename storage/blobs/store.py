"""The BlobStore: what every place that keeps bytes promises."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

#: iOS checks a download piece by piece; ten megabytes a piece keep a manifest of 4 GB below 30 kB.
CHUNK_SIZE = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlob:
    """What is known of bytes once they are kept. Digests are lower-case hex."""

    sha256: str
    md5: str
    sha1: str
    size: int
    chunk_size: int
    chunks: tuple[str, ...]  #: SHA-256 of each consecutive piece of `chunk_size` bytes.


class BlobStore(Protocol):
    """
    Bytes by their SHA-256.

    A blob never changes. Putting the same bytes again is no error and keeps one copy.
    """

    async def put(self, chunks: AsyncIterator[bytes], *, limit: int) -> StoredBlob:
        """
        Keep a stream; digests are made while the bytes arrive, and nothing is held in memory.

        Raise TooLarge beyond *limit* bytes and NoSpace when the disk is full; either way, and when
        the stream raises, nothing is left behind.
        """

    async def exists(self, sha256: str) -> bool: ...

    async def size(self, sha256: str) -> int:
        """Return the number of bytes. Raise BlobMissing."""

    def read(self, sha256: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from *start* up to, but not including, *end*. Raise BlobMissing."""

    def local(self, sha256: str) -> AbstractAsyncContextManager[Path]:
        """Lend the blob as a local file for reading only. Raise BlobMissing."""

    def held(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Keep a sweep from removing the blob meanwhile, as `local` does. Raise BlobMissing."""

    async def delete(self, sha256: str) -> None:
        """Forget a blob; no error when there is none."""

    async def set_aside(self, sha256: str) -> None:
        """Hand a damaged blob out no more; its bytes may stay somewhere for whoever looks."""

    def every(self) -> AsyncIterator[tuple[str, datetime]]:
        """Yield each blob's SHA-256 with the time it was last put, in no order."""
