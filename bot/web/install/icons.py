"""The icon of a release in the sizes that phones ask for."""

import asyncio
import hashlib
import io
import logging
from collections import OrderedDict
from colorsys import hls_to_rgb

from PIL import Image, ImageDraw, ImageFont

from bot.web.install.names import tidy
from provisioning.grants import OpenedGrant
from storage.blobs.store import BlobStore
from storage.errors import BlobMissing

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
        image = _scaled(picture, size) if picture else None
    except (OSError, ValueError, Image.DecompressionBombError):
        image = None  # No icon is worth a failed installation.
    if image is None:
        image = _letter(tidy(opened.app.display_name), opened.app.bundle_id, size)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _scaled(picture: bytes, size: int) -> Image.Image:
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        if max(image.size) > MOST_PIXELS:
            raise ValueError("This icon is larger than any that we draw.")
        return image.convert("RGBA").resize((size, size), Image.Resampling.LANCZOS)


def _letter(name: str, bundle_id: str, size: int) -> Image.Image:
    """Draw the first letter of *name*; the colour follows from *bundle_id* and stays."""
    hue = hashlib.sha256(bundle_id.encode()).digest()[0] / 256
    red, green, blue = (round(part * 255) for part in hls_to_rgb(hue, 0.42, 0.55))
    image = Image.new("RGB", (size, size), (red, green, blue))
    letter = next((sign for sign in name if sign.isalnum() and sign.isascii()), "")
    pen = ImageDraw.Draw(image)
    middle = size / 2
    if letter:
        font = ImageFont.load_default(size * 0.58)
        pen.text((middle, middle), letter.upper(), font=font, fill="white", anchor="mm")
    else:  # Pillow's own font holds Latin letters only; a ring says nothing wrong.
        inner = size * 0.22
        pen.ellipse(
            (middle - inner, middle - inner, middle + inner, middle + inner),
            outline="white",
            width=max(2, size // 14),
        )
    return image
