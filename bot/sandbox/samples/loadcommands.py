"""Words for writing Mach-O: load commands and the header's fields (Apple's mach-o/loader.h)."""

import struct
from collections.abc import Iterable
from typing import Literal

Architecture = Literal["arm64", "x86_64"]
Platform = Literal["macos", "ios", "tvos", "watchos", "ios-simulator", "visionos"]

CPUS: dict[Architecture, tuple[int, int]] = {
    "arm64": (0x0100000C, 0),
    "x86_64": (0x01000007, 3),
}
PLATFORMS: dict[Platform, int] = {
    "macos": 1,
    "ios": 2,
    "tvos": 3,
    "watchos": 4,
    "ios-simulator": 7,
    "visionos": 11,
}
ALIGNMENT = 14
SEGMENT_PAGE = 1 << ALIGNMENT
HEADER = struct.Struct("<8I")

_SEGMENT = struct.Struct("<2I16s4Q4I")
_SECTION = struct.Struct("<16s16s2Q8I")


def segment(
    name: bytes, place: tuple[int, int, int, int], rights: int, sections: Iterable[bytes]
) -> bytes:
    inside = list(sections)
    size = _SEGMENT.size + sum(map(len, inside))
    head = _SEGMENT.pack(0x19, size, name, *place, rights, rights, len(inside), 0)
    return head + b"".join(inside)


def section(name: bytes, segment: bytes, place: tuple[int, int, int], flags: int) -> bytes:
    address, size, offset = place
    return _SECTION.pack(name, segment, address, size, offset, 2, 0, 0, flags, 0, 0, 0)


def library(kind: int, path: str) -> bytes:
    """Give a command that names a library, of version 1.0."""
    return command(kind, struct.pack("<4I", 24, 2, 0x10000, 0x10000) + path.encode() + b"\0")


def text_command(kind: int, offset: int, content: str) -> bytes:
    """Give a command that holds one text, `offset` bytes behind its start."""
    return command(kind, struct.pack("<I", offset) + content.encode() + b"\0")


def command(kind: int, content: bytes) -> bytes:
    """Give one load command, padded to a multiple of 8."""
    content += bytes(-len(content) % 8)
    return struct.pack("<2I", kind, len(content) + 8) + content


def packed_version(version: str) -> int:
    major, minor, patch = ([int(part) for part in version.split(".")] + [0, 0])[:3]
    return major << 16 | minor << 8 | patch


def up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
