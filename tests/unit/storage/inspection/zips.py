"""A zip writer that can lie."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
LINK = 0o120777 << 16
UNIX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An entry. What is None is told truly; `raw` are the packed bytes if not made from `data`."""

    name: bytes
    data: bytes = b""
    method: int = DEFLATED
    raw: bytes | None = None
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    offset: int | None = None
    attributes: int = 0
    local_name: bytes | None = None
    local_method: int | None = None
    descriptor: bool = False
    wide: bool = False
    local: bool = True
    extra: bytes = b""

    def packed_bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.method != DEFLATED:
            return self.data
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        return packer.compress(self.data) + packer.flush()


def parts(files: Mapping[str, bytes]) -> list[Part]:
    """Make honest parts of files by name."""
    return [Part(name=name.encode(), data=data) for name, data in files.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lies:
    """What the end record tells, and what stands around the archive."""

    count: int | None = None
    size: int | None = None
    offset: int | None = None
    comment: bytes = b""
    front: bytes = b""
    behind: bytes = b""
    before_directory: bytes = b""
    zip64: bool = False
    wide_count: int | None = None


HONEST = Lies()


def zip_of(entries: Iterable[Part], lies: Lies = HONEST) -> bytes:
    """Write the archive."""
    body, directory, count = bytearray(), bytearray(), 0
    for part in entries:
        directory += _line(part, len(body))
        if part.local:
            body += _local(part)
        count += 1
    body += lies.before_directory
    end = _end(count, len(directory), len(body), lies)
    return lies.front + bytes(body + directory) + end + lies.behind


def _local(part: Part) -> bytes:
    raw = part.packed_bytes()
    name = part.name if part.local_name is None else part.local_name
    method = part.method if part.local_method is None else part.local_method
    sizes = (zlib.crc32(part.data), len(raw), len(part.data))
    flags, told = part.flags, (0, 0, 0) if part.descriptor else sizes
    if part.descriptor:
        flags |= 8
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, method, 0, 0, *told, len(name), 0)
    tail = struct.pack("<4s3L", b"PK\7\x08", *sizes) if part.descriptor else b""
    return head + name + raw + tail


def _line(part: Part, offset: int) -> bytes:
    raw = part.packed_bytes()
    crc = zlib.crc32(part.data) if part.crc is None else part.crc
    size = len(part.data) if part.size is None else part.size
    packed = len(raw) if part.packed is None else part.packed
    offset = offset if part.offset is None else part.offset
    extra = part.extra
    if part.wide:
        extra += struct.pack("<2H3Q", 1, 24, size, packed, offset)
        size = packed = offset = 0xFFFFFFFF
    flags = part.flags | (8 if part.descriptor else 0)
    head = struct.pack(
        "<4s2B5H3L", b"PK\1\2", 20, UNIX, 20, flags, part.method, 0, 0, crc, packed, size
    )
    lengths = struct.pack("<5H2L", len(part.name), len(extra), 0, 0, 0, part.attributes, offset)
    return head + lengths + part.name + extra


def _end(count: int, size: int, offset: int, lies: Lies) -> bytes:
    count = count if lies.count is None else lies.count
    told_size = size if lies.size is None else lies.size
    told_offset = offset if lies.offset is None else lies.offset
    wide = b""
    if lies.zip64:
        wide_count = count if lies.wide_count is None else lies.wide_count
        wide = struct.pack(
            "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, wide_count, wide_count, size, offset
        )
        wide += struct.pack("<4sLQL", b"PK\6\7", 0, offset + size + len(lies.front), 1)
        count, told_size, told_offset = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    short = (count & 0xFFFF, count & 0xFFFF, told_size, told_offset, len(lies.comment))
    return wide + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *short) + lies.comment
