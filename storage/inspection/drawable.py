"""
Android's drawings as they lie in a package: trees of elements, colours and pictures by reference.

Everything that a drawing may cost is counted here, over all the files that it is made of.
"""

import math
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from storage.inspection import android, icons
from storage.inspection.android import Asked, Attributes, Element, Reference, Resources, Value
from storage.inspection.archive import Archive
from storage.inspection.rejection import PackageRejected

MAX_REFERENCES = 64
MAX_BYTES = 4 << 20
MAX_ELEMENTS = 4000
MAX_DEPTH = 32
MAX_PICTURES = 4
MAX_PICTURE_PIXELS = 4 << 20
SECONDS = 2.0

# AOSP `public-final.xml`.
GRAVITY, SRC, TINT, HEIGHT, WIDTH = 0x010100AF, 0x01010119, 0x01010121, 0x01010155, 0x01010159
DRAWABLE, SHAPE, START_COLOR, END_COLOR = 0x01010199, 0x0101019A, 0x0101019D, 0x0101019E
ANGLE, TYPE, CENTER_X, CENTER_Y = 0x010101A0, 0x010101A1, 0x010101A2, 0x010101A3
GRADIENT_RADIUS, COLOR, RADIUS = 0x010101A4, 0x010101A5, 0x010101A8
LEFT, TOP, RIGHT, BOTTOM = 0x010101AD, 0x010101AE, 0x010101AF, 0x010101B0
FROM_DEGREES, PIVOT_X, PIVOT_Y = 0x010101B3, 0x010101B5, 0x010101B6
INSET_LEFT, INSET_RIGHT, INSET_TOP = 0x010101B7, 0x010101B8, 0x010101B9
INSET_BOTTOM, INSET = 0x010101BA, 0x010104B5
TILE_MODE, CENTER_COLOR, ALPHA = 0x01010201, 0x0101020B, 0x0101031F
SCALE_X, SCALE_Y, ROTATION = 0x01010324, 0x01010325, 0x01010326
VIEWPORT_WIDTH, VIEWPORT_HEIGHT, FILL_COLOR = 0x01010402, 0x01010403, 0x01010404
PATH_DATA, STROKE_COLOR, STROKE_WIDTH = 0x01010405, 0x01010406, 0x01010407
LINE_CAP, LINE_JOIN, MITER_LIMIT = 0x0101040B, 0x0101040C, 0x0101040D
TRANSLATE_X, TRANSLATE_Y = 0x0101045A, 0x0101045B
STROKE_ALPHA, FILL_ALPHA, FILL_TYPE = 0x010104CB, 0x010104CC, 0x0101051E
START_X, START_Y, END_X, END_Y, OFFSET = 0x01010510, 0x01010511, 0x01010512, 0x01010513, 0x01010514

_ATTRIBUTES = frozenset(
    {
        *(GRAVITY, SRC, TINT, HEIGHT, WIDTH, DRAWABLE, SHAPE, START_COLOR, END_COLOR),
        *(ANGLE, TYPE, CENTER_X, CENTER_Y, GRADIENT_RADIUS, COLOR, RADIUS),
        *(LEFT, TOP, RIGHT, BOTTOM, FROM_DEGREES, PIVOT_X, PIVOT_Y),
        *(INSET_LEFT, INSET_RIGHT, INSET_TOP, INSET_BOTTOM, INSET),
        *(TILE_MODE, CENTER_COLOR, ALPHA, SCALE_X, SCALE_Y, ROTATION),
        *(VIEWPORT_WIDTH, VIEWPORT_HEIGHT, FILL_COLOR, PATH_DATA, STROKE_COLOR, STROKE_WIDTH),
        *(LINE_CAP, LINE_JOIN, MITER_LIMIT, TRANSLATE_X, TRANSLATE_Y),
        *(STROKE_ALPHA, FILL_ALPHA, FILL_TYPE, START_X, START_Y, END_X, END_Y, OFFSET),
    }
)
ASKED = Asked("drawing", None, _ATTRIBUTES, MAX_DEPTH)

Coding: TypeAlias = Callable[[bytes, Asked], Iterable[Element]]

_NUMBER = re.compile(r"\s*([-+]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})(?:[eE][-+]?\d{1,2})?)")
_LARGEST = 1e6
_COLOUR = re.compile(r"#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Node:
    """An element of a drawing; its attributes stand under their resource ids."""

    name: str
    attributes: Attributes
    children: list["Node"] = field(default_factory=list)

    def number(self, key: int, default: float = 0.0) -> float:
        """Return a number without its unit, *default* when there is none."""
        return number(self.attributes.get(key), default)

    def length(self, key: int, whole: float, default: float = 0.0) -> float:
        """Return a length, which may be a share of *whole*."""
        value = self.attributes.get(key)
        if isinstance(value, str) and value.rstrip().endswith(("%", "%p")):
            return number(value) * whole / 100
        return number(value, default)


@dataclass(slots=True)
class Drawables:
    """The files and values that a drawing refers to; *root* is the folder of the module."""

    archive: Archive
    resources: Resources
    coding: Coding
    root: str = ""
    _references: int = 0
    _bytes: int = 0
    _elements: int = 0
    _pictures: int = 0
    _known: dict[Reference, str | int | None] = field(default_factory=dict)
    _began: float = field(default_factory=time.process_time)

    def found(self, value: Value | None) -> Node | bytes | int | None:
        """
        Follow a value to a drawing, a picture as PNG of our own, or a colour.

        Raise PackageRejected when that is damaged, or when the drawing costs more than it may.
        """
        known = self._followed(value)
        if not isinstance(known, str):
            return known
        if (named := colour_of(known)) is not None:
            return named
        self._spend(references=1)
        name = (self.root + known).encode("utf-8", "replace")
        return self._document(name) if known.endswith(".xml") else self._picture(name)

    def colour(self, value: Value | None) -> int | None:
        """Follow a value to a colour as 0xAARRGGBB; None when there is none."""
        found = self.paint(value)
        return found if isinstance(found, int) else None

    def paint(self, value: Value | None) -> Node | int | None:
        """Follow a value to a colour or a gradient; None when there is neither."""
        found = self._followed(value)
        if isinstance(found, str):
            named = colour_of(found)
            return self._painted(found) if named is None else named
        return None if found is None else found & 0xFFFFFFFF

    def text(self, value: Value | None) -> str:
        """Follow a value to a text, an empty one when there is none."""
        found = self._followed(value)
        return found if isinstance(found, str) else ""

    def _painted(self, path: str) -> Node | int | None:
        """Read a gradient, or a list of colours by state: its last is the one without a state."""
        node = self.found(path) if path.endswith(".xml") else None
        if not isinstance(node, Node) or node.name == "gradient":
            return node if isinstance(node, Node) else None
        if node.name != "selector" or not node.children:
            return None
        found = self._followed(node.children[-1].attributes.get(COLOR))
        if isinstance(found, str):
            return colour_of(found)
        return None if found is None else found & 0xFFFFFFFF

    def _followed(self, value: Value | None) -> str | int | None:
        if isinstance(value, bool):
            return None
        if not isinstance(value, Reference):
            return value
        if value not in self._known:
            self._spend(references=1)
            files = android.paths(value, self.resources)
            plain = files[0] if files else android.plain(value, self.resources)
            self._known[value] = None if isinstance(plain, bool) else plain
        return self._known[value]

    def _document(self, name: bytes) -> Node:
        data = self.archive.read(name, MAX_BYTES, crc=not self.archive.android)
        self._spend(size=len(data))
        return self._tree(self.coding(data, ASKED))

    def _tree(self, elements: Iterable[Element]) -> Node:
        line: list[Node] = []
        root: Node | None = None
        for element in elements:
            self._spend(elements=1)
            node = Node(element.name, element.attributes)
            del line[element.depth - 1 :]
            if line:
                line[-1].children.append(node)
            root = root or node
            line.append(node)
        if root is None:
            raise PackageRejected("The drawing is empty.")
        return root

    def _picture(self, name: bytes) -> bytes:
        self._pictures += 1
        if self._pictures > MAX_PICTURES:
            raise PackageRejected("The drawing is made of too many pictures.")
        return icons.draw(self.archive.read(name, icons.MAX_BYTES), MAX_PICTURE_PIXELS)

    def _spend(self, *, references: int = 0, size: int = 0, elements: int = 0) -> None:
        self._references += references
        self._bytes += size
        self._elements += elements
        if self._references > MAX_REFERENCES:
            raise PackageRejected(f"The drawing has more than {MAX_REFERENCES} references.")
        if self._bytes > MAX_BYTES or self._elements > MAX_ELEMENTS:
            raise PackageRejected("The drawing is too big.")
        if time.process_time() - self._began > SECONDS:
            raise PackageRejected("The drawing takes too long to read.")


def number(value: Value | None, default: float = 0.0) -> float:
    """Return a number, also one that is written as text with a unit, within a million."""
    if isinstance(value, str) and (match := _NUMBER.match(value)):
        value = match[1]
    elif not isinstance(value, int) or isinstance(value, bool):
        return default
    found = float(value)
    return max(min(found, _LARGEST), -_LARGEST) if math.isfinite(found) else default


def colour_of(text: str) -> int | None:
    """Return a colour that is written as text: #rgb, #argb, #rrggbb or #aarrggbb."""
    match = _COLOUR.fullmatch(text)
    if match is None:
        return None
    digits = match[1] if len(match[1]) > 4 else "".join(2 * digit for digit in match[1])  # noqa: PLR2004 - short forms
    return int(digits.rjust(8, "f"), 16)
