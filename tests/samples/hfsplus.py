"""
HFS+ volumes (Apple's Technical Note 1150): what the disk images of macOS hold.

The volume is laid out in one piece: header, the three special files, then the files one after the
other. Integers are big-endian.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.samples.archive import FILE_MODE, FOLDER_MODE, LINK_MODE, Method

BLOCK = 4096

_ROOT_PARENT, _ROOT, _FIRST_ID = 1, 2, 16
_LONGEST_NAME_KEY, _LONGEST_EXTENT_KEY = 516, 10
_FOLDER, _FILE, _FOLDER_THREAD, _FILE_THREAD = 1, 2, 3, 4
_LEAF, _INDEX, _HEADER_NODE = -1, 0, 1
_MOMENT = 3864360600
"""The 15th of June 2026, 09:30, in seconds since 1904."""


@dataclass(slots=True, kw_only=True)
class _Node:
    """A folder, a file or a link on its way into the catalog."""

    name: str
    parent: int
    id: int
    mode: int
    content: bytes = b""
    children: dict[str, "_Node"] = field(default_factory=dict)
    start: int = 0

    @property
    def is_folder(self) -> bool:
        return self.mode == FOLDER_MODE

    @property
    def blocks(self) -> int:
        return -(-len(self.content) // BLOCK)


class Volume:
    """Takes folders, files and links as an archive does, then gives the whole volume."""

    def __init__(self, name: str) -> None:
        self._root = _Node(name=name, parent=_ROOT_PARENT, id=_ROOT, mode=FOLDER_MODE)
        self._nodes = [self._root]

    def folder(self, name: str) -> None:
        self._folder(name.rstrip("/"))

    def link(self, name: str, target: str) -> None:
        self.add(name, target.encode(), mode=LINK_MODE)

    def add(
        self,
        name: str,
        content: bytes | Iterable[bytes],
        *,
        method: Method = "stored",
        mode: int = FILE_MODE,
    ) -> object:
        """Keep one file, whole; a volume packs nothing, so `method` makes no difference here."""
        del method
        above, _, leaf = name.rpartition("/")
        whole = content if isinstance(content, bytes) else b"".join(content)
        return self._new(self._folder(above), leaf, mode, whole)

    def coded(self) -> bytes:
        """Give the bytes of the volume, a multiple of its blocks."""
        catalog_size = len(_catalog(self._nodes))
        files = sum(node.blocks for node in self._nodes)
        # One block holds the header, one the bitmap, one the extents' tree, one the last header.
        total = 1 + 1 + 1 + catalog_size // BLOCK + files + 1
        if total > BLOCK * 8:
            raise ValueError("A sample's volume must stay below 128 MB.")
        at = 3 + catalog_size // BLOCK
        for node in self._nodes:
            node.start = at
            at += node.blocks
        header = self._header(total, catalog_size).ljust(512, b"\0")
        bitmap = (((1 << total) - 1) << (BLOCK * 8 - total)).to_bytes(BLOCK, "big")
        extents = _tree([], catalog=False)
        body = b"".join(node.content.ljust(node.blocks * BLOCK, b"\0") for node in self._nodes)
        first = (bytes(1024) + header).ljust(BLOCK, b"\0")
        last = (bytes(BLOCK - 1024) + header).ljust(BLOCK, b"\0")
        return first + bitmap + extents + _catalog(self._nodes) + body + last

    def _folder(self, path: str) -> _Node:
        node = self._root
        for name in filter(None, path.split("/")):
            node = node.children.get(name) or self._new(node, name, FOLDER_MODE)
        return node

    def _new(self, parent: _Node, name: str, mode: int, content: bytes = b"") -> _Node:
        number = _FIRST_ID + len(self._nodes) - 1
        node = _Node(name=name, parent=parent.id, id=number, mode=mode, content=content)
        parent.children[name] = node
        self._nodes.append(node)
        return node

    def _header(self, total: int, catalog_size: int) -> bytes:
        folders = sum(node.is_folder for node in self._nodes) - 1
        counts = (len(self._nodes) - folders - 1, folders)
        head = struct.pack(">2HI4sI", 0x482B, 4, 0x100, b"10.0", 0)
        head += struct.pack(">4I", _MOMENT, _MOMENT, 0, _MOMENT)
        head += struct.pack(">2I3I", *counts, BLOCK, total, 0)
        next_id = _FIRST_ID + len(self._nodes)
        head += struct.pack(">5IQ32x", total, BLOCK, BLOCK, next_id, 1, 1)
        forks = [(BLOCK, 1), (BLOCK, 2), (catalog_size, 3), (0, 0), (0, 0)]
        return head + b"".join(_fork(size, start) for size, start in forks)


def _fork(size: int, start: int) -> bytes:
    blocks = -(-size // BLOCK)
    extents = (start if blocks else 0, blocks, *[0] * 14)
    return struct.pack(">Q2I16I", size, BLOCK, blocks, *extents)


_Record = tuple[bytes, bytes]
"""A key with its length in front, and what stands under it."""


def _catalog(nodes: list[_Node]) -> bytes:
    records: list[tuple[tuple[int, str], _Record]] = []
    for node in nodes:
        record = _folder_record(node) if node.is_folder else _file_record(node)
        records.append(
            ((node.parent, node.name.casefold()), (_key(node.parent, node.name), record))
        )
        kind = _FOLDER_THREAD if node.is_folder else _FILE_THREAD
        thread = struct.pack(">HHI", kind, 0, node.parent) + _name(node.name)
        records.append(((node.id, ""), (_key(node.id, ""), thread)))
    return _tree([record for _, record in sorted(records, key=lambda item: item[0])], catalog=True)


def _key(parent: int, name: str) -> bytes:
    body = struct.pack(">I", parent) + _name(name)
    return struct.pack(">H", len(body)) + body


def _name(name: str) -> bytes:
    coded = name.encode("utf-16-be")
    return struct.pack(">H", len(coded) // 2) + coded


def _folder_record(node: _Node) -> bytes:
    return (
        struct.pack(">2H2I", _FOLDER, 0, len(node.children), node.id)
        + struct.pack(">5I", *[_MOMENT] * 4, 0)
        + struct.pack(">2I2BHI", 501, 20, 0, 0, node.mode, 1)
        + bytes(40)
    )


def _file_record(node: _Node) -> bytes:
    finder = b"slnkrhap" if node.mode == LINK_MODE else bytes(8)
    return (
        struct.pack(">2H2I", _FILE, 2, 0, node.id)
        + struct.pack(">5I", *[_MOMENT] * 4, 0)
        + struct.pack(">2I2BHI", 501, 20, 0, 0, node.mode, 1)
        + finder
        + bytes(32)
        + _fork(len(node.content), node.start)
        + _fork(0, 0)
    )


def _tree(records: list[_Record], *, catalog: bool) -> bytes:
    """Lay a B-tree out: the header node, the leaves in order, then the levels of index above."""
    levels = [_split(records)] if records else []
    while levels and len(levels[-1]) > 1:
        numbers = range(_first_of(levels, len(levels) - 1), 1 << 32)
        firsts = [
            (node[0][0], struct.pack(">I", number))
            for node, number in zip(levels[-1], numbers, strict=False)
        ]
        levels.append(_split(firsts))
    total = 1 + sum(map(len, levels))
    body = b""
    for depth, level in enumerate(levels):
        first = _first_of(levels, depth)
        for place, node in enumerate(level):
            ahead = first + place + 1 if place + 1 < len(level) else 0
            behind = first + place - 1 if place else 0
            kind = _INDEX if depth else _LEAF
            head = struct.pack(">2IbBHH", ahead, behind, kind, depth + 1, len(node), 0)
            body += _packed(head, [key + value for key, value in node])
    leaves = len(levels[0]) if levels else 0
    shape = (len(levels), total - 1, len(records), min(leaves, 1), leaves)
    return _header_node(shape, total, catalog=catalog) + body


def _first_of(levels: list[list[list[_Record]]], depth: int) -> int:
    return 1 + sum(map(len, levels[:depth]))


def _header_node(shape: tuple[int, int, int, int, int], total: int, *, catalog: bool) -> bytes:
    longest_key = _LONGEST_NAME_KEY if catalog else _LONGEST_EXTENT_KEY
    head = struct.pack(">2IbBHH", 0, 0, _HEADER_NODE, 0, 3, 0)
    record = struct.pack(">H4I", *shape) + struct.pack(">2H2I", BLOCK, longest_key, total, 0)
    record += struct.pack(">HI2BI64x", 0, BLOCK, 0, 0xCF if catalog else 0, 6)
    room = BLOCK - 14 - len(record) - 128 - 8
    used = (((1 << total) - 1) << (room * 8 - total)).to_bytes(room, "big")
    return _packed(head, [record, bytes(128), used])


def _split(records: list[_Record]) -> list[list[_Record]]:
    """Share records out among nodes, as many as fit into each."""
    nodes: list[list[_Record]] = [[]]
    room = BLOCK
    for record in records:
        size = len(record[0]) + len(record[1]) + 2
        if size > room - 16:
            nodes.append([])
            room = BLOCK
        room -= size
        nodes[-1].append(record)
    return nodes


def _packed(head: bytes, records: list[bytes]) -> bytes:
    """Give one node: its head and records, and from the end backwards where each begins."""
    offsets, body = [], head
    for record in records:
        offsets.append(len(body))
        body += record
    offsets.append(len(body))
    index = struct.pack(f">{len(offsets)}H", *reversed(offsets))
    return body.ljust(BLOCK - len(index), b"\0") + index
