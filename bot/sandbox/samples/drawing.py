"""Flat app icons, drawn in code: a boat, a lighthouse, or a letter on a colour."""

import io
import struct
import zlib
from functools import cache
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFont

Form = Literal["png", "webp", "icns", "cgbi"]
Shape = Literal["square", "rounded"]
Picture = Literal["boat", "lighthouse"]

_SHARPER = 4
_COLOURS = ("#2d6a4f", "#7b2d8b", "#b5541c", "#1f5f8b", "#8b1e3f")
_SKY = ((18, 52, 108), (40, 128, 190))
_SEA = (8, 34, 72)
_FOAM = (120, 190, 226)
_SAIL = (255, 255, 255)
_JIB = (255, 196, 87)
_HULL = (232, 82, 64)
_DUSK = ((58, 30, 92), (214, 108, 88))
_BEAM = (255, 214, 140)
_LAMP = (255, 232, 160)

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">2I5B")


def boat_icon(size: int, *, rounded: bool = False) -> Image.Image:
    """Draw the icon of Harbour, `size` pixels square; `rounded` leaves the corners transparent."""
    image = _boat(size)
    return _rounded(image) if rounded else image


@cache
def _boat(size: int) -> Image.Image:
    big = size * _SHARPER
    image = _gradient(big, *_SKY).convert("RGBA")
    draw = ImageDraw.Draw(image)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * big, y * big) for x, y in points]

    draw.ellipse(at((0.66, 0.12), (0.86, 0.32)), fill=(255, 224, 150))
    draw.polygon(at((0.50, 0.16), (0.50, 0.62), (0.20, 0.62)), fill=_SAIL)
    draw.polygon(at((0.54, 0.26), (0.54, 0.62), (0.76, 0.62)), fill=_JIB)
    draw.polygon(at((0.16, 0.66), (0.84, 0.66), (0.74, 0.82), (0.26, 0.82)), fill=_HULL)
    draw.rectangle(at((0, 0.80), (1, 1)), fill=_SEA)
    for number in range(7):
        left = -0.06 + number * 0.16
        draw.ellipse(at((left, 0.75), (left + 0.16, 0.85)), fill=_SEA)
    draw.rounded_rectangle(at((0.14, 0.89), (0.46, 0.915)), big // 90, fill=_FOAM)
    draw.rounded_rectangle(at((0.56, 0.93), (0.82, 0.955)), big // 90, fill=_FOAM)
    return image.resize((size, size), Image.Resampling.LANCZOS)


@cache
def lighthouse_icon(size: int) -> Image.Image:
    """Draw the icon of Beacon, `size` pixels square: a striped tower and its light at dusk."""
    big = size * _SHARPER
    image = _gradient(big, *_DUSK).convert("RGBA")
    draw = ImageDraw.Draw(image)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * big, y * big) for x, y in points]

    draw.polygon(at((0.50, 0.27), (1.0, 0.10), (1.0, 0.44)), fill=_BEAM)
    draw.polygon(at((0.50, 0.27), (0.0, 0.10), (0.0, 0.44)), fill=_BEAM)
    draw.polygon(at((0.40, 0.36), (0.60, 0.36), (0.66, 0.84), (0.34, 0.84)), fill=_SAIL)
    for top, wide in ((0.46, 0.113), (0.66, 0.138)):
        low, wider = top + 0.10, wide + 0.012
        draw.polygon(
            at((0.5 - wide, top), (0.5 + wide, top), (0.5 + wider, low), (0.5 - wider, low)),
            fill=_HULL,
        )
    draw.rectangle(at((0.43, 0.21), (0.57, 0.34)), fill=_LAMP)
    draw.polygon(at((0.39, 0.21), (0.61, 0.21), (0.50, 0.12)), fill=_HULL)
    draw.rectangle(at((0.36, 0.335), (0.64, 0.37)), fill=_SEA)
    draw.ellipse(at((0.08, 0.80), (0.92, 1.24)), fill=_SEA)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def icon(
    size: int,
    form: Form,
    *,
    shape: Shape = "square",
    letter: str | None = None,
    picture: Picture = "boat",
) -> bytes:
    """Give a picture, or a letter, as a file; each is made once per process."""
    return _icon(size, form, shape, letter, picture)


@cache
def _icon(size: int, form: Form, shape: Shape, letter: str | None, picture: Picture) -> bytes:
    coders = {"png": png, "webp": webp, "icns": icns, "cgbi": cgbi}
    if letter:
        return coders[form](letter_icon(size, letter))
    if picture == "lighthouse":
        drawn = lighthouse_icon(size)
        return coders[form](_rounded(drawn) if shape == "rounded" else drawn)
    return coders[form](boat_icon(size, rounded=shape == "rounded"))


def letter_icon(size: int, letter: str) -> Image.Image:
    """Draw one letter in white on a colour of its own."""
    image = Image.new("RGBA", (size, size), _COLOURS[ord(letter[0]) % len(_COLOURS)])
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size * 0.62)
    draw.text((size / 2, size / 2), letter, font=font, anchor="mm", fill="white")
    return image


def png(image: Image.Image) -> bytes:
    """Give the picture as an ordinary PNG."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def webp(image: Image.Image) -> bytes:
    """Give the picture as a lossless WebP, as Android Studio makes them."""
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=True)
    return file.getvalue()


def icns(image: Image.Image) -> bytes:
    """Give the picture as an icon file of macOS."""
    file = io.BytesIO()
    image.save(file, "ICNS")
    return file.getvalue()


def cgbi(image: Image.Image) -> bytes:
    """
    Give the picture in the variant of PNG that Xcode writes for iPhones.

    A chunk `CgBI` stands before the header, the pixels are BGRA with colours multiplied by alpha,
    and they are packed as bare deflate without zlib's header and sum.
    """
    pixels = _premultiplied(image.convert("RGBA"))
    stride = image.width * 4
    lines = b"".join(b"\0" + pixels[at : at + stride] for at in range(0, len(pixels), stride))
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(lines) + packer.flush()
    return (
        _PNG
        + _chunk(b"CgBI", bytes.fromhex("50002002"))
        + _chunk(b"IHDR", _HEADER.pack(image.width, image.height, 8, 6, 0, 0, 0))
        + _chunk(b"IDAT", packed)
        + _chunk(b"IEND", b"")
    )


def _premultiplied(image: Image.Image) -> bytes:
    red, green, blue, alpha = image.split()
    shaded = [ImageChops.multiply(band, alpha) for band in (blue, green, red)]
    return Image.merge("RGBA", (*shaded, alpha)).tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _gradient(size: int, above: tuple[int, int, int], below: tuple[int, int, int]) -> Image.Image:
    mask = Image.linear_gradient("L").resize((size, size))
    return Image.composite(
        Image.new("RGB", (size, size), below), Image.new("RGB", (size, size), above), mask
    )


def _rounded(image: Image.Image) -> Image.Image:
    size = image.width
    mask = Image.new("L", (size * _SHARPER,) * 2)
    corner = size * _SHARPER * 0.225
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *mask.size), corner, fill=255)
    image = image.copy()
    image.putalpha(mask.resize(image.size, Image.Resampling.LANCZOS))
    return image
