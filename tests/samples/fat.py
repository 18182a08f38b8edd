"""
FAT16 volumes with long names (Microsoft's FAT specification 1.03): images not made by a Mac.

A volume is laid out in one piece: boot sector, two tables, the root, then folders and files, each
in clusters of its own that follow each other. Integers are little-endian; there are no links and
no modes.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.samples.archive import FILE_MODE, Method

_SECTOR = 512
_CLUSTER = 4 * _SECTOR
_ROOT_ENTRIES = 512
_ENTRY = 32
#: A volume of fewer clusters would count as FAT12, whatever it calls itself.
_LEAST_CLUSTERS = 4_200
_LAST = 0xFFFF
_FOLDER, _FILE, _LONG = 0x10, 0x20, 0x0F
_DATE, _TIME = (2026 - 1980) << 9 | 6 << 5 | 15, 9 << 11 | 30 << 5
_PER_ENTRY = 13


@dataclass(slots=True)
class _Item:
    """A folder or a file on its way into the volume."""

    content: bytes | None = None
    children: dict[str, "_Item"] = field(default_factory=dict)
    start: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes in the data region."""
        if self.content is not None:
            return len(self.content)
        return (2 + sum(1 + _long_entries(name) for name in self.children)) * _ENTRY

    @property
    def clusters(self) -> int:
        return -(-self.size // _CLUSTER)


class FatVolume:
    """Takes folders and files as an archive does, leaves links out, then gives the whole volume."""

    def __init__(self) -> None:
        self._root = _Item()

    def folder(self, name: str) -> None:
        self._folder(name.rstrip("/"))

    def link(self, name: str, target: str) -> None:
        """Leave it out: the file system knows no links."""

    def add(
        self,
        name: str,
        content: bytes | Iterable[bytes],
        *,
        method: Method = "stored",
        mode: int = FILE_MODE,
    ) -> object:
        """Keep one file, whole; nothing is packed, and a file has no mode here."""
        del method, mode
        above, _, leaf = name.rpartition("/")
        whole = content if isinstance(content, bytes) else b"".join(content)
        item = _Item(whole)
        self._folder(above).children[leaf] = item
        return item

    def coded(self) -> bytes:
        """Give the bytes of the volume, a multiple of its sectors."""
        items = list(_everything(self._root))
        table, at = [0xFFF8, _LAST], 2
        for item in items:
            item.start = at if item.clusters else 0
            at += item.clusters
            table += [*range(item.start + 1, at), _LAST] if item.clusters else []
        count = max(at - 2, _LEAST_CLUSTERS)
        sectors = -(-2 * (count + 2) // _SECTOR)
        coded = struct.pack(f"<{len(table)}H", *table).ljust(sectors * _SECTOR, b"\0")
        root = _listed(self._root.children).ljust(_ROOT_ENTRIES * _ENTRY, b"\0")
        data = b"".join(_whole(item) for item in items).ljust(count * _CLUSTER, b"\0")
        return _boot_sector(count, sectors) + coded + coded + root + data

    def _folder(self, name: str) -> _Item:
        item = self._root
        for part in name.split("/") if name else ():
            item = item.children.setdefault(part, _Item())
        return item


def _everything(folder: _Item) -> Iterable[_Item]:
    for item in folder.children.values():
        yield item
        yield from _everything(item)


def _whole(item: _Item) -> bytes:
    content = item.content
    if content is None:
        dots = _entry(b".".ljust(11), item) + _entry(b"..".ljust(11), _Item())
        content = dots + _listed(item.children)
    return content.ljust(item.clusters * _CLUSTER, b"\0")


def _listed(children: dict[str, _Item]) -> bytes:
    listed = b""
    for number, (name, item) in enumerate(children.items()):
        # A short name that nobody sees, but that no two files of a folder share.
        short = f"F{number:07}".encode() + b"   "
        listed += _long_name(name, short) + _entry(short, item)
    return listed


def _entry(short: bytes, item: _Item) -> bytes:
    kind = _FOLDER if item.content is None else _FILE
    size = 0 if item.content is None else len(item.content)
    times = struct.pack("<2B7H", 0, 0, _TIME, _DATE, _DATE, 0, _TIME, _DATE, item.start)
    return short + bytes((kind,)) + times + struct.pack("<I", size)


def _long_entries(name: str) -> int:
    return -(-len(name) // _PER_ENTRY)


def _long_name(name: str, short: bytes) -> bytes:
    """Give the entries before the short one: pieces of 13 characters, the last piece first."""
    checksum = 0
    for byte in short:
        checksum = ((checksum & 1) << 7) + (checksum >> 1) + byte & 0xFF
    count = _long_entries(name)
    units = name.encode("utf-16-le")
    if len(name) % _PER_ENTRY:
        units = (units + b"\0\0").ljust(count * _PER_ENTRY * 2, b"\xff")
    entries = []
    for number in range(count):
        piece = units[number * 26 : number * 26 + 26]
        order = number + 1 | (0x40 if number + 1 == count else 0)
        head = bytes((order,)) + piece[:10] + bytes((_LONG, 0, checksum))
        entries.append(head + piece[10:22] + b"\0\0" + piece[22:])
    return b"".join(reversed(entries))


def _boot_sector(clusters: int, sectors_of_table: int) -> bytes:
    total = 1 + 2 * sectors_of_table + _ROOT_ENTRIES * _ENTRY // _SECTOR
    total += clusters * _CLUSTER // _SECTOR
    head = b"\xeb\x3c\x90" + b"MSDOS5.0"
    small = total if total < 1 << 16 else 0
    layout = struct.pack("<HBHBHHB", _SECTOR, 4, 1, 2, _ROOT_ENTRIES, small, 0xF8)
    layout += struct.pack("<3H2I", sectors_of_table, 32, 64, 0, 0 if small else total)
    ending = struct.pack("<3BI", 0x80, 0, 0x29, 0x51195119) + b"HARBOUR    " + b"FAT16   "
    return (head + layout + ending).ljust(510, b"\0") + b"\x55\xaa"
