"""The digests of a stream, made while its bytes pass by."""

import hashlib
from collections.abc import Callable

from storage.blobs.store import CHUNK_SIZE, StoredBlob


class Digests:
    """
    SHA-256, SHA-1 and MD5 of a stream, and the SHA-256 of each of its consecutive pieces.

    Every batch goes through each of `acts` once. The acts share nothing, so they may run in
    threads beside each other: MD5 alone takes about as long as the three others together.
    """

    def __init__(self, chunk_size: int = CHUNK_SIZE) -> None:
        self._chunk_size = chunk_size
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._chunk = hashlib.sha256()
        self._chunks: list[str] = []

    @property
    def acts(self) -> tuple[Callable[[bytes], None], ...]:
        return self._take_md5, self._take_others

    def _take_md5(self, batch: bytes) -> None:
        self._md5.update(batch)

    def _take_others(self, batch: bytes) -> None:
        self._sha256.update(batch)
        self._sha1.update(batch)
        rest = memoryview(batch)
        while rest:
            piece = rest[: self._chunk_size - self._size % self._chunk_size]
            self._chunk.update(piece)
            self._size += len(piece)
            rest = rest[len(piece) :]
            if self._size % self._chunk_size == 0:
                self._end_chunk()

    def _end_chunk(self) -> None:
        self._chunks.append(self._chunk.hexdigest())
        self._chunk = hashlib.sha256()

    def result(self) -> StoredBlob:
        """Return what is known of the stream once all of it has passed."""
        if self._size % self._chunk_size:
            self._end_chunk()
        return StoredBlob(
            sha256=self._sha256.hexdigest(),
            md5=self._md5.hexdigest(),
            sha1=self._sha1.hexdigest(),
            size=self._size,
            chunk_size=self._chunk_size,
            chunks=tuple(self._chunks),
        )
