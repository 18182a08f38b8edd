"""Colours and gradients of Android's drawings, as SVG has them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from storage.inspection import drawable as d
from storage.inspection.android import Value
from storage.inspection.drawable import Drawables, Node
from storage.inspection.rejection import PackageRejected

MAX_PATH_BYTES = 1 << 20
MAX_PARTS = 8000
MAX_STOPS = 64

_RADIAL, _SWEEP = 1, 2
_SPREADS = {1: "repeat", 2: "reflect"}


@dataclass(frozen=True, slots=True)
class Box:
    """Where something is drawn."""

    x: float
    y: float
    width: float
    height: float

    def written(self) -> str:
        width, height = max(self.width, 0), max(self.height, 0)
        return f'x="{self.x:g}" y="{self.y:g}" width="{width:g}" height="{height:g}"'


@dataclass(slots=True)
class Sheet:
    """The SVG while it is made: its definitions, and what it has cost so far."""

    drawables: Drawables
    definitions: list[str] = field(default_factory=list)
    tint: int | None = None
    _path_bytes: int = 0
    _parts: int = 0

    def define(self, element: str, attributes: str, content: str) -> str:
        """Keep a definition; return how it is referred to."""
        name = f"d{len(self.definitions)}"
        self.definitions.append(f'<{element} id="{name}" {attributes}>{content}</{element}>')
        return f"url(#{name})"

    def count(self, path: str = "") -> None:
        """Count one thing that is drawn, and its path; raise PackageRejected over the limit."""
        self._parts += 1
        self._path_bytes += len(path)
        if self._path_bytes > MAX_PATH_BYTES or self._parts > MAX_PARTS:
            raise PackageRejected("The drawing is too big.")

    def paint(self, what: str, value: Value | None, alpha: float, box: Box | None = None) -> str:
        """
        Return the attributes of *what*, `fill` or `stroke`, none when it is not painted.

        A gradient is in the units of the drawing, or, with *box*, fills that.
        """
        found = self.drawables.paint(value)
        if isinstance(found, Node):
            return f'{what}="{self.gradient(found, box)}" {opacity(f"{what}-opacity", alpha)}'
        colour = self.tinted(found)
        return f'{what}="none"' if colour is None else solid(what, colour, alpha)

    def tinted(self, colour: int | None) -> int | None:
        """Return the colour that is seen once the tint lies over it."""
        if self.tint is None or colour is None:
            return colour
        alpha = (colour >> 24) * (self.tint >> 24) // 255
        return alpha << 24 | self.tint & 0xFFFFFF

    def gradient(self, node: Node, box: Box | None) -> str:
        """Define a gradient; a sweep, which SVG has not, becomes its first colour."""
        kind = round(node.number(d.TYPE))
        stops = list(self._stops(node))[: 1 if kind == _SWEEP else MAX_STOPS]
        content = "".join(stops)
        spread = _SPREADS.get(round(node.number(d.TILE_MODE)), "pad")
        place = _place(node, box, radial=kind == _RADIAL)
        element = "radialGradient" if kind == _RADIAL else "linearGradient"
        more = f'gradientUnits="userSpaceOnUse" spreadMethod="{spread}"'
        return self.define(element, f"{place} {more}", content)

    def _stops(self, node: Node) -> Iterator[str]:
        items = [child for child in node.children if child.name == "item"]
        if items:
            for item in items[:MAX_STOPS]:
                yield self._stop(item.number(d.OFFSET), item.attributes.get(d.COLOR))
            return
        start, end = node.attributes.get(d.START_COLOR), node.attributes.get(d.END_COLOR)
        yield self._stop(0, start)
        if (middle := node.attributes.get(d.CENTER_COLOR)) is not None:
            yield self._stop(0.5, middle)
        yield self._stop(1, end)

    def _stop(self, offset: float, value: Value | None) -> str:
        colour = self.tinted(self.drawables.colour(value)) or 0
        share = (colour >> 24 & 0xFF) / 255
        shown = f'stop-color="#{colour & 0xFFFFFF:06x}" {opacity("stop-opacity", share)}'
        return f'<stop offset="{offset:g}" {shown}/>'


def solid(what: str, colour: int, alpha: float) -> str:
    """Return the attributes of one colour, 0xAARRGGBB."""
    seen = (colour >> 24 & 0xFF) / 255 * alpha
    return f'{what}="#{colour & 0xFFFFFF:06x}" {opacity(f"{what}-opacity", seen)}'


def opacity(name: str, share: float) -> str:
    return f'{name}="{max(0.0, min(share, 1.0)):.4g}"'


def _place(node: Node, box: Box | None, *, radial: bool) -> str:
    if box is None and radial:
        center = (node.number(d.CENTER_X), node.number(d.CENTER_Y))
        return _circle(*center, node.number(d.GRADIENT_RADIUS))
    if box is None:
        ends = (d.START_X, d.START_Y, d.END_X, d.END_Y)
        return _line(*(node.number(key) for key in ends))
    x = box.x + box.width * _share(node, d.CENTER_X)
    y = box.y + box.height * _share(node, d.CENTER_Y)
    if radial:
        least = min(box.width, box.height)
        return _circle(x, y, node.length(d.GRADIENT_RADIUS, least, least / 2))
    angle = math.radians(node.number(d.ANGLE))
    # Counted from three o'clock against the clock; the ends lie on the edge of the box.
    across = math.cos(angle) * box.width / 2
    down = -math.sin(angle) * box.height / 2
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return _line(x - across, y - down, x + across, y + down)


def _share(node: Node, key: int) -> float:
    return node.length(key, 1.0, 0.5)


def _circle(x: float, y: float, radius: float) -> str:
    return f'cx="{x:g}" cy="{y:g}" r="{max(radius, 0.001):g}"'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
