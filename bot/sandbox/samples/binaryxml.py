"""
Android's binary XML (AXML) and the string pool that it shares with resource tables.

Chunk layouts come from AOSP's `ResourceTypes.h`; attribute ids from `public.xml`.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

ANDROID = "http://schemas.android.com/apk/res/android"

ATTRIBUTE_IDS = {
    "label": 0x01010001,
    "icon": 0x01010002,
    "name": 0x01010003,
    "hasCode": 0x0101000C,
    "debuggable": 0x0101000F,
    "exported": 0x01010010,
    "value": 0x01010024,
    "height": 0x01010155,
    "width": 0x01010159,
    "drawable": 0x01010199,
    "targetActivity": 0x01010202,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "targetSdkVersion": 0x01010270,
    "maxSdkVersion": 0x01010271,
    "glEsVersion": 0x01010281,
    "required": 0x0101028E,
    "viewportWidth": 0x01010402,
    "viewportHeight": 0x01010403,
    "fillColor": 0x01010404,
    "pathData": 0x01010405,
    "roundIcon": 0x0101052C,
    "compileSdkVersion": 0x01010572,
    "compileSdkVersionCodename": 0x01010573,
    "versionCodeMajor": 0x01010576,
    "isSplitRequired": 0x01010591,
    "requiredSplitTypes": 0x0101064E,
    "splitTypes": 0x0101064F,
}
_NONE = 0xFFFFFFFF
_UTF8 = 0x100
_LONG_UTF8 = 0x80
_LONG_UTF16 = 0x8000
_REFERENCE, _STRING, _FLOAT, _DIMENSION = 1, 3, 4, 5
_DECIMAL, _BOOLEAN, _COLOUR = 0x10, 0x12, 0x1C


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that stands in the resource table under this id."""

    id: int


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as 0xAARRGGBB."""

    argb: int


@dataclass(frozen=True, slots=True)
class Dp:
    """A whole number of density-independent pixels."""

    size: int


Value = str | int | bool | float | Reference | Colour | Dp


@dataclass(frozen=True, slots=True)
class Element:
    """One element; attribute names carry `android:` where they belong to Android's namespace."""

    name: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    children: Sequence["Element"] = ()

    def everything(self) -> Iterator["Element"]:
        """Yield this element and all below, in document order."""
        yield self
        for child in self.children:
            yield from child.everything()


class StringPool:
    """Strings by index, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __getitem__(self, string: str) -> int:
        return self._numbers.setdefault(string, len(self._numbers))

    def chunk(self, *, utf8: bool) -> bytes:
        """Give the pool as a chunk, in one of its two codings."""
        coded = [_utf8(string) if utf8 else _utf16(string) for string in self._numbers]
        offsets, offset = [], 0
        for item in coded:
            offsets.append(offset)
            offset += len(item)
        data = b"".join(coded)
        data += bytes(-len(data) % 4)
        start = 28 + 4 * len(coded)
        head = struct.pack("<5I", len(coded), 0, _UTF8 if utf8 else 0, start, 0)
        body = struct.pack(f"<{len(offsets)}I", *offsets) + data
        return chunk(0x0001, head, body)


def chunk(kind: int, head: bytes, body: bytes) -> bytes:
    """Give one chunk: its type, the size of its header, the size of the whole."""
    size = 8 + len(head)
    return struct.pack("<2HI", kind, size, size + len(body)) + head + body


def coded_value(value: Value, strings: StringPool) -> tuple[int, int]:
    """Give the type and the data word of a value."""
    match value:
        case str():
            coded = _STRING, strings[value]
        case Reference():
            coded = _REFERENCE, value.id
        case Colour():
            coded = _COLOUR, value.argb
        case Dp():
            coded = _DIMENSION, value.size << 8 | 1
        case bool():
            coded = _BOOLEAN, _NONE if value else 0
        case float():
            coded = _FLOAT, struct.unpack("<I", struct.pack("<f", value))[0]
        case _:
            coded = _DECIMAL, value & _NONE
    return coded


def binary_xml(root: Element, *, utf8: bool = False) -> bytes:
    """Give the document as `aapt` would compile it."""
    strings = StringPool()
    ids = _mapped_attributes(root, strings)
    nodes = _namespace(0x0100, strings) + _nodes(root, strings) + _namespace(0x0101, strings)
    resource_map = chunk(0x0180, b"", struct.pack(f"<{len(ids)}I", *ids))
    return chunk(0x0003, b"", strings.chunk(utf8=utf8) + resource_map + nodes)


def _mapped_attributes(root: Element, strings: StringPool) -> list[int]:
    # The map gives the id of string 0, 1, 2 ..., so these names must come first in the pool.
    used = {
        name.removeprefix("android:")
        for element in root.everything()
        for name in element.attributes
        if name.startswith("android:")
    }
    names = sorted(used, key=ATTRIBUTE_IDS.__getitem__)
    for name in names:
        strings[name]
    return [ATTRIBUTE_IDS[name] for name in names]


def _nodes(element: Element, strings: StringPool) -> bytes:
    name = strings[element.name]
    attributes = [
        _attribute(key, element.attributes[key], strings)
        for key in sorted(element.attributes, key=_attribute_order)
    ]
    sizes = (20, 20, len(attributes), 0, 0, 0)
    start = struct.pack("<2I6H", _NONE, name, *sizes) + b"".join(attributes)
    inside = b"".join(_nodes(child, strings) for child in element.children)
    return _node(0x0102, start) + inside + _node(0x0103, struct.pack("<2I", _NONE, name))


def _attribute(key: str, value: Value, strings: StringPool) -> bytes:
    short = key.removeprefix("android:")
    namespace = _NONE if short == key else strings[ANDROID]
    kind, data = coded_value(value, strings)
    raw = data if kind == _STRING else _NONE
    return struct.pack("<3IH2BI", namespace, strings[short], raw, 8, 0, kind, data)


def _attribute_order(key: str) -> tuple[int, str]:
    # Android looks attributes up by bisection, so they stand in the order of their ids.
    return ATTRIBUTE_IDS.get(key.removeprefix("android:"), _NONE), key


def _namespace(kind: int, strings: StringPool) -> bytes:
    return _node(kind, struct.pack("<2I", strings["android"], strings[ANDROID]))


def _node(kind: int, body: bytes) -> bytes:
    return chunk(kind, struct.pack("<2I", 1, _NONE), body)


def _utf8(string: str) -> bytes:
    """Code a text as `aapt2` does: each half of a surrogate pair by itself, as Java would."""
    halves = (chr(unit) for (unit,) in struct.iter_unpack("<H", string.encode("utf-16-le")))
    coded = "".join(halves).encode("utf-8", "surrogatepass")
    units = len(string.encode("utf-16-le")) // 2
    return _utf8_length(units) + _utf8_length(len(coded)) + coded + b"\0"


def _utf8_length(length: int) -> bytes:
    if length < _LONG_UTF8:
        return bytes((length,))
    return bytes((_LONG_UTF8 | length >> 8, length & 0xFF))


def _utf16(string: str) -> bytes:
    coded = string.encode("utf-16-le")
    units = len(coded) // 2
    if units < _LONG_UTF16:
        return struct.pack("<H", units) + coded + b"\0\0"
    return struct.pack("<2H", _LONG_UTF16 | units >> 16, units & 0xFFFF) + coded + b"\0\0"
