"""OLE compound files (MS-CFB, version 3): named streams in sectors of 512 bytes."""

import struct
from collections.abc import Mapping

_SECTOR, _MINI_SECTOR = 512, 64
_MINI_LIMIT = 4096
_FREE, _END, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_PER_SECTOR = _SECTOR // 4
_IN_HEADER = 109
_ROOT, _STREAM = 5, 2
_RED, _BLACK = 0, 1


def compound_file(streams: Mapping[str, bytes], class_id: bytes = bytes(16)) -> bytes:
    """
    Give a file whose root storage holds the streams; names have at most 31 UTF-16 units.

    Streams below 4,096 bytes go into the mini stream, as the format demands. At most about 6 MB
    fit.
    """
    small = {name: data for name, data in streams.items() if len(data) < _MINI_LIMIT}
    large = {name: data for name, data in streams.items() if len(data) >= _MINI_LIMIT}
    mini, mini_fat, mini_starts = _chained(small, _MINI_SECTOR)
    parts: dict[str, bytes] = {**large, "\0mini": mini, "\0minifat": _words(mini_fat)}
    body, fat, starts = _chained(parts, _SECTOR)
    root = (starts["\0mini"], len(mini))
    places = {
        name: (mini_starts.get(name, starts.get(name, _END)), len(streams[name]))
        for name in streams
    }
    directory = _directory(places, root, class_id)
    directory_at = len(fat)
    fat += _chain(directory_at, len(directory) // _SECTOR)
    fat_sectors = _fat_size(len(fat))
    fat_at = len(fat)
    fat += [_FAT_SECTOR] * fat_sectors
    mini_count = -(-len(mini_fat) // _PER_SECTOR)
    header = _MAGIC + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<5I", 0, fat_sectors, directory_at, 0, _MINI_LIMIT)
    header += struct.pack("<4I", starts["\0minifat"], mini_count, _END, 0)
    table = [fat_at + number for number in range(fat_sectors)]
    header += struct.pack(f"<{_IN_HEADER}I", *table, *[_FREE] * (_IN_HEADER - fat_sectors))
    return header + body + directory + _words(fat)


def _chained(parts: Mapping[str, bytes], sector: int) -> tuple[bytes, list[int], dict[str, int]]:
    """Lay parts out one after the other; give them, their chains, and where each begins."""
    body = b""
    chains: list[int] = []
    starts: dict[str, int] = {}
    for name, data in parts.items():
        if not data:
            starts[name] = _END
            continue
        starts[name] = len(chains)
        count = -(-len(data) // sector)
        chains += _chain(len(chains), count)
        body += data.ljust(count * sector, b"\0")
    return body, chains, starts


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END] if count else []


def _fat_size(others: int) -> int:
    """Give how many sectors the table needs for the others and for itself."""
    size = 1
    while size * _PER_SECTOR < others + size:
        size += 1
    if size > _IN_HEADER:
        raise ValueError("A sample's compound file must stay below 6 MB.")
    return size


def _words(numbers: list[int]) -> bytes:
    padded = numbers + [_FREE] * (-len(numbers) % _PER_SECTOR)
    return struct.pack(f"<{len(padded)}I", *padded)


def _directory(
    places: Mapping[str, tuple[int, int]], root: tuple[int, int], class_id: bytes
) -> bytes:
    # Names are a binary tree in the order of their length, then of their capital letters.
    names = sorted(places, key=lambda name: (len(name.encode("utf-16-le")), name.upper()))
    children = dict.fromkeys(names, (_FREE, _FREE))
    depth = len(names).bit_length()
    levels: dict[str, int] = {}
    top = _tree(names, (0, len(names)), children, levels)
    entries = [_entry("Root Entry", _ROOT, (_FREE, _FREE, top), root, class_id)]
    for name in names:
        colour = _RED if levels[name] == depth - 1 and depth > 1 else _BLACK
        links = (*children[name], _FREE)
        entries.append(_entry(name, _STREAM, links, places[name], colour=colour))
    while len(entries) % 4:
        entries.append(bytes(64) + bytes(4) + struct.pack("<3I", *[_FREE] * 3) + bytes(48))
    return b"".join(entries)


def _tree(
    names: list[str],
    span: tuple[int, int],
    children: dict[str, tuple[int, int]],
    levels: dict[str, int],
    level: int = 0,
) -> int:
    """Halve the sorted names into a balanced tree; give the number of the entry on top."""
    low, high = span
    if low >= high:
        return _FREE
    middle = (low + high) // 2
    left = _tree(names, (low, middle), children, levels, level + 1)
    right = _tree(names, (middle + 1, high), children, levels, level + 1)
    children[names[middle]] = (left, right)
    levels[names[middle]] = level
    return middle + 1


def _entry(
    name: str,
    kind: int,
    links: tuple[int, int, int],
    place: tuple[int, int],
    class_id: bytes = bytes(16),
    *,
    colour: int = _BLACK,
) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<H2B3I", len(coded), kind, colour, *links)
    return head + class_id + bytes(20) + struct.pack("<2IQ", *place, 0)[:12]
