"""
Pictures from strangers, drawn anew.

Nothing of the bytes that came survives: what leaves here is a PNG that we encoded.
"""

import warnings
from io import BytesIO

from PIL import Image

from storage.inspection import cgbi
from storage.inspection.rejection import PackageRejected

MAX_BYTES = 16 << 20
SIDE = 512

_FORMATS = ("PNG", "WEBP", "JPEG", "ICNS")


def draw(data: bytes, pixels: int = cgbi.MAX_PIXELS) -> bytes:
    """
    Return the picture in *data* as PNG of at most 512 x 512.

    Takes PNG, Apple's CgBI, WebP, JPEG and ICNS up to 16 MB, 64 megapixels or what *pixels* says,
    and 16,384 pixels a side; raise PackageRejected for anything else.
    """
    if len(data) > MAX_BYTES:
        raise PackageRejected("The icon is too big: more than 16 MB.")
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb below twice its limit, and of damaged metadata.
            warnings.simplefilter("error")
            image = cgbi.decode(data) if cgbi.is_cgbi(data) else _decode(data, pixels)
            return encode(image)
    except PackageRejected:
        raise
    except Exception as error:  # Pillow's plugins raise what they like on damaged pictures.
        raise PackageRejected("The icon is damaged.") from error


def encode(image: Image.Image) -> bytes:
    """Return a picture as PNG of at most 512 x 512, without anything that was attached to it."""
    small = image.convert("RGBA")
    small.info.clear()
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = BytesIO()
    small.save(out, "PNG", compress_level=2)
    return out.getvalue()


def _decode(data: bytes, pixels: int) -> Image.Image:
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        width, height = image.size
        if max(width, height) > cgbi.MAX_SIDE or width * height > pixels:
            raise PackageRejected("The icon is too big.")
        image.load()
        return image.copy()
