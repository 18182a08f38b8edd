"""The folder that holds the bytes of files."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path


class Shelf:
    """Keeps bytes under the id of their file; nothing is ever held in memory as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, file_id: str) -> Path:
        return self._folder / file_id

    async def copy(self, file_id: str, source: Path) -> int:
        """Copy a file from disk and return its size in bytes."""
        return await asyncio.to_thread(self._copy, file_id, source)

    def _copy(self, file_id: str, source: Path) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self.place(file_id)
        shutil.copyfile(source, target)
        return target.stat().st_size

    async def write(self, file_id: str, content: bytes) -> int:
        """Keep a few bytes and return how many."""

        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self.take_in(file_id, once())

    async def take_in(self, file_id: str, chunks: AsyncIterator[bytes]) -> int:
        """Stream bytes to disk as they arrive and return how many came; a torso is removed."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        size = 0
        target = await asyncio.to_thread(self.place(file_id).open, "wb")
        try:
            async for chunk in chunks:
                size += len(chunk)
                await asyncio.to_thread(target.write, chunk)
        except BaseException:
            await self.drop(file_id)
            raise
        finally:
            await asyncio.to_thread(target.close)
        return size

    async def drop(self, file_id: str) -> None:
        await asyncio.to_thread(self.place(file_id).unlink, missing_ok=True)
