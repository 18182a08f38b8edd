"""The icon of a release in the sizes that phones ask for."""

import asyncio
import io
import logging
from collections import OrderedDict

from PIL import Image

from provisioning.installing.grants import OpenedGrant
from storage.blobs.store import BlobStore
from storage.errors import BlobMissing
from storage.inspection import initial

logger = logging.getLogger(__name__)

#: iOS shows 57 while it installs and keeps 512; our page shows 180.
SIZES = (57, 180, 512)

#: The icon was drawn anew by the inspection and is at most 512 x 512; whatever is much larger did
#: not come from there.
MOST_BYTES = 4_000_000
MOST_PIXELS = 1024

#: So many drawn icons are kept in memory, of some 100 kB at most.
KEPT = 64


class Icons:
    """Draws icons: the app's own, or the first letter of its name on a colour of its own."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._drawn: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    async def draw(self, opened: OpenedGrant, size: int) -> bytes:
        """Return a PNG, *size* pixels wide and high."""
        sha256 = opened.build.icon_sha256
        key = (sha256 or f"{opened.app.id}:{opened.app.display_name}", size)
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        picture = await self._own(sha256) if sha256 else b""
        drawn = await asyncio.to_thread(_draw, picture, opened, size)
        self._drawn[key] = drawn
        if len(self._drawn) > KEPT:
            self._drawn.popitem(last=False)
        return drawn

    async def _own(self, sha256: str) -> bytes:
        picture = bytearray()
        try:
            async for piece in self._blobs.read(sha256):
                picture += piece
                if len(picture) > MOST_BYTES:
                    return b""
        except BlobMissing:
            logger.warning("An icon is missing from the store.", extra={"sha256": sha256})
            return b""
        return bytes(picture)


def _draw(picture: bytes, opened: OpenedGrant, size: int) -> bytes:
    try:
        image = _scaled(picture or _letter(opened), size)
    except (OSError, ValueError, Image.DecompressionBombError):
        image = _scaled(_letter(opened), size)  # No icon is worth a failed installation.
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _scaled(picture: bytes, size: int) -> Image.Image:
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        if max(image.size) > MOST_PIXELS:
            raise ValueError("This icon is larger than any that we draw.")
        return image.convert("RGBA").resize((size, size), Image.Resampling.LANCZOS)


def _letter(opened: OpenedGrant) -> bytes:
    return initial.draw(opened.app.display_name, opened.app.bundle_id)
