"""Reads stored files again, and sets aside those whose bytes are not what they were."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator

from storage.blobs.store import BlobStore
from storage.errors import BlobMissing

logger = logging.getLogger(__name__)

#: What is said of a damaged file, with its digest.
DAMAGED = (
    "The stored file %s is damaged: a disk or somebody changed its bytes. It is set aside and not "
    "handed out any more. Post or push the same build again, or restore the file from a backup."
)


class Scrub:
    """
    Goes round a store, a bit at a time, for ever.

    A disk that flips a bit says nothing; the file would be handed out under the digest of the
    right bytes.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._round = blobs.every()
        self._credit = 0

    async def some(self, budget: int) -> list[str]:
        """
        Read *budget* bytes, or one file that is larger and then less the next times.

        Return the digests of what was found damaged, set aside by now. A round ends early.
        """
        self._credit = min(self._credit + budget, budget)
        damaged = []
        while self._credit > 0:
            found = await anext(self._round, None)
            if found is None:
                self._round = self._blobs.every()
                break
            size = await self._look(found[0])
            if size is None:
                damaged.append(found[0])
            else:
                self._credit -= size
        return damaged

    async def _look(self, sha256: str) -> int | None:
        """Return how many bytes were read, None when they are damaged."""
        try:
            size, is_right = await read_again(self._blobs.read(sha256), sha256)
        except BlobMissing:
            return 0  # It was removed since the round began.
        if is_right:
            return size
        await self._blobs.set_aside(sha256)
        logger.error(DAMAGED, sha256)
        return None


async def read_again(pieces: AsyncIterator[bytes], sha256: str) -> tuple[int, bool]:
    """Return how many bytes there are, and whether they are those of the digest."""
    digest, size = hashlib.sha256(), 0
    async for piece in pieces:
        await asyncio.to_thread(digest.update, piece)
        size += len(piece)
    return size, digest.hexdigest() == sha256
