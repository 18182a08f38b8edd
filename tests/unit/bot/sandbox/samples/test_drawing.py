"""Apple's variant of PNG holds the same picture as the plain one."""

import io
import struct
import zlib

import pytest
from PIL import Image, UnidentifiedImageError

from bot.sandbox.samples.drawing import boat_icon, cgbi, letter_icon, png, webp


def _chunks(content: bytes) -> dict[bytes, bytes]:
    chunks, at = {}, 8
    while at < len(content):
        (size,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        chunks[kind] = content[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + size)
        assert checksum == zlib.crc32(content[at + 4 : at + 8 + size])
        at += 12 + size
    return chunks


def _pixels(content: bytes) -> tuple[Image.Image, bool]:
    """Decode without filters, as our writer leaves them out."""
    chunks = _chunks(content)
    width, height = struct.unpack_from(">2I", chunks[b"IHDR"])
    lines = zlib.decompress(chunks[b"IDAT"], -15)
    stride = width * 4 + 1
    bare = b"".join(lines[at + 1 : at + stride] for at in range(0, len(lines), stride))
    image = Image.frombytes("RGBA", (width, height), bare, "raw", "BGRa")
    return image.convert("RGBA"), next(iter(chunks)) == b"CgBI"


def test_an_opaque_icon_comes_back_pixel_by_pixel() -> None:
    icon = boat_icon(60)
    decoded, apple = _pixels(cgbi(icon))
    assert apple
    assert decoded.tobytes() == icon.tobytes()


def test_a_transparent_icon_has_its_colours_multiplied_by_alpha() -> None:
    half = Image.new("RGBA", (2, 2), (200, 100, 50, 128))
    lines = zlib.decompress(_chunks(cgbi(half))[b"IDAT"], -15)
    assert lines[1:5] == bytes((25, 50, 100, 128))


def test_an_ordinary_reader_cannot_open_the_variant() -> None:
    with pytest.raises((OSError, SyntaxError, UnidentifiedImageError)):
        Image.open(io.BytesIO(cgbi(boat_icon(60)))).load()


def test_plain_pictures_are_read_by_anybody() -> None:
    for content in (png(letter_icon(48, "L")), webp(boat_icon(48, rounded=True))):
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (48, 48)


def test_rounded_corners_are_transparent_and_the_middle_is_not() -> None:
    icon = boat_icon(48, rounded=True)
    assert icon.getchannel("A").getpixel((0, 0)) == 0
    assert icon.getchannel("A").getpixel((24, 24)) == 255
