"""
Android's drawings of every kind, put together as one SVG of our own making.

Adaptive icons, layers, insets, shapes, colours, and the vectors and pictures that these refer to.
"""

import base64
from collections.abc import Callable, Iterable, Mapping

from storage.inspection import drawable as d
from storage.inspection import vector
from storage.inspection.android import Value
from storage.inspection.drawable import Drawables, Node
from storage.inspection.paint import Box, Sheet, opacity, solid
from storage.inspection.rejection import PackageRejected

# An adaptive icon is drawn on 108 dp, of which launchers show the 72 in the middle.
_CANVAS = Box(0, 0, 108, 108)
_SHOWN = Box(18, 18, 72, 72)
_CORNER = 14.4
_PLAIN = Box(0, 0, 48, 48)
_MAX_DEPTH = 24
_OVAL = 1
_FILLED = frozenset({0x77, 0x07, 0x70})
_ADAPTIVE_NAMES = ("adaptive-icon", "maskable-icon")


def svg(value: Value, drawables: Drawables) -> str:
    """Return the drawing behind a value as SVG; raise PackageRejected when it cannot be drawn."""
    sheet = Sheet(drawables)
    found = drawables.found(value)
    adaptive = isinstance(found, Node) and found.name in _ADAPTIVE_NAMES
    box, view = (_CANVAS, _SHOWN) if adaptive else (_PLAIN, _PLAIN)
    if isinstance(found, Node) and not adaptive:
        box = _fitted(found, box)
    body = _drawn(found, box, sheet, 0)
    if adaptive:
        corner = f'<rect {view.written()} rx="{_CORNER:g}"/>'
        body = f'<g clip-path="{sheet.define("clipPath", "", corner)}">{body}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{view.width:g}" height="{view.height:g}" '
        f'viewBox="{view.x:g} {view.y:g} {view.width:g} {view.height:g}">'
        f"<defs>{''.join(sheet.definitions)}</defs>{body}</svg>"
    )


def _fitted(node: Node, box: Box) -> Box:
    """Return the box that keeps the proportions of a drawing."""
    width, height = node.number(d.WIDTH), node.number(d.HEIGHT)
    if width <= 0 or height <= 0:
        return box
    scale = min(box.width / width, box.height / height)
    return _centred(box, width * scale, height * scale)


def _centred(box: Box, width: float, height: float) -> Box:
    x, y = box.x + (box.width - width) / 2, box.y + (box.height - height) / 2
    return Box(x, y, width, height)


def _drawn(found: Node | bytes | int | None, box: Box, sheet: Sheet, depth: int) -> str:
    sheet.count()
    if depth > _MAX_DEPTH:
        raise PackageRejected("The drawing is nested too deeply.")
    if isinstance(found, bytes):
        return _picture(found, box, "xMidYMid meet")
    if isinstance(found, int):
        return f"<rect {box.written()} {solid('fill', found & 0xFFFFFFFF, 1)}/>"
    return _node(found, box, sheet, depth + 1) if found else ""


def _node(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    draw = _KINDS.get(node.name)
    if draw is None:
        raise PackageRejected("The drawing is of a kind that is not drawn here.")
    return draw(node, box, sheet, depth)


def _adaptive(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    """Draw the layer behind and the one in front, in that order; a third is monochrome."""
    order = ("background", "foreground")
    named = [child for child in node.children if child.name in order]
    return _stacked(sorted(named, key=lambda part: order.index(part.name)), box, sheet, depth)


def _layers(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    return _stacked(node.children, box, sheet, depth)


def _last(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    """Draw the last of drawings by state, which is the one without a state."""
    return _stacked(node.children[-1:], box, sheet, depth)


def _wrapped(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    if d.DRAWABLE in node.attributes:
        return _layer(node, box, sheet, depth)
    return _stacked(node.children[:1], box, sheet, depth)


def _inner(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    return _layer(node, _inset(node, box), sheet, depth)


def _colour(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    return _drawn(sheet.drawables.colour(node.attributes.get(d.COLOR)), box, sheet, depth)


def _vector(node: Node, box: Box, sheet: Sheet, _depth: int) -> str:
    return vector.draw(node, box, sheet)


def _stacked(nodes: Iterable[Node], box: Box, sheet: Sheet, depth: int) -> str:
    return "".join(_drawn(node, box, sheet, depth) for node in nodes)


def _layer(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    """Draw what a layer refers to, or what stands inside of it."""
    if (value := node.attributes.get(d.DRAWABLE)) is not None:
        return _drawn(sheet.drawables.found(value), box, sheet, depth)
    return _stacked(node.children[:1], box, sheet, depth)


def _inset(node: Node, box: Box) -> Box:
    names = (
        (d.LEFT, d.TOP, d.RIGHT, d.BOTTOM)
        if node.name == "item"
        else (d.INSET_LEFT, d.INSET_TOP, d.INSET_RIGHT, d.INSET_BOTTOM)
    )
    wholes = (box.width, box.height) * 2
    left, top, right, bottom = (
        node.length(key, whole, node.length(d.INSET, whole))
        for key, whole in zip(names, wholes, strict=True)
    )
    inner = Box(box.x + left, box.y + top, box.width - left - right, box.height - top - bottom)
    if node.name != "item":
        return inner
    width, height = node.number(d.WIDTH, inner.width), node.number(d.HEIGHT, inner.height)
    return _centred(inner, width, height)


def _bitmap(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    found = sheet.drawables.found(node.attributes.get(d.SRC))
    seen = opacity("opacity", node.number(d.ALPHA, 1))
    filled = round(node.number(d.GRAVITY, 0x77)) in _FILLED
    if isinstance(found, bytes) and filled:
        return f"<g {seen}>{_picture(found, box, 'none')}</g>"
    return f"<g {seen}>{_drawn(found, box, sheet, depth)}</g>"


def _picture(png: bytes, box: Box, fit: str) -> str:
    data = base64.b64encode(png).decode()
    link = f'href="data:image/png;base64,{data}"'
    return f'<image {box.written()} preserveAspectRatio="{fit}" {link}/>'


def _shape(node: Node, box: Box, sheet: Sheet, _depth: int) -> str:
    parts = {child.name: child for child in node.children}
    fill = 'fill="none"'
    if (plain := parts.get("solid")) is not None:
        fill = sheet.paint("fill", plain.attributes.get(d.COLOR), 1)
    elif (gradient := parts.get("gradient")) is not None:
        fill = f'fill="{sheet.gradient(gradient, box)}"'
    if (size := parts.get("size")) is not None:
        box = _fitted(size, box)
    if (line := parts.get("stroke")) is not None:
        width = max(line.number(d.WIDTH), 0)
        stroke = sheet.paint("stroke", line.attributes.get(d.COLOR), 1)
        fill += f' {stroke} stroke-width="{width:g}"'
        # The line lies inside of the box, and SVG draws half of it outside.
        box = _centred(box, box.width - width, box.height - width)
    if round(node.number(d.SHAPE)) == _OVAL:
        x, y = box.x + box.width / 2, box.y + box.height / 2
        radii = f'rx="{max(box.width / 2, 0):g}" ry="{max(box.height / 2, 0):g}"'
        return f'<ellipse cx="{x:g}" cy="{y:g}" {radii} {fill}/>'
    radius = parts["corners"].number(d.RADIUS) if "corners" in parts else 0
    return f'<rect {box.written()} rx="{max(radius, 0):g}" {fill}/>'


def _turned(node: Node, box: Box, sheet: Sheet, depth: int) -> str:
    x = box.x + node.length(d.PIVOT_X, box.width, box.width / 2)
    y = box.y + node.length(d.PIVOT_Y, box.height, box.height / 2)
    turn = f'transform="rotate({node.number(d.FROM_DEGREES):g} {x:g} {y:g})"'
    return f"<g {turn}>{_layer(node, box, sheet, depth)}</g>"


_KINDS: Mapping[str, Callable[[Node, Box, Sheet, int], str]] = {
    "vector": _vector,
    "adaptive-icon": _adaptive,
    "maskable-icon": _adaptive,
    "layer-list": _layers,
    "transition": _layers,
    "item": _inner,
    "background": _inner,
    "foreground": _inner,
    "inset": _inner,
    "bitmap": _bitmap,
    "color": _colour,
    "shape": _shape,
    "rotate": _turned,
    "selector": _last,
    "animated-vector": _wrapped,
    "scale": _wrapped,
    "clip": _wrapped,
    "ripple": _wrapped,
    "level-list": _wrapped,
    "animation-list": _wrapped,
}
