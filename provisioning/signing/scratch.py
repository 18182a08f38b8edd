"""A workroom: where large files are written before they become blobs."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

#: Nothing takes this long; what is older was left behind by a process that was killed.
STALE_SECONDS = 24 * 3600


class Workroom:
    """Lends folders inside *folder*, which several processes may share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        before = time.time() - STALE_SECONDS
        for path in folder.iterdir():
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[Path]:
        """Lend an empty folder, which is gone afterwards with all that is in it."""
        path = await asyncio.to_thread(tempfile.mkdtemp, dir=self._folder)
        try:
            yield Path(path)
        finally:
            # Shielded, so that a second cancellation cannot leave the folder behind.
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, path, ignore_errors=True))
