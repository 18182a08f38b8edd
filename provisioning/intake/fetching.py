"""Watching a file arrive: how far it is, and whether it is still wanted."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from provisioning.errors import SourceGone
from provisioning.ports import Incoming
from storage.catalog import uploads
from storage.catalog.database import Database
from storage.inspection.rejection import NotAPackage
from storage.inspection.sniff import may_be_package
from storage.records.upload import Upload, UploadState

#: Slack allows about fifty edits a minute, and nobody reads a number that changes faster.
PAUSE = 2.5


class Fetching:
    """
    Lets the bytes of an upload through and keeps an eye on them.

    Every `pause` seconds the progress is written down and `show` is called with the upload's id;
    a file that was deleted meanwhile stops arriving.
    """

    def __init__(
        self,
        database: Database,
        show: Callable[[str], Awaitable[None]],
        *,
        pause: float = PAUSE,
    ) -> None:
        self._database = database
        self._show = show
        self._pause = pause

    async def watched(self, upload: Upload, incoming: Incoming) -> AsyncIterator[bytes]:
        """
        Yield the chunks of *incoming*.

        Raise SourceGone when the upload was refused meanwhile, and NotAPackage at the first
        chunk of a quiet upload that cannot be a package.
        """
        received = 0
        looked = time.monotonic()
        showing: asyncio.Task[None] | None = None
        try:
            async for chunk in incoming.chunks:
                if received == 0 and upload.quiet and not may_be_package(chunk):
                    raise NotAPackage("It is not a package.")
                received += len(chunk)
                yield chunk
                if time.monotonic() - looked < self._pause:
                    continue
                await self._note(upload.id, received)
                if showing is None or showing.done():
                    showing = asyncio.create_task(self._shown(upload), name=f"show {upload.id}")
                looked = time.monotonic()
        finally:
            if showing is not None:
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)

    async def _note(self, upload_id: str, received: int) -> None:
        async with self._database.writing() as session:
            upload = await uploads.get(session, upload_id)
            if upload.state is UploadState.REFUSED:
                raise SourceGone
            upload.received_bytes = received
            session.add(upload)

    async def _shown(self, upload: Upload) -> None:
        if not upload.quiet:
            await self._show(upload.id)
