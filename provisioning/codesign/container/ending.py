"""The end of a zip archive: the record from which reading begins, zip64 included."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.source import Source

INCOMPLETE: Final = "This is not a complete zip archive."
#: An end record with the longest possible comment.
TAIL: Final = 22 + 0xFFFF

#: The first disk, or with zip64 a mark that the number stands elsewhere.
_ONE_DISK: Final = frozenset({0, records.FULL_16})


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What an end record says of the directory before it; `wide` when a zip64 record says it."""

    position: int
    count: int
    length: int
    offset: int
    comment: bytes
    wide: bool = False

    def counts(self, entries: int) -> bool:
        """Tell whether so many entries are what the record says."""
        # Archivers of Apple's write more entries than 16 bits can count without zip64.
        return self.count == (entries if self.wide else entries & records.FULL_16)


def find_end(source: Source) -> End:
    """Find the one end record that reaches the end of the file. Raise Malformed."""
    found = [_with_zip64(source, end) for end in _ends(source)]
    sound = [end for end in found if _can_be(source, end)]
    if not sound:
        raise Malformed(INCOMPLETE)
    if len(sound) > 1:
        raise Malformed("This archive has two ends, and readers do not agree on which counts.")
    return sound[0]


def _ends(source: Source) -> Iterator[End]:
    length = min(TAIL, source.size)
    tail = source.read(source.size - length, length)
    magic = records.END_MAGIC.to_bytes(4, "little")
    at = tail.rfind(magic)
    while at >= 0:
        if len(tail) - at >= records.END.size:
            _, *disks, here, count, size, offset, comment = records.END.unpack_from(tail, at)
            whole = at + records.END.size + comment == len(tail)
            if whole and here == count and _ONE_DISK.issuperset(disks):
                yield End(
                    position=source.size - length + at,
                    count=count,
                    length=size,
                    offset=offset,
                    comment=tail[at + records.END.size :],
                )
        at = tail.rfind(magic, 0, at)


def _can_be(source: Source, end: End) -> bool:
    """Tell whether a directory lies where the record says."""
    start = end.position - end.length
    if start < 0:
        return False
    magic = records.CENTRAL_MAGIC.to_bytes(4, "little")
    return not end.count or (end.length >= len(magic) and source.read(start, len(magic)) == magic)


def _with_zip64(source: Source, end: End) -> End:
    at = end.position - records.LOCATOR.size
    if at < 0:
        return end
    magic, _, declared, _ = records.LOCATOR.unpack(source.read(at, records.LOCATOR.size))
    if magic != records.LOCATOR_MAGIC:
        return end
    for position in (declared, at - records.END_64.size):
        if 0 <= position <= at - records.END_64.size:
            fields = records.END_64.unpack(source.read(position, records.END_64.size))
            if fields[0] == records.END_64_MAGIC:
                return _widened(end, position, fields[7:])
    raise Malformed(INCOMPLETE)


def _widened(end: End, position: int, values: tuple[int, ...]) -> End:
    """Take the values of the zip64 record, which the short one repeats where they fit."""
    short = (
        (end.count, records.FULL_16),
        (end.length, records.FULL_32),
        (end.offset, records.FULL_32),
    )
    for (value, full), wide in zip(short, values, strict=True):
        if value not in {wide, full}:
            raise Malformed("The two end records of this archive disagree.")
    count, length, offset = values
    return replace(end, position=position, count=count, length=length, offset=offset, wide=True)
