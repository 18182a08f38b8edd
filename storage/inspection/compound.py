"""
OLE compound files, which Windows Installer packages are (MS-CFB).

Counts and chains are bounded by the file: nothing is allocated because a header says so.
"""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Source

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
MAX_ENTRIES = 100_000
MAX_MINI = 64 << 20

_HEADER = Struct("<24x5H6x9L")
_HEADER_SIZE = 512
_IN_HEADER = 109
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY_SIZE = 128
_ROOT, _STREAM = 5, 2
_SHIFTS = {3: 9, 4: 12}
_MINI_SHIFT = 6
_LITTLE = 0xFFFE
_BROKEN = "The installer is damaged."


@dataclass(frozen=True, slots=True)
class _Stream:
    start: int
    size: int


class CompoundFile:
    """The streams of a file by their names. Storages are not told apart: one level is enough."""

    def __init__(self, source: Source) -> None:
        """Read the directory; raise PackageRejected when it is damaged."""
        if source.size < _HEADER_SIZE:
            raise PackageRejected(_BROKEN)
        self._source = source
        head = source.read(0, _HEADER_SIZE)
        _, version, order, shift, _, _, fats, directory, _, cutoff, *rest = _HEADER.unpack_from(
            head
        )
        if head[:8] != MAGIC or order != _LITTLE or _SHIFTS.get(version) != shift:
            raise PackageRejected(_BROKEN)
        self._shift, self._cutoff = shift, cutoff
        self._sectors = max(source.size - 1 >> shift, 0)
        mini_fat, mini_count, difat, difat_count = rest
        self._fat = self._table(self._fat_sectors(head, fats, difat, difat_count))
        self._mini_fat = self._table(self._chain(mini_fat, min(mini_count, self._sectors)))
        self._streams, self._mini = self._directory(directory)

    def __contains__(self, name: str) -> bool:
        return name in self._streams

    def read(self, name: str, limit: int) -> bytes:
        """Return a whole stream; raise PackageRejected when it cannot be read or is too large."""
        stream = self._streams.get(name)
        if stream is None:
            raise PackageRejected("The installer lacks a table that it must have.")
        if stream.size > limit:
            raise PackageRejected("A table of the installer is too big.")
        if stream.size >= self._cutoff:
            return self._sectors_of(stream)
        return self._mini_sectors_of(stream)

    def _fat_sectors(self, head: bytes, count: int, difat: int, difat_count: int) -> list[int]:
        """Gather the sectors of the allocation table: 109 in the header, the rest in a chain."""
        if count > self._sectors or difat_count > self._sectors:
            raise PackageRejected(_BROKEN)
        found = list(Struct(f"<{_IN_HEADER}L").unpack_from(head, _HEADER_SIZE - 4 * _IN_HEADER))
        words = Struct(f"<{(1 << self._shift) // 4}L")
        for _ in range(difat_count):
            *more, difat = words.unpack(self._sector(difat))
            found += more
        return [sector for sector in found[:count] if sector < _LAST_SECTOR]

    def _table(self, sectors: list[int]) -> Sequence[int]:
        # As an array a table takes four bytes a sector; the largest files have millions.
        table = array("I", b"".join(self._sector(sector) for sector in sectors))
        if sys.byteorder == "big":
            table.byteswap()
        return table

    def _sector(self, number: int) -> bytes:
        if number >= self._sectors:
            raise PackageRejected(_BROKEN)
        offset = number + 1 << self._shift
        # The last sector may be cut short.
        data = self._source.read(offset, min(1 << self._shift, self._source.size - offset))
        return data.ljust(1 << self._shift, b"\0")

    def _chain(self, start: int, most: int) -> list[int]:
        """Follow a chain; raise PackageRejected when it is longer than it can be."""
        found: list[int] = []
        while start < _LAST_SECTOR:
            if len(found) >= most or start >= len(self._fat):
                raise PackageRejected(_BROKEN)
            found.append(start)
            start = self._fat[start]
        return found

    def _sectors_of(self, stream: _Stream) -> bytes:
        chain = self._chain(stream.start, _pieces(stream.size, self._shift))
        return self._exactly(b"".join(self._sector(sector) for sector in chain), stream)

    def _mini_sectors_of(self, stream: _Stream) -> bytes:
        found, at = [], stream.start
        for _ in range(_pieces(stream.size, _MINI_SHIFT)):
            if at >= len(self._mini_fat):
                raise PackageRejected(_BROKEN)
            found.append(self._mini[at << _MINI_SHIFT : at + 1 << _MINI_SHIFT])
            at = self._mini_fat[at]
        return self._exactly(b"".join(found), stream)

    def _exactly(self, data: bytes, stream: _Stream) -> bytes:
        if len(data) < stream.size:
            raise PackageRejected(_BROKEN)
        return data[: stream.size]

    def _directory(self, start: int) -> tuple[dict[str, _Stream], bytes]:
        per_sector = (1 << self._shift) // _ENTRY_SIZE
        chain = self._chain(start, min(self._sectors, MAX_ENTRIES // per_sector))
        data = b"".join(self._sector(sector) for sector in chain)
        streams: dict[str, _Stream] = {}
        mini = b""
        for at in range(0, len(data), _ENTRY_SIZE):
            entry = data[at : at + _ENTRY_SIZE]
            length, kind = int.from_bytes(entry[64:66], "little"), entry[66]
            first = int.from_bytes(entry[116:120], "little")
            # Files of version 3 may hold rubbish in the upper half of the size.
            size = int.from_bytes(entry[120 : 124 if self._shift == _SHIFTS[3] else 128], "little")
            if kind == _STREAM:
                name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
                streams.setdefault(name, _Stream(first, size))
            elif kind == _ROOT and at == 0 and size:
                if size > MAX_MINI:
                    raise PackageRejected("The installer's small streams are too big.")
                mini = self._sectors_of(_Stream(first, size))
        return streams, mini


def _pieces(size: int, shift: int) -> int:
    return -(-size >> shift)
