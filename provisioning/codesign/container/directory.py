"""The central directory of a zip archive: found, bounded and read, zip64 included."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.ending import INCOMPLETE, find_end
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.names import composed
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.source import Source

MOST_ENTRIES: Final = 200_000
MOST_DIRECTORY_BYTES: Final = 64 << 20
LONGEST_NAME: Final = 4_096
#: All entries inflated; an archive that claims more is a bomb, or no app.
MOST_CONTENT: Final = 32 << 30

#: The folder where one stands.
HERE: Final = "./"

_TOO_MANY: Final = "This archive has too many entries."


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """
    What the end of an archive says.

    `base` is the number of stray bytes before the archive proper, by which all offsets in its
    records are too small; `start` is where the central directory begins in the file.
    """

    base: int
    start: int
    comment: bytes
    entries: tuple[Entry, ...]


def read_directory(source: Source) -> Directory:
    """Read the whole directory. Raise Malformed for whatever is cut, lies or is not supported."""
    found = find_end(source)
    if found.count > MOST_ENTRIES or found.length > MOST_DIRECTORY_BYTES:
        raise Malformed(_TOO_MANY)
    start = found.position - found.length
    base = start - found.offset
    if start < 0 or base < 0:
        raise Malformed(INCOMPLETE)
    entries = list(_read_records(source.read(start, found.length), base))
    if not found.counts(len(entries)):
        raise Malformed("The directory of this archive holds more, or less, than its end says.")
    if sum(entry.size for entry in entries) > MOST_CONTENT:
        raise Malformed("This archive would unpack to more than any device could hold.")
    return Directory(
        base=base,
        start=start,
        comment=found.comment,
        entries=_with_extents(entries, start),
    )


def _read_records(raw: bytes, base: int) -> Iterator[Entry]:
    position = 0
    seen: set[str] = set()
    while position < len(raw):
        if len(seen) == MOST_ENTRIES:
            raise Malformed(_TOO_MANY)
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
    # Some programs write where they stand before every name, which says nothing.
    name = name.removeprefix(HERE) or name
    leaves = name.startswith("/") or ":" in name[:2] or (".." in name and ".." in name.split("/"))
    if leaves or "\0" in name or "\\" in name:
        raise Malformed("An entry of this archive has a name that leaves the archive.")
    return name


def _refuse_duplicate(name: str, seen: set[str]) -> None:
    key = composed(name).rstrip("/")
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
