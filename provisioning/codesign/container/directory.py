"""The central directory of a zip archive: found, bounded and read, zip64 included."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.source import Source

MOST_ENTRIES: Final = 200_000
MOST_DIRECTORY_BYTES: Final = 64 << 20
LONGEST_NAME: Final = 4_096
#: All entries inflated; an archive that claims more is a bomb, or no app.
MOST_CONTENT: Final = 32 << 30
#: An end record with the longest possible comment.
TAIL: Final = 22 + 0xFFFF

_INCOMPLETE: Final = "This is not a complete zip archive."


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """
    What the end of an archive says.

    `base` is the number of stray bytes before the archive proper, by which all offsets in its
    records are too small; `start` and `end` bound the central directory in the file; `tail` is
    everything from there to the end of the file.
    """

    base: int
    start: int
    end: int
    comment: bytes
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    position: int
    count: int
    length: int
    offset: int
    comment: bytes


def read_directory(source: Source) -> Directory:
    """Read the whole directory. Raise Malformed for whatever is cut, lies or is not supported."""
    found = _with_zip64(source, _find_end(source))
    if found.count > MOST_ENTRIES or found.length > MOST_DIRECTORY_BYTES:
        raise Malformed("This archive has too many entries.")
    start = found.position - found.length
    base = start - found.offset
    if start < 0 or base < 0:
        raise Malformed(_INCOMPLETE)
    raw = source.read(start, found.length)
    entries = list(_read_records(raw, found.count, base))
    if sum(entry.size for entry in entries) > MOST_CONTENT:
        raise Malformed("This archive would unpack to more than any device could hold.")
    return Directory(
        base=base,
        start=start,
        end=found.position,
        comment=found.comment,
        entries=_with_extents(entries, start),
    )


def _find_end(source: Source) -> _End:
    length = min(TAIL, source.size)
    tail = source.read(source.size - length, length)
    magic = records.END_MAGIC.to_bytes(4, "little")
    at = tail.rfind(magic)
    while at >= 0:
        if len(tail) - at >= records.END.size:
            _, disk, start_disk, here, count, size, offset, comment = records.END.unpack_from(
                tail, at
            )
            if at + records.END.size + comment == len(tail) and here == count:
                if disk or start_disk:
                    raise Malformed("This archive is split over several files.")
                return _End(
                    position=source.size - length + at,
                    count=count,
                    length=size,
                    offset=offset,
                    comment=tail[at + records.END.size :],
                )
        at = tail.rfind(magic, 0, at)
    raise Malformed(_INCOMPLETE)


def _with_zip64(source: Source, end: _End) -> _End:
    at = end.position - records.LOCATOR.size
    if at < 0:
        return end
    magic, _, declared, _ = records.LOCATOR.unpack(source.read(at, records.LOCATOR.size))
    if magic != records.LOCATOR_MAGIC:
        if records.FULL_32 in {end.length, end.offset} or end.count == records.FULL_16:
            raise Malformed(_INCOMPLETE)
        return end
    for position in (declared, at - records.END_64.size):
        if 0 <= position <= at - records.END_64.size:
            fields = records.END_64.unpack(source.read(position, records.END_64.size))
            if fields[0] == records.END_64_MAGIC:
                return replace(
                    end, position=position, count=fields[7], length=fields[8], offset=fields[9]
                )
    raise Malformed(_INCOMPLETE)


def _read_records(raw: bytes, count: int, base: int) -> Iterator[Entry]:
    position = 0
    seen: set[str] = set()
    for _ in range(count):
        if position + records.CENTRAL.size > len(raw):
            raise Malformed("The directory of this archive is shorter than it says.")
        fields = records.CENTRAL.unpack_from(raw, position)
        if fields[0] != records.CENTRAL_MAGIC:
            raise Malformed("The directory of this archive is damaged.")
        end = position + records.CENTRAL.size + fields[10] + fields[11] + fields[12]
        if end > len(raw):
            raise Malformed("The directory of this archive is shorter than it says.")
        entry = _entry(raw[position:end], fields, base)
        _refuse_duplicate(entry.name, seen)
        yield entry
        position = end
    if position != len(raw):
        raise Malformed("The directory of this archive holds more than it says.")


def _entry(record: bytes, fields: tuple[int, ...], base: int) -> Entry:
    name_end = records.CENTRAL.size + fields[10]
    name = _name(record[records.CENTRAL.size : name_end], fields[3])
    if fields[3] & records.ENCRYPTED_FLAG:
        raise Malformed(f"{name} is encrypted.")
    if fields[4] not in {records.STORED, records.DEFLATED}:
        raise Malformed(f"{name} is packed in a way that is not supported.")
    extra = record[name_end : name_end + fields[11]]
    size, packed, offset = zip64_values(extra, (fields[9], fields[8], fields[16]))
    unix = fields[1] >> 8 in {3, 19}  # Unix and macOS, the two systems that leave a mode
    return Entry(
        name=name,
        flags=fields[3],
        method=fields[4],
        crc=fields[7],
        packed_size=packed,
        size=size,
        mode=fields[15] >> records.UNIX_MODE_SHIFT if unix else 0,
        offset=offset + base,
        end=0,
        record=record,
    )


def zip64_values(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Replace each of size, packed size and offset that is full by its value in the zip64 field."""
    if records.FULL_32 not in values:
        return values
    field = extra_field(extra, records.ZIP64_EXTRA)
    found: list[int] = []
    position = 0
    for value in values:
        if value != records.FULL_32:
            found.append(value)
            continue
        if position + 8 > len(field):
            raise Malformed("This archive lacks the sizes of a large entry.")
        found.append(int.from_bytes(field[position : position + 8], "little"))
        position += 8
    return found[0], found[1], found[2]


def extra_field(extra: bytes, wanted: int) -> bytes:
    """Return the body of one extra field; nothing when it is absent."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == wanted:
            return extra[position + 4 : position + 4 + length]
        position += 4 + length
    return b""


def _name(raw: bytes, flags: int) -> str:
    if not raw or len(raw) > LONGEST_NAME:
        raise Malformed("An entry of this archive has no usable name.")
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        if flags & records.UTF8_FLAG:
            raise Malformed("An entry of this archive has a name that is no text.") from None
        name = raw.decode("cp437")
    leaves = name.startswith("/") or ":" in name[:2] or (".." in name and ".." in name.split("/"))
    if leaves or "\0" in name or "\\" in name:
        raise Malformed("An entry of this archive has a name that leaves the archive.")
    return name


def _refuse_duplicate(name: str, seen: set[str]) -> None:
    key = name if name.isascii() else unicodedata.normalize("NFC", name)
    key = key.rstrip("/")
    if key in seen:
        raise Malformed(f"{name} stands in this archive twice.")
    seen.add(key)


def _with_extents(entries: list[Entry], directory: int) -> tuple[Entry, ...]:
    following = directory
    for entry in sorted(entries, key=attrgetter("offset"), reverse=True):
        if entry.offset < 0 or entry.offset + records.LOCAL.size + entry.packed_size > following:
            raise Malformed(f"{entry.name} overlaps another entry, or lies outside of the archive.")
        # The one value that is known only now; a copy of every entry would take as long as reading.
        object.__setattr__(entry, "end", following)
        following = entry.offset
    return tuple(entries)
