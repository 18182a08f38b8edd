"""Android's drawings as people write them, and what their pixels are."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from storage.inspection import drawable, icons, layers, rasteriser
from storage.inspection.android import Asked, Config, Element, Reference, Value
from storage.inspection.archive import Archive
from storage.inspection.drawable import Drawables
from storage.inspection.source import Memory
from tests.unit.storage.inspection.zips import parts, zip_of

Colour = tuple[int, int, int, int]

_ANDROID = "{http://schemas.android.com/apk/res/android}"
_OTHERWISE = {
    "strokeLineCap": drawable.LINE_CAP,
    "strokeLineJoin": drawable.LINE_JOIN,
    "strokeMiterLimit": drawable.MITER_LIMIT,
}


needs_resvg = pytest.mark.skipif(
    not rasteriser.is_installed(), reason="resvg-py is not installed, and makes the pixels."
)


class Values:
    """A resource table: what stands in a drawing as `@7` is the value of number 7."""

    def __init__(self, values: Mapping[int, Value]) -> None:
        self._values = values

    def values(self, reference: Reference) -> list[tuple[Config, Value]]:
        found = self._values.get(reference.id)
        return [] if found is None else [(Config(), found)]


def coding(data: bytes, asked: Asked) -> Iterator[Element]:
    """Read a drawing in plain XML, which no package holds, as readers of packages do."""
    text = data.decode().replace(">", f' xmlns:android="{_ANDROID[1:-1]}">', 1)
    text = text.replace(
        f'/ xmlns:android="{_ANDROID[1:-1]}">', f' xmlns:android="{_ANDROID[1:-1]}"/>'
    )
    yield from _elements(ET.fromstring(text), asked, 1)  # noqa: S314 - it is our own


def _elements(node: ET.Element, asked: Asked, depth: int) -> Iterator[Element]:
    pairs = ((_key(name), _value(value)) for name, value in node.attrib.items())
    yield Element(node.tag, {key: v for key, v in pairs if key in asked.attributes}, depth)
    for child in node:
        yield from _elements(child, asked, depth + 1)


def _key(name: str) -> int:
    short = name.removeprefix(_ANDROID)
    constant = re.sub(r"(?=[A-Z])", "_", short).upper()
    return _OTHERWISE[short] if short in _OTHERWISE else int(getattr(drawable, constant, 0))


def _value(text: str) -> Value:
    return Reference(int(text[1:])) if text.startswith("@") else text


def svg(
    document: str,
    files: Mapping[str, str | bytes] | None = None,
    values: Mapping[int, Value] | None = None,
) -> str:
    """Return the SVG of a drawing beside other files and values."""
    named = {"res/icon.xml": document, **(files or {})}
    packed = {
        name: text.encode() if isinstance(text, str) else text for name, text in named.items()
    }
    archive = Archive.open(Memory(zip_of(parts(packed))))
    return layers.svg("res/icon.xml", Drawables(archive, Values(values or {}), coding))


def pixels(
    document: str,
    files: Mapping[str, str | bytes] | None = None,
    values: Mapping[int, Value] | None = None,
) -> Image.Image:
    """Return the picture of a drawing, 100 pixels wide."""
    return picture(icons.draw(rasteriser.rasterise(svg(document, files, values))))


def picture(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png), formats=["PNG"]) as image:
        return image.convert("RGBA").resize((100, 100), Image.Resampling.BOX)


def at(image: Image.Image, x: int, y: int) -> Colour:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2], found[3]


def vector(inside: str, **attributes: str) -> str:
    """Return a vector of 100 by 100."""
    size = {"viewportWidth": "100", "viewportHeight": "100", **attributes}
    written = " ".join(f'android:{name}="{value}"' for name, value in size.items())
    return f"<vector {written}>{inside}</vector>"


def path(data: str, **attributes: str) -> str:
    named = {"fillColor": "#ff0000", **attributes, "pathData": data}
    written = " ".join(f'android:{name}="{value}"' for name, value in named.items())
    return f"<path {written}/>"


def drawable_of(number: int) -> str:
    """Return an item of layers that refers to a value."""
    return f'<item android:drawable="@{number}"/>'


def png(colour: str, side: int = 8) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()
