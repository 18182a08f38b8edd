"""
The end of a zip archive, where reading begins.

The layout is PKWARE's APPNOTE 6.3, sections 4.3.14 to 4.3.16.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Source

FALSE_STORY = "The archive is damaged: its end record and its directory tell different stories."

_NO_ARCHIVE = "The file is not a complete archive: its end is missing or damaged."
_END = Struct("<4s4H2LH")
_END_64 = Struct("<4sQ2H2L4Q")
_LOCATOR = Struct("<4sLQL")
_MAX_COMMENT = 0xFFFF
_MAX_16, _MAX_32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class End:
    """What an end record claims; `at` is where it, or its zip64 elder, begins."""

    at: int
    count: int
    size: int
    offset: int
    wide: bool

    def bears_out(self, count: int) -> bool:
        """Tell whether *count* entries are what the record claims."""
        # Apple's own archiver writes more than 65,535 entries without zip64: the count wraps.
        return count == self.count if self.wide else count & _MAX_16 == self.count


def find_end(source: Source) -> End:
    """Find the end record whose comment reaches the end of the file and whose claims can be."""
    reach = min(source.size, _END.size + _MAX_COMMENT)
    tail = source.read(source.size - reach, reach)
    base = source.size - reach
    found = [end for at in _ends(tail) if (end := _claims(source, tail, base, at)) is not None]
    if not found:
        raise PackageRejected(_NO_ARCHIVE)
    if len(found) > 1:
        raise PackageRejected("The archive has two ends, and readers do not agree on which counts.")
    return found[0]


def _ends(tail: bytes) -> Iterator[int]:
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail):
            comment = _END.unpack_from(tail, at)[7]
            if at + _END.size + comment == len(tail):
                yield at
        at = tail.rfind(b"PK\x05\x06", 0, at)


def _claims(source: Source, tail: bytes, base: int, at: int) -> End | None:
    """Read the record at *at*; None when no directory lies where it says."""
    _, disk, first, here, count, size, offset, _ = _END.unpack_from(tail, at)
    if disk not in (0, _MAX_16) or first not in (0, _MAX_16) or here != count:
        return None
    end = End(base + at, count, size, offset, wide=False)
    end = _widened(source, end)
    if end.size > end.at:
        return None
    starts = source.read(end.at - end.size, 4) if end.size else b""
    return end if not end.count or starts == b"PK\x01\x02" else None


def _widened(source: Source, end: End) -> End:
    """Return what the zip64 record says, if there is one: it stands even in small archives."""
    if end.at < _LOCATOR.size:
        return end
    magic, _, where, _ = _LOCATOR.unpack(source.read(end.at - _LOCATOR.size, _LOCATOR.size))
    if magic != b"PK\x06\x07":
        return end
    # What lies in front of the archive shifts the record: it is looked for where it must be, too.
    for at in (where, end.at - _LOCATOR.size - _END_64.size):
        if not 0 <= at <= end.at - _LOCATOR.size - _END_64.size:
            continue
        magic, *_, count, size, offset = _END_64.unpack(source.read(at, _END_64.size))
        if magic == b"PK\x06\x06":
            return _agreed(end, End(at, count, size, offset, wide=True))
    raise PackageRejected(_NO_ARCHIVE)


def _agreed(end: End, wide: End) -> End:
    pairs = (
        (end.count, wide.count, _MAX_16),
        (end.size, wide.size, _MAX_32),
        (end.offset, wide.offset, _MAX_32),
    )
    if any(narrow not in (full, unset) for narrow, full, unset in pairs):
        raise PackageRejected(FALSE_STORY)
    return wide
