"""
Android's vector drawings, written anew as SVG.

Nothing of the file is passed on but numbers, colours, and paths made of path characters alone. What
is left out: paths that are trimmed for an animation, and blend modes.
"""

import re

from storage.inspection import drawable as d
from storage.inspection.drawable import Node
from storage.inspection.paint import Box, Sheet, opacity
from storage.inspection.rejection import PackageRejected

_PATH = re.compile(r"[MmZzLlHhVvCcSsQqTtAa0-9eE+\-., \t\r\n]*")
_CAPS = {1: "round", 2: "square"}
_JOINS = {1: "round", 2: "bevel"}
_MITER = 4.0
_EVEN_ODD = 1
_MAX_DEPTH = 32


def draw(vector: Node, box: Box, sheet: Sheet) -> str:
    """Draw a `vector` into a box; raise PackageRejected when it cannot be drawn."""
    width, height = vector.number(d.VIEWPORT_WIDTH), vector.number(d.VIEWPORT_HEIGHT)
    if width <= 0 or height <= 0:
        raise PackageRejected("The drawing has no size.")
    before, tint = sheet.tint, sheet.drawables.colour(vector.attributes.get(d.TINT))
    sheet.tint = before if tint is None else tint
    try:
        inside = _contents(vector, sheet, 0)
    finally:
        sheet.tint = before
    seen = opacity("opacity", vector.number(d.ALPHA, 1))
    view = f'viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="none"'
    return f"<g {seen}><svg {box.written()} {view}>{inside}</svg></g>"


def _contents(group: Node, sheet: Sheet, depth: int) -> str:
    """Write the children of a group; a clip holds for all that come after it."""
    if depth > _MAX_DEPTH:
        raise PackageRejected("The drawing is nested too deeply.")
    written, clips = "", 0
    for node in group.children:
        if node.name == "path":
            written += _path(node, sheet)
        elif node.name == "group":
            written += f"<g {_transform(node)}>{_contents(node, sheet, depth + 1)}</g>"
        elif node.name == "clip-path":
            written, clips = f"{written}<g {_clip(node, sheet)}>", clips + 1
            if clips > _MAX_DEPTH:
                raise PackageRejected("The drawing is clipped too often.")
    return written + "</g>" * clips


def _clip(node: Node, sheet: Sheet) -> str:
    path = f'<path d="{_data(node, sheet)}" {_rule(node, "clip-rule")}/>'
    return f'clip-path="{sheet.define("clipPath", "", path)}"'


def _path(node: Node, sheet: Sheet) -> str:
    data = _data(node, sheet)
    if not data:
        return ""
    fill = sheet.paint("fill", node.attributes.get(d.FILL_COLOR), node.number(d.FILL_ALPHA, 1))
    return f'<path d="{data}" {fill} {_rule(node, "fill-rule")} {_stroke(node, sheet)}/>'


def _data(node: Node, sheet: Sheet) -> str:
    data = sheet.drawables.text(node.attributes.get(d.PATH_DATA)).strip()
    sheet.count(data)
    if not _PATH.fullmatch(data):
        raise PackageRejected("The drawing has a path with characters that no path may have.")
    return data


def _stroke(node: Node, sheet: Sheet) -> str:
    width = node.number(d.STROKE_WIDTH)
    if width <= 0:
        return ""
    alpha = node.number(d.STROKE_ALPHA, 1)
    cap = _CAPS.get(round(node.number(d.LINE_CAP)), "butt")
    join = _JOINS.get(round(node.number(d.LINE_JOIN)), "miter")
    miter = max(node.number(d.MITER_LIMIT, _MITER), 1)
    return (
        f"{sheet.paint('stroke', node.attributes.get(d.STROKE_COLOR), alpha)} "
        f'stroke-width="{width:g}" stroke-linecap="{cap}" stroke-linejoin="{join}" '
        f'stroke-miterlimit="{miter:g}"'
    )


def _rule(node: Node, name: str) -> str:
    even_odd = round(node.number(d.FILL_TYPE)) == _EVEN_ODD
    return f'{name}="{"evenodd" if even_odd else "nonzero"}"'


def _transform(group: Node) -> str:
    x, y = group.number(d.PIVOT_X), group.number(d.PIVOT_Y)
    along, down = group.number(d.TRANSLATE_X) + x, group.number(d.TRANSLATE_Y) + y
    turn = group.number(d.ROTATION)
    wide, high = group.number(d.SCALE_X, 1), group.number(d.SCALE_Y, 1)
    return (
        f'transform="translate({along:g} {down:g}) rotate({turn:g}) '
        f'scale({wide:g} {high:g}) translate({-x:g} {-y:g})"'
    )
