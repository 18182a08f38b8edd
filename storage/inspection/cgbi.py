"""
Apple's own PNG, as Xcode writes it into apps.

An extra `CgBI` chunk, pixels deflated without the zlib header, blue and red swapped, and colours
multiplied by alpha. Nothing of Apple's documents it; this follows what its files hold.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from struct import Struct

from PIL import Image

from storage.inspection.rejection import PackageRejected

MAGIC = b"\x89PNG\r\n\x1a\n"
MAX_SIDE = 16_384
MAX_PIXELS = 64 << 20

_HEAD = Struct(">L4s")
_IHDR = Struct(">2L5B")
_EIGHT_BITS, _TRUE_COLOUR, _TRUE_COLOUR_ALPHA = 8, 2, 6
# Interlacing cuts a picture into seven smaller ones, each with a filter byte a line.
_PASSES = 7
_BROKEN = "The icon is damaged."


def is_cgbi(data: bytes) -> bool:
    """Tell whether this is Apple's variant: its mark stands where IHDR stands in a PNG."""
    return data.startswith(MAGIC) and data[12:16] == b"CgBI"


def size(head: bytes) -> tuple[int, int]:
    """Return width and height of a PNG of either kind from its first 64 bytes, 0 x 0 if none."""
    at = head.find(b"IHDR", 8, 56)
    if not head.startswith(MAGIC) or at < 0 or at + 12 > len(head):
        return 0, 0
    return int.from_bytes(head[at + 4 : at + 8]), int.from_bytes(head[at + 8 : at + 12])


def decode(data: bytes) -> Image.Image:
    """Return the picture as RGBA; raise PackageRejected when it cannot be decoded."""
    chunks = list(_chunks(data))
    header = next((body for name, body in chunks if name == b"IHDR"), b"")
    if len(header) != _IHDR.size:
        raise PackageRejected(_BROKEN)
    width, height, depth, colour, *_ = _IHDR.unpack(header)
    if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE or width * height > MAX_PIXELS:
        raise PackageRejected("The icon is too big.")
    if depth != _EIGHT_BITS or colour not in (_TRUE_COLOUR, _TRUE_COLOUR_ALPHA):
        raise PackageRejected("The icon has a colour format that Xcode does not write.")
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    channels = 4 if colour == _TRUE_COLOUR_ALPHA else 3
    plain = _inflate(packed, (width * channels + 1) * height + _PASSES * (height + width))
    return _straightened(_as_png(header, plain))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(MAGIC)
    while at + _HEAD.size <= len(data):
        length, name = _HEAD.unpack_from(data, at)
        begin = at + _HEAD.size
        if begin + length > len(data):
            raise PackageRejected(_BROKEN)
        yield name, data[begin : begin + length]
        at = begin + length + 4  # The checksum is not looked at: the bytes are written anew.


def _inflate(packed: bytes, limit: int) -> bytes:
    """Unpack pixels that cannot be more than *limit* bytes; what is over does not exist."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)
    except zlib.error as error:
        raise PackageRejected(_BROKEN) from error


def _as_png(header: bytes, plain: bytes) -> bytes:
    """Wrap the pixels as an ordinary PNG, so that Pillow undoes the filters of its lines."""
    bodies = ((b"IHDR", header), (b"IDAT", zlib.compress(plain, 1)), (b"IEND", b""))
    return MAGIC + b"".join(
        _HEAD.pack(len(body), name) + body + zlib.crc32(name + body).to_bytes(4)
        for name, body in bodies
    )


def _straightened(png: bytes) -> Image.Image:
    """Swap blue and red back, and undo the multiplication of colours by alpha."""
    with Image.open(BytesIO(png), formats=["PNG"]) as image:
        image.load()
        if image.mode != "RGBA":
            blue, green, red = image.split()
            return Image.merge("RGB", (red, green, blue)).convert("RGBA")
        blue, green, red, alpha = image.split()
    premultiplied = Image.merge("RGBA", (red, green, blue, alpha))
    return Image.frombytes("RGBa", premultiplied.size, premultiplied.tobytes()).convert("RGBA")
