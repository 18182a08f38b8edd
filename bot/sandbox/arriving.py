"""A package on its way to a phone."""

import asyncio
from hashlib import sha256
from pathlib import Path


class Arriving:
    """
    Digests what arrives: the whole, and each piece of so many bytes (0: no pieces).

    It is written to *path* as well, if there is one.
    """

    def __init__(self, piece_size: int = 0, path: Path | None = None) -> None:
        self.whole = sha256()
        self.size = 0
        self._piece_size = piece_size
        self._path = path
        self._piece = sha256()
        self._ended: list[str] = []

    async def add(self, chunk: bytes) -> None:
        if self._path is not None:
            await asyncio.to_thread(_append, self._path, chunk)
        self.whole.update(chunk)
        rest = memoryview(chunk)
        while self._piece_size and rest:
            room = self._piece_size - self.size % self._piece_size
            taken, rest = rest[:room], rest[room:]
            self._piece.update(taken)
            self.size += len(taken)
            if self.size % self._piece_size == 0:
                self._ended.append(self._piece.hexdigest())
                self._piece = sha256()
        if not self._piece_size:
            self.size += len(chunk)

    def pieces(self) -> list[str]:
        """Return the digest of each piece, the last one shorter."""
        unfinished = self._piece_size and self.size % self._piece_size
        return [*self._ended, self._piece.hexdigest()] if unfinished else list(self._ended)


def _append(path: Path, chunk: bytes) -> None:
    with path.open("ab") as file:
        file.write(chunk)
