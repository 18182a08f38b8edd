"""A workroom: where large files are written before they become blobs."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path


class Workroom:
    """
    Lends folders inside *folder*, which several processes may share.

    A folder is locked for as long as the process that uses it lives, so that what a killed one left
    behind is told from the rest, and removed before the next folder is lent.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[Path]:
        """Lend an empty folder, which is gone afterwards with all that is in it."""
        await asyncio.to_thread(self._sweep)
        path, lock = self._enter()  # At once, so that no cancellation comes between.
        try:
            yield path
        finally:
            # Shielded, so that a second cancellation cannot leave the folder behind.
            await asyncio.shield(asyncio.to_thread(_leave, path, lock))

    def _enter(self) -> tuple[Path, int]:
        while True:
            path = Path(tempfile.mkdtemp(dir=self._folder))
            lock = _locked(path)
            # The sweep of another process may have come between the lines above.
            if lock is not None and path.is_dir():
                return path, lock
            if lock is not None:
                os.close(lock)

    def _sweep(self) -> None:
        for path in self._folder.iterdir():
            if path.is_dir():
                _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    lock = _locked(path)
    if lock is not None:
        _leave(path, lock)


def _locked(path: Path) -> int | None:
    """Return the lock of a folder, None when another process has it or the folder is gone."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _leave(path: Path, lock: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(lock)
