"""
The central directory of a zip archive.

The layout is PKWARE's APPNOTE 6.3; the limits and what counts as a lie are ours.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct

from storage.inspection.endrecord import FALSE_STORY, find_end
from storage.inspection.rejection import Ambiguous, PackageRejected
from storage.inspection.source import Source
from storage.inspection.text import name_of

MAX_ENTRIES = 200_000
MAX_BYTES = 64 << 20
MAX_NAME = 4096

_HEADER = Struct("<I24x3H12x")
_DETAILS = Struct("<5xB2x2H4x3L2H6x2L")
_HEADER_SIZE = _HEADER.size
_HEADER_MAGIC = 0x02014B50
# Unix and macOS, the two systems that leave a mode.
_UNIX = frozenset({3, 19})
_LINK, _KIND = 0o120000, 0o170000
_ENCRYPTED = 0x1
_MAX_32 = 0xFFFFFFFF
_ZIP64_EXTRA = 1
DOT = b"./"
_VALUE = Struct("<Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the directory. `offset` is where its local header lies in the source."""

    name: bytes
    method: int
    encrypted: bool
    crc: int
    packed: int
    size: int
    offset: int
    link: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """
    How a name looks: a pattern that matches it whole.

    *part* stands in every such name. Where it is given, a large directory is searched for it as
    fast as memory is read; otherwise every entry is looked at.
    """

    pattern: bytes
    part: bytes = b""

    def matches(self, name: bytes) -> bool:
        return re.fullmatch(self.pattern, name) is not None


@dataclass(frozen=True, slots=True)
class Directory:
    r"""
    What an archive holds.

    Only where each line begins is known at first; names are looked for in the raw directory, and
    the rest of a line is read when somebody asks for it: 60,000 entries cost milliseconds.
    Names are exact keys: nothing is unpacked, so that `../x`, `C:\x` or a NUL have no meaning here.
    `start` is where the directory begins in the source: no entry reaches further. `shift` is the
    length of what stands in front of the archive. With `dotted` a name may be asked for without the
    `./` that it begins with.
    """

    raw: bytes
    places: list[int]
    start: int
    shift: int
    dotted: bool = False
    _found: dict[bytes, list[int]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, name: bytes) -> bool:
        return next(self._named(name), None) is not None

    def find(self, name: bytes) -> Entry | None:
        """
        Return the entry of this very name, None when there is none.

        Raise Ambiguous when there are two: readers do not agree on which one counts.
        """
        found = self._named(name)
        place = next(found, None)
        if place is None:
            return None
        if next(found, None) is not None:
            shown = name_of(name)
            raise Ambiguous(f"The archive holds a duplicate: {shown} is in it twice.")
        return self._entry(place)

    def names(self) -> Iterator[bytes]:
        """Yield every name in order, as often as it occurs."""
        return (self._name(place) for place in self.places)

    def search(self, shape: Shape) -> list[bytes]:
        """Return the names of this shape, in order, each as often as it occurs."""
        found: dict[bytes, list[int]] = {}
        names = []
        for place in self._holding(shape.part) if shape.part else self._candidates(shape):
            name = self._name(place)
            if name in found or shape.matches(name):
                found.setdefault(name, []).append(place)
                names.append(name)
        # All entries of a name are found or none, so that nobody need look for them again.
        self._found.update(found)
        return names

    def _candidates(self, shape: Shape) -> Iterator[int]:
        """Yield the places of entries that may be of a shape; it may read on past their names."""
        dot = rb"(?:\./)?" if self.dotted else b""
        begins = re.compile(b"PK\x01\x02(?=(?s:.{42})" + dot + b"(?:" + shape.pattern + b"))")
        for candidate in begins.finditer(self.raw):
            index = bisect_left(self.places, candidate.start())
            if index < len(self.places) and self.places[index] == candidate.start():
                yield candidate.start()

    def _holding(self, part: bytes) -> Iterator[int]:
        """Yield the places of the entries that hold *part* in their names."""
        at = self.raw.find(part)
        while at >= 0:
            index = bisect_right(self.places, at) - 1
            place = self.places[index]
            begin = place + _HEADER_SIZE
            if at < begin:
                at = self.raw.find(part, begin)
                continue
            if at + len(part) <= begin + self._name_length(place):
                yield place
            if index + 1 == len(self.places):
                return
            # Once in an entry is enough: what repeats itself in its comment costs nothing.
            at = self.raw.find(part, self.places[index + 1])

    def _named(self, name: bytes) -> Iterator[int]:
        """Yield the places of the entries of this name."""
        if name in self._found:
            return iter(self._found[name])
        holding = self._holding(name) if name else iter(())
        return (place for place in holding if self._name(place) == name)

    def _name(self, place: int) -> bytes:
        name = self._written_name(place)
        return name.removeprefix(DOT) if self.dotted else name

    def _written_name(self, place: int) -> bytes:
        begin = place + _HEADER_SIZE
        return self.raw[begin : begin + self._name_length(place)]

    def _name_length(self, place: int) -> int:
        return int.from_bytes(self.raw[place + 28 : place + 30], "little")

    def _entry(self, at: int) -> Entry:
        host, flags, method, crc, packed, size, *rest = _DETAILS.unpack_from(self.raw, at)
        name_length, extra_length, attributes, offset = rest
        if _MAX_32 in (packed, size, offset):
            begin = at + _HEADER.size + name_length
            extra = self.raw[begin : begin + extra_length]
            size, packed, offset = _wide(extra, size, packed, offset)
        return Entry(
            name=self._written_name(at),
            method=method,
            encrypted=bool(flags & _ENCRYPTED),
            crc=crc,
            packed=packed,
            size=size,
            offset=offset + self.shift,
            link=host in _UNIX and attributes >> 16 & _KIND == _LINK,
        )


def read_directory(source: Source) -> Directory:
    """Read the directory of the archive in *source*; raise PackageRejected for anything else."""
    end = find_end(source)
    if end.size > MAX_BYTES:
        raise PackageRejected("The archive's directory is too big: more than 64 MB.")
    if end.count > MAX_ENTRIES:
        raise PackageRejected("The archive holds too many files: more than 200,000.")
    start = end.at - end.size
    shift = start - end.offset
    if start < 0 or shift < 0:
        raise PackageRejected(FALSE_STORY)
    raw = source.read(start, end.size)
    places = _walk(raw)
    if not end.bears_out(len(places)):
        raise PackageRejected(FALSE_STORY)
    return Directory(raw, places, start, shift)


def _walk(raw: bytes) -> list[int]:
    """Return where each line begins: this loop sees every entry, and is written for speed."""
    places: list[int] = []
    unpack, note = _HEADER.unpack_from, places.append
    at, last = 0, len(raw) - _HEADER_SIZE
    while at <= last:
        magic, name, extra, comment = unpack(raw, at)
        if magic != _HEADER_MAGIC:
            raise PackageRejected(FALSE_STORY)
        if name > MAX_NAME:
            raise PackageRejected("The archive holds a file name of more than 4,096 bytes.")
        note(at)
        at += 46 + name + extra + comment  # The size of a header, which a name would slow down.
    if at != len(raw):
        raise PackageRejected(FALSE_STORY)
    if len(places) > MAX_ENTRIES:
        raise PackageRejected("The archive holds too many files: more than 200,000.")
    return places


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Replace the values that do not fit into 32 bits by those of the zip64 field, in its order."""
    narrow, wide = (size, packed, offset), _zip64_values(extra)
    if len(wide) < narrow.count(_MAX_32):
        raise PackageRejected("The archive is damaged: it lacks the sizes of a large entry.")
    values = iter(wide)
    size, packed, offset = (next(values) if value == _MAX_32 else value for value in narrow)
    return size, packed, offset


def _zip64_values(extra: bytes) -> list[int]:
    at = 0
    while at + 4 <= len(extra):
        tag = int.from_bytes(extra[at : at + 2], "little")
        length = int.from_bytes(extra[at + 2 : at + 4], "little")
        if tag == _ZIP64_EXTRA:
            values = extra[at + 4 : at + 4 + length]
            return [value for (value,) in _VALUE.iter_unpack(values[: len(values) // 8 * 8])]
        at += 4 + length
    return []
