"""
Android's binary XML.

Chunks and fields are those of AOSP `ResourceTypes.h`. Android reads files whose first chunk and
sizes lie, and so does this, as long as every step goes forward.
"""

import re
import struct
from collections.abc import Iterator
from struct import Struct

from storage.inspection.android import MANIFEST, Asked, Element, Reference, Value
from storage.inspection.rejection import PackageRejected

STRING_POOL = 0x0001
NULL_INDEX = 0xFFFFFFFF

_RESOURCE_MAP, _NAMESPACE_END, _START, _END = 0x0180, 0x0101, 0x0102, 0x0103
_CHUNK = Struct("<2HL")
_POOL = Struct("<8x5L")
_ELEMENT = Struct("<4xL3H")
_ATTRIBUTE = Struct("<4x2L3xBL")
_NAMESPACE_END_SIZE = 24
_UTF8 = 0x100
# How Java writes a character beyond 16 bits: each half of its pair as three bytes.
_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_MAX_TEXT = 32_768
_REFERENCE, _STRING, _DYNAMIC_REFERENCE, _FLOAT = 0x01, 0x03, 0x07, 0x04
_FIRST_NUMBER, _LAST_NUMBER, _BOOLEAN = 0x10, 0x1F, 0x12
_SIGN, _WRAP = 1 << 31, 1 << 32
# Sizes and shares of a whole: a mantissa of 24 bits, where its point stands, and a unit.
_DIMENSION, _FRACTION = 0x05, 0x06
_POINTS = (1.0, 2.0**-7, 2.0**-15, 2.0**-23)


class StringPool:
    """The texts of a chunk, decoded when they are asked for."""

    def __init__(self, data: bytes, at: int) -> None:
        """Read the head of the pool at *at*; raise PackageRejected when it is cut off."""
        try:
            _, header, size = _CHUNK.unpack_from(data, at)
            count, _, flags, strings, _ = _POOL.unpack_from(data, at)
        except struct.error as error:
            raise PackageRejected("A table of texts is cut off.") from error
        self._data = data
        self._offsets = at + header
        self._strings = at + strings
        self._end = min(at + size, len(data)) if size else len(data)
        # The count may be any number; there are no more texts than offsets that fit.
        self._count = min(count, max(self._end - self._offsets, 0) // 4)
        self._utf8 = bool(flags & _UTF8)
        self._known: dict[int, str | None] = {}

    def __getitem__(self, index: int) -> str | None:
        """Return a text, cut at 32,768 characters; None when there is none at *index*."""
        if index not in self._known:
            self._known[index] = self._decode(index) if 0 <= index < self._count else None
        return self._known[index]

    def _decode(self, index: int) -> str | None:
        at = self._offsets + 4 * index
        at = self._strings + int.from_bytes(self._data[at : at + 4], "little")
        if at + 2 > self._end:
            return None
        return self._eight_bit(at) if self._utf8 else self._sixteen_bit(at)

    def _eight_bit(self, at: int) -> str:
        """Read a text with two lengths before it: in characters, and in bytes, which counts."""
        data = self._data
        at += 2 if data[at] & 0x80 else 1
        length, at = data[at] if at < self._end else 0, at + 1
        if length & 0x80 and at < self._end:
            length, at = (length & 0x7F) << 8 | data[at], at + 1
        return _modified_utf8(data[at : min(at + min(length, _MAX_TEXT), self._end)])

    def _sixteen_bit(self, at: int) -> str:
        data = self._data
        length, at = int.from_bytes(data[at : at + 2], "little"), at + 2
        if length & 0x8000:
            low = int.from_bytes(data[at : at + 2], "little")
            length, at = (length & 0x7FFF) << 16 | low, at + 2
        end = min(at + 2 * min(length, _MAX_TEXT), self._end)
        return data[at:end].decode("utf-16-le", "replace")


def _modified_utf8(data: bytes) -> str:
    """
    Decode a text as Android does, in plain UTF-8 and in Java's own form of it.

    aapt2 writes the latter. The two differ in what UTF-8 leaves unused, so that one reader does.
    """
    return _PAIR.sub(_joined, data.replace(b"\xc0\x80", b"\0")).decode("utf-8", "replace")


def _joined(pair: re.Match[bytes]) -> bytes:
    halves = pair[0].decode("utf-8", "surrogatepass")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def elements(data: bytes, asked: Asked = MANIFEST) -> Iterator[Element]:
    """
    Yield each element as it opens, in order.

    Raise PackageRejected for plain text, damage, a cut, and more levels than were asked for.
    """
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise PackageRejected(f"The {asked.title} is plain text, which no device installs.")
    try:
        yield from _Document(data, asked).elements()
    except (struct.error, IndexError) as error:
        raise PackageRejected(_broken(asked)) from error


def _broken(asked: Asked) -> str:
    return f"The {asked.title} is damaged."


class _Document:
    def __init__(self, data: bytes, asked: Asked) -> None:
        self._data = data
        self._asked = asked
        self._pool: StringPool | None = None
        self._ids: tuple[int, ...] = ()

    def elements(self) -> Iterator[Element]:
        depth = 0
        for kind, at, size in self._chunks():
            if kind == STRING_POOL and self._pool is None:
                self._pool = StringPool(self._data, at)
            elif kind == _RESOURCE_MAP:
                count = min(size, len(self._data) - at) // 4 - 2
                self._ids = Struct(f"<8x{max(count, 0)}L").unpack_from(self._data, at)
            elif kind == _START:
                depth += 1
                if depth > self._asked.depth:
                    raise PackageRejected(f"The {self._asked.title} is nested too deeply.")
                yield self._element(at, size, depth)
            elif kind == _END:
                depth -= 1
                if depth == 0:
                    return
        raise PackageRejected(_broken(self._asked))

    def _chunks(self) -> Iterator[tuple[int, int, int]]:
        # The first chunk is the file itself. Its type and size may be anything.
        at = _CHUNK.size
        while at + _CHUNK.size <= len(self._data):
            kind, _, size = _CHUNK.unpack_from(self._data, at)
            if kind == _NAMESPACE_END and not size:
                size = _NAMESPACE_END_SIZE
            if size < _CHUNK.size:
                raise PackageRejected(_broken(self._asked))
            yield kind, at, size
            at += size

    def _element(self, at: int, size: int, depth: int) -> Element:
        _, header, _ = _CHUNK.unpack_from(self._data, at)
        body = at + header
        name, start, width, count = _ELEMENT.unpack_from(self._data, body)
        width = max(width, _ATTRIBUTE.size)
        end = min(at + size, len(self._data))
        attributes: dict[int | str, Value] = {}
        named = self._text(name) or ""
        if self._asked.wants(named):
            for place in range(body + start, min(body + start + count * width, end), width):
                self._take(place, attributes, root=depth == 1)
        return Element(named, attributes, depth)

    def _take(self, at: int, attributes: dict[int | str, Value], *, root: bool) -> None:
        name, raw, kind, data = _ATTRIBUTE.unpack_from(self._data, at)
        key: int | str | None = self._ids[name] if name < len(self._ids) else 0
        if key not in self._asked.attributes:
            # An id of 0 is an attribute that Android does not know by number, such as `package`.
            key = self._text(name) if root and not key else None
        if key is None:
            return
        value = self._value(kind, data, raw)
        if value is not None:
            attributes.setdefault(key, value)

    def _value(self, kind: int, data: int, raw: int) -> Value | None:
        if kind == _STRING:
            return self._text(data)
        typed = typed_value(kind, data)
        if raw != NULL_INDEX and (typed is None or kind in (_DIMENSION, _FRACTION)):
            return self._text(raw)
        return typed

    def _text(self, index: int) -> str | None:
        return self._pool[index] if self._pool else None


def typed_value(kind: int, data: int) -> Value | None:
    """
    Return a value that needs no text, None for the rest.

    Floats and dimensions become text without a unit, fractions text in percent; colours are the
    number 0xAARRGGBB as 32 bits with a sign.
    """
    if kind in (_REFERENCE, _DYNAMIC_REFERENCE):
        return Reference(data)
    if kind == _BOOLEAN:
        return bool(data)
    if _FIRST_NUMBER <= kind <= _LAST_NUMBER:
        return data - _WRAP if data & _SIGN else data
    if kind == _FLOAT:
        (value,) = Struct("<f").unpack(data.to_bytes(4, "little"))
        return f"{value:g}"
    if kind in (_DIMENSION, _FRACTION):
        return measure(data, share=kind == _FRACTION)
    return None


def measure(data: int, *, share: bool) -> str:
    """Return a dimension without its unit, or a fraction in percent."""
    mantissa = (data >> 8) - (_WRAP >> 8 if data & _SIGN else 0)
    value = mantissa * _POINTS[data >> 4 & 3]
    return f"{100 * value:g}%" if share else f"{value:g}"
