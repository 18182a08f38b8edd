"""The icon of an app that has none: its initial on a colour of its own."""

import colorsys
import hashlib
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIDE = 256

_SATURATION, _LIGHTNESS = 0.55, 0.42
_LETTER = 0.56


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
    red, green, blue = colorsys.hls_to_rgb(hue, _LIGHTNESS, _SATURATION)
    return round(red * 255), round(green * 255), round(blue * 255)


def initial(name: str | None, bundle_id: str | None) -> str:
    """Return the first letter or digit that Pillow's own font can draw, a bullet if none."""
    last = (bundle_id or "").rsplit(".", 1)[-1]
    for text in (name or "", last):
        for character in text:
            # The font covers Latin; anything else would be drawn as an empty box.
            if character.isalnum() and ord(character) < ord("\u0180"):
                return character.upper()[:1]
    return "•"
