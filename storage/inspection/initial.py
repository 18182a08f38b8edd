"""The icon of an app that has none: its initial on a colour of its own."""

import colorsys
import hashlib
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIDE = 256

_SATURATION, _LIGHTNESS = 0.55, 0.42
_LETTER = 0.56
# White on this has a contrast of 4.5, which WCAG 2 asks of text.
_BRIGHTEST = 0.18


def draw(name: str | None, bundle_id: str | None) -> bytes:
    """
    Return a PNG of 256 x 256 with the first letter of *name*.

    The colour follows from *bundle_id* alone, so that an app keeps it when it is renamed.
    """
    image = Image.new("RGB", (SIDE, SIDE), colour(bundle_id or name or ""))
    font = ImageFont.load_default(size=SIDE * _LETTER)
    middle = (SIDE / 2, SIDE / 2)
    ImageDraw.Draw(image).text(middle, initial(name, bundle_id), "white", font, anchor="mm")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def colour(seed: str) -> tuple[int, int, int]:
    """Return a colour, always the same for one *seed*, on which white letters can be read."""
    hue = hashlib.sha256(seed.encode("utf-8", "replace")).digest()[0] / 256
    lightness = _LIGHTNESS
    # Yellow and green shine much brighter than blue of the same lightness.
    while _luminance(found := colorsys.hls_to_rgb(hue, lightness, _SATURATION)) > _BRIGHTEST:
        lightness -= 0.02
    red, green, blue = found
    return round(red * 255), round(green * 255), round(blue * 255)


def _luminance(parts: tuple[float, float, float]) -> float:
    """Return the relative luminance as WCAG 2 has it, its curve taken as a power of 2.2."""
    red, green, blue = (part**2.2 for part in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def initial(name: str | None, bundle_id: str | None) -> str:
    """Return the first letter or digit that Pillow's own font can draw, a bullet if none."""
    last = (bundle_id or "").rsplit(".", 1)[-1]
    for text in (name or "", last):
        for character in text:
            # The font covers Latin; anything else would be drawn as an empty box.
            if character.isalnum() and ord(character) < ord("\u0180"):
                return character.upper()[:1]
    return "•"
