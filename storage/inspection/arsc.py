"""
Android's resource table, `resources.arsc`.

Chunks and fields are those of AOSP `ResourceTypes.h`. Only the chunks of the types that are asked
for are looked into.
"""

import struct
from collections.abc import Iterator
from struct import Struct

from storage.inspection.android import Config, Reference, Value
from storage.inspection.axml import STRING_POOL, StringPool, typed_value
from storage.inspection.rejection import PackageRejected

_PACKAGE, _TYPE = 0x0200, 0x0201
_CHUNK = Struct("<2HL")
_TYPE_HEAD = Struct("<8x2B2x2L")
_ENTRY = Struct("<2HL")
_VALUE = Struct("<3xBL")
_SPARSE, _SHORT_OFFSETS = 0x1, 0x2
_COMPLEX, _COMPACT = 0x1, 0x8
_NONE_16, _NONE_32 = 0xFFFF, 0xFFFFFFFF
_STRING = 0x03
_MAX_CHUNKS = 200_000
_MAX_VALUES = 2000
_DAMAGE = (struct.error, IndexError)


class ResourceTable:
    """The values of resources by their ids."""

    def __init__(self, data: bytes) -> None:
        """Find the types in the table; raise PackageRejected when there is no table."""
        self._data = data
        self._pool: StringPool | None = None
        self._types: dict[tuple[int, int], list[int]] = {}
        try:
            self._index()
        except _DAMAGE as error:
            raise PackageRejected("The resources are damaged.") from error

    def values(self, reference: Reference) -> list[tuple[Config, Value]]:
        """Return each value of a resource with its configuration; damage counts as no value."""
        package, kind, entry = reference.id >> 24, reference.id >> 16 & 0xFF, reference.id & 0xFFFF
        found = []
        for at in self._types.get((package, kind), [])[:_MAX_VALUES]:
            try:
                value, config = self._value(at, entry), self._config(at)
            except _DAMAGE:
                continue
            if value is not None:
                found.append((config, value))
        return found

    def _index(self) -> None:
        data = self._data
        _, header, _ = _CHUNK.unpack_from(data, 0)
        for kind, at, size in self._chunks(header, len(data)):
            if kind == STRING_POOL and self._pool is None:
                self._pool = StringPool(data, at)
            elif kind == _PACKAGE:
                self._index_package(at, min(at + size, len(data)))

    def _index_package(self, at: int, end: int) -> None:
        _, header, _ = _CHUNK.unpack_from(self._data, at)
        # A package of number 0 is a shared library's own; references to it carry 0 as well.
        package = int.from_bytes(self._data[at + 8 : at + 12], "little")
        for kind, place, _ in self._chunks(at + header, end):
            if kind == _TYPE:
                self._types.setdefault((package, self._data[place + 8]), []).append(place)

    def _chunks(self, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        for _ in range(_MAX_CHUNKS):
            if at + _CHUNK.size > end:
                return
            kind, _, size = _CHUNK.unpack_from(self._data, at)
            if size < _CHUNK.size:
                return
            yield kind, at, size
            at += size

    def _value(self, at: int, entry: int) -> Value | None:
        place = self._place(at, entry)
        if place is None:
            return None
        first, flags, data = _ENTRY.unpack_from(self._data, place)
        if flags & _COMPACT:
            return self._typed(flags >> 8, data)
        if flags & _COMPLEX:
            return None
        kind, data = _VALUE.unpack_from(self._data, place + first)
        return self._typed(kind, data)

    def _place(self, at: int, entry: int) -> int | None:
        """Return where an entry lies in the type chunk at *at*, by one of three kinds of index."""
        _, header, size = _CHUNK.unpack_from(self._data, at)
        _, flags, count, start = _TYPE_HEAD.unpack_from(self._data, at)
        if flags & _SPARSE:
            offset = self._sparse_offset(at + header, min(count, size // 4), entry)
        elif entry >= count:
            offset = None
        elif flags & _SHORT_OFFSETS:
            (short,) = Struct("<H").unpack_from(self._data, at + header + 2 * entry)
            offset = None if short == _NONE_16 else 4 * short
        else:
            (full,) = Struct("<L").unpack_from(self._data, at + header + 4 * entry)
            offset = None if full == _NONE_32 else full
        return None if offset is None else at + start + offset

    def _sparse_offset(self, at: int, count: int, entry: int) -> int | None:
        """Look up one of *count* lines by bisection, as Android does: they are in order."""
        line = Struct("<2H")
        low, high = 0, min(count, (len(self._data) - at) // line.size)
        while low < high:
            middle = (low + high) // 2
            index, offset = line.unpack_from(self._data, at + line.size * middle)
            if index == entry:
                return int(offset) * 4
            low, high = (middle + 1, high) if index < entry else (low, middle)
        return None

    def _typed(self, kind: int, data: int) -> Value | None:
        if kind == _STRING:
            return self._pool[data] if self._pool else None
        return typed_value(kind, data)

    def _config(self, at: int) -> Config:
        """Read locale and density out of the `ResTable_config` of a type chunk."""
        raw = self._data[at + 20 : at + 36]
        locale = _letters(raw[8:10], "a")
        region = _letters(raw[10:12], "0")
        if locale and region:
            locale = f"{locale}-{region}"
        return Config(locale, int.from_bytes(raw[14:16], "little"))


def _letters(pair: bytes, base: str) -> str:
    """Unpack a language or region: two letters, or three of five bits each."""
    if not any(pair):
        return ""
    if not pair[0] & 0x80:
        return pair.decode("latin-1").rstrip("\0")
    packed = (pair[0] << 8) | pair[1]
    return "".join(chr(ord(base) + (packed >> shift & 0x1F)) for shift in (0, 5, 10))
