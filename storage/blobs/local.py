"""Blobs in a folder: one file per blob, `ab/cd/<sha256>`."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Container, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.blobs import arrival
from storage.blobs.arrival import Arrival
from storage.blobs.batches import BATCH_SIZE, in_batches
from storage.blobs.digests import Digests
from storage.blobs.place import SHA256, place
from storage.blobs.store import StoredBlob
from storage.errors import BlobMissing

#: So much stays free for the database and the logs.
SPARE = 256 * 1024 * 1024

#: How many blobs a sweep asks about at once.
ASK = 500

#: Given some SHA-256 digests, says which of them a record needs.
Needed = Callable[[Sequence[str]], Awaitable[Container[str]]]


class LocalBlobs:
    """
    The BlobStore of one machine. One process writes to *root* at a time.

    Files that a killed process left half-written are removed at the start. *spare* is the number of
    bytes that must stay free: below it nothing more is taken. Whoever only looks, beside
    the process that writes, says so by *writes*.
    """

    def __init__(self, root: Path, *, spare: int = SPARE, writes: bool = True) -> None:
        self._root = root
        self._spare = spare
        self._incoming = root / "incoming"
        self._renaming = threading.Lock()
        self._removing = threading.Lock()
        self._held: Counter[str] = Counter()
        if writes:
            arrival.make_folders(self._incoming)
            arrival.sweep(self._incoming)

    async def put(self, chunks: AsyncIterator[bytes], *, limit: int) -> StoredBlob:
        """See BlobStore. One batch is hashed and written while the next one arrives."""
        coming = Arrival(self._incoming, spare=self._spare)
        digests = Digests()
        try:
            await asyncio.to_thread(coming.add, b"")
            async with aclosing(in_batches(chunks, limit=limit)) as batches:
                await _pass_through(batches, (coming.add, *digests.acts))
            blob = digests.result()
            await asyncio.to_thread(self._keep, coming, blob.sha256)
        finally:
            # Shielded, so that a second cancellation cannot leave the file behind.
            await asyncio.shield(asyncio.to_thread(coming.abandon))
        return blob

    def _keep(self, coming: Arrival, sha256: str) -> None:
        coming.settle()
        with self._renaming:  # A sweep must see the new time, or come after the rename.
            coming.keep(self._path(sha256))

    async def exists(self, sha256: str) -> bool:
        try:
            await self.size(sha256)
        except BlobMissing:
            return False
        return True

    async def size(self, sha256: str) -> int:
        path = self._path(sha256)
        try:
            return (await asyncio.to_thread(path.stat)).st_size
        except FileNotFoundError:
            raise BlobMissing from None

    async def read(
        self, sha256: str, *, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        path = self._path(sha256)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            raise BlobMissing from None
        # A buffered file waits at its end for a read that a cancelled thread still has under way.
        with file:
            await asyncio.to_thread(file.seek, start)
            while end is None or start < end:
                wanted = BATCH_SIZE if end is None else min(BATCH_SIZE, end - start)
                piece = await asyncio.to_thread(file.read, wanted)
                if not piece:
                    return
                start += len(piece)
                yield piece

    @asynccontextmanager
    async def local(self, sha256: str) -> AsyncGenerator[Path]:
        async with self.held(sha256):
            yield self._path(sha256)

    @asynccontextmanager
    async def held(self, sha256: str) -> AsyncGenerator[None]:
        self._held[sha256] += 1
        try:
            await asyncio.to_thread(self._require, sha256)
            yield
        finally:
            self._held[sha256] -= 1
            if not self._held[sha256]:
                del self._held[sha256]

    def _require(self, sha256: str) -> None:
        with self._removing:  # Either a sweep saw that it is held, or it is gone by now.
            if not self._path(sha256).is_file():
                raise BlobMissing

    async def delete(self, sha256: str) -> None:
        if SHA256.fullmatch(sha256):
            await asyncio.to_thread(self._path(sha256).unlink, missing_ok=True)

    async def set_aside(self, sha256: str) -> None:
        """Hand a blob out no more, and keep its bytes beside where they were."""
        path = self._path(sha256)
        with suppress(FileNotFoundError):
            await asyncio.to_thread(path.rename, path.with_suffix(".damaged"))

    async def every(self) -> AsyncGenerator[tuple[str, datetime]]:
        for folder in await asyncio.to_thread(_folders, self._root):
            for found in await asyncio.to_thread(_blobs_in, folder):
                yield found

    async def sweep(
        self, needed: Needed, *, older_than: timedelta = timedelta(hours=1)
    ) -> tuple[str, ...]:
        """
        Remove the blobs put before *older_than* ago that no record needs and nobody holds.

        Return their digests.

        A blob comes before its record, so a young one may still be waiting for its own.
        """
        await asyncio.to_thread(arrival.sweep, self._incoming)
        before = datetime.now(UTC) - older_than
        old = [sha256 async for sha256, put_at in self.every() if put_at < before]
        removed: list[str] = []
        for first in range(0, len(old), ASK):
            asked = old[first : first + ASK]
            wanted = await needed(asked)
            orphans = [sha256 for sha256 in asked if sha256 not in wanted]
            removed += await asyncio.to_thread(self._remove, orphans, before)
        return tuple(removed)

    def _remove(self, orphans: Sequence[str], before: datetime) -> list[str]:
        return [sha256 for sha256 in orphans if self._removed(self._path(sha256), before)]

    def _removed(self, path: Path, before: datetime) -> bool:
        with self._renaming, self._removing:
            if path.name in self._held:
                return False  # Whoever reads it gets to its end; the next sweep comes soon enough.
            try:
                if _put_at(path) >= before:
                    return False  # The same bytes came again since we asked.
                path.unlink()
            except FileNotFoundError:
                return False
            return True

    def _path(self, sha256: str) -> Path:
        return self._root / place(sha256)


async def _pass_through(
    batches: AsyncIterator[bytes], acts: Sequence[Callable[[bytes], None]]
) -> None:
    """Give each batch to all *acts*, each in a thread, while the next batch is awaited."""
    working: asyncio.Future[list[None]] | None = None
    try:
        async for batch in batches:
            if working is not None:
                await working
            working = asyncio.gather(*(asyncio.to_thread(act, batch) for act in acts))
        if working is not None:
            await working
    finally:
        if working is not None:  # Leave nothing running, and no error unheard.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"))


def _blobs_in(folder: Path) -> list[tuple[str, datetime]]:
    paths = [path for path in folder.iterdir() if SHA256.fullmatch(path.name)]
    return [(path.name, _put_at(path)) for path in paths]


def _put_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
