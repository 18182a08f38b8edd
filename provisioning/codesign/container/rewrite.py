"""A new archive out of an old one: changed entries written, everything else carried over raw."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.directory import HERE
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.structures.assembled import Assembled, Piece, Range

#: 1 January 1980, the first day a zip archive can name; entries that are new have no other.
_FIRST_DAY: Final = 0x21
_VERSION: Final = 20
_ZIP64_VERSION: Final = 45
_UNIX: Final = 3 << 8
_PLAIN_MODE: Final = records.REGULAR | 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """New content for an entry, packed already."""

    packed: tuple[Piece, ...]
    packed_size: int
    size: int
    crc: int
    method: int


def rewrite(
    archive: Archive, changed: Mapping[str, Replacement], added: Mapping[str, Replacement]
) -> Assembled:
    """
    Return the archive with *changed* entries in their old places and *added* ones at the end.

    Names, order, times, modes and comments stay, and so do the extra fields but zip64's. Entries
    that did not change are carried over with whatever lies behind them.
    """
    whole = Assembled()
    by_place = sorted(archive.entries, key=lambda entry: entry.offset)
    first = by_place[0].offset if by_place else archive.directory.start
    whole.add(Range(archive.source, 0, first))
    offsets: dict[str, int] = {}
    for entry in by_place:
        offsets[entry.name] = whole.size
        for piece in _entry(archive, entry, changed.get(entry.name)):
            whole.add(piece)
    before = _before_names(archive)
    for name, replacement in added.items():
        offsets[name] = whole.size
        whole.add(_new_local(before + name, replacement))
        for piece in replacement.packed:
            whole.add(piece)
    directory = [
        _central(entry, offsets[entry.name] - archive.directory.base, changed.get(entry.name))
        for entry in archive.entries
    ]
    directory += [
        _new_central(before + name, offsets[name] - archive.directory.base, replacement)
        for name, replacement in added.items()
    ]
    _finish(whole, archive, directory)
    return whole


def _before_names(archive: Archive) -> str:
    """Return what stands before each name in this archive, so that new ones are like the others."""
    here = HERE.encode()
    return HERE if any(entry.raw_name.startswith(here) for entry in archive.entries) else ""


def _entry(archive: Archive, entry: Entry, replacement: Replacement | None) -> Iterator[Piece]:
    if replacement is None:
        yield Range(archive.source, entry.offset, entry.end - entry.offset)
        return
    start = archive.data_offset(entry)
    header = archive.source.read(entry.offset, start - entry.offset)
    yield _local(header, replacement)
    yield from replacement.packed


def _local(header: bytes, replacement: Replacement) -> bytes:
    fields = list(records.LOCAL.unpack_from(header))
    name_end = records.LOCAL.size + fields[9]
    extra = _without_zip64(header[name_end : name_end + fields[10]])
    sizes = (replacement.size, replacement.packed_size)
    if max(sizes) >= records.FULL_32:
        extra = struct.pack("<HHQQ", records.ZIP64_EXTRA, 16, *sizes) + extra
        sizes = (records.FULL_32, records.FULL_32)
        fields[1] = max(fields[1], _ZIP64_VERSION)
    # The sizes are known, so no data descriptor follows.
    fields[2] &= ~records.DESCRIPTOR_FLAG
    fields[3] = replacement.method
    fields[6], fields[7], fields[8] = replacement.crc, sizes[1], sizes[0]
    fields[10] = len(extra)
    return records.LOCAL.pack(*fields) + header[records.LOCAL.size : name_end] + extra


def _central(entry: Entry, offset: int, replacement: Replacement | None) -> bytes:
    fields = list(records.CENTRAL.unpack_from(entry.record))
    plain = records.FULL_32 not in (fields[8], fields[9], fields[16])
    if replacement is None and plain and offset < records.FULL_32:
        start = records.CENTRAL.size - 4
        return entry.record[:start] + struct.pack("<I", offset) + entry.record[start + 4 :]
    size, packed = entry.size, entry.packed_size
    if replacement is not None:
        fields[3] &= ~records.DESCRIPTOR_FLAG
        fields[4], fields[7] = replacement.method, replacement.crc
        size, packed = replacement.size, replacement.packed_size
    name_end = records.CENTRAL.size + fields[10]
    extra_end = name_end + fields[11]
    extra = _without_zip64(entry.record[name_end:extra_end])
    wide, values = _zip64((size, packed, offset))
    extra = wide + extra
    if wide:
        fields[2] = max(fields[2], _ZIP64_VERSION)
    fields[9], fields[8], fields[16] = values
    fields[11] = len(extra)
    name = entry.record[records.CENTRAL.size : name_end]
    return records.CENTRAL.pack(*fields) + name + extra + entry.record[extra_end:]


def _zip64(values: tuple[int, int, int]) -> tuple[bytes, tuple[int, int, int]]:
    large = [value for value in values if value >= records.FULL_32]
    if not large:
        return b"", values
    field = struct.pack(f"<HH{len(large)}Q", records.ZIP64_EXTRA, 8 * len(large), *large)
    size, packed, offset = (min(value, records.FULL_32) for value in values)
    return field, (size, packed, offset)


def _without_zip64(extra: bytes) -> bytes:
    kept = b""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind != records.ZIP64_EXTRA:
            kept += extra[position : position + 4 + length]
        position += 4 + length
    return kept + extra[position:]


def _new_local(name: str, replacement: Replacement) -> bytes:
    raw = name.encode()
    head = records.LOCAL.pack(
        records.LOCAL_MAGIC,
        _VERSION,
        records.UTF8_FLAG,
        replacement.method,
        0,
        _FIRST_DAY,
        replacement.crc,
        replacement.packed_size,
        replacement.size,
        len(raw),
        0,
    )
    return head + raw


def _new_central(name: str, offset: int, replacement: Replacement) -> bytes:
    raw = name.encode()
    wide, values = _zip64((replacement.size, replacement.packed_size, offset))
    head = records.CENTRAL.pack(
        records.CENTRAL_MAGIC,
        _UNIX | _VERSION,
        _ZIP64_VERSION if wide else _VERSION,
        records.UTF8_FLAG,
        replacement.method,
        0,
        _FIRST_DAY,
        replacement.crc,
        values[1],
        values[0],
        len(raw),
        len(wide),
        0,
        0,
        0,
        _PLAIN_MODE << records.UNIX_MODE_SHIFT,
        values[2],
    )
    return head + raw + wide


def _finish(whole: Assembled, archive: Archive, directory: Sequence[bytes]) -> None:
    start = whole.size - archive.directory.base
    raw = b"".join(directory)
    whole.add(raw)
    count = len(directory)
    if count >= records.FULL_16 or max(start, len(raw)) >= records.FULL_32:
        position = whole.size - archive.directory.base
        version = (_UNIX | _ZIP64_VERSION, _ZIP64_VERSION)
        whole.add(
            records.END_64.pack(
                records.END_64_MAGIC, 44, *version, 0, 0, count, count, len(raw), start
            )
            + records.LOCATOR.pack(records.LOCATOR_MAGIC, 0, position, 1)
        )
    short = min(count, records.FULL_16)
    size, offset = min(len(raw), records.FULL_32), min(start, records.FULL_32)
    comment = archive.directory.comment
    end = (records.END_MAGIC, 0, 0, short, short, size, offset, len(comment))
    whole.add(records.END.pack(*end) + comment)
