"""The companion files of debug symbols: Mach-O of type 10 with the program's UUIDs."""

import struct
from collections.abc import Iterator

from bot.sandbox.samples import noise
from bot.sandbox.samples.loadcommands import (
    CPUS,
    HEADER,
    PLATFORMS,
    Architecture,
    packed_version,
    section,
    segment,
)
from bot.sandbox.samples.macho import MachO, fat

_DSYM = 10
_START = 0x1000
_ABBREVIATIONS = bytes.fromhex("01110003082508000000")
"""One kind of entry: a compile unit without children, with a name and a producer as text."""


def companion(binary: MachO) -> Iterator[bytes]:
    """Yield the DWARF file that `dsymutil` would make of a program, slice by slice."""
    slices = [(cpu, list(_slice(binary, cpu))) for cpu in binary.architectures]
    return fat([(cpu, sum(map(len, chunks)), chunks) for cpu, chunks in slices])


def _slice(binary: MachO, architecture: Architecture) -> Iterator[bytes]:
    unit = struct.pack("<HIB", 4, 0, 8) + b"\x01" + b"Harbour.swift\0" + b"Slipway\0"
    parts = {
        b"__debug_abbrev": _ABBREVIATIONS,
        b"__debug_info": struct.pack("<I", len(unit)) + unit,
        b"__debug_str": b"\0" + b"".join(noise.code_like(binary.filler, binary.name)),
    }
    sections, at = [], _START
    for name, content in parts.items():
        place = (0x1_0000_8000 + at, len(content), at)
        sections.append(section(name, b"__DWARF", place, 0))
        at += len(content)
    versions = (packed_version(binary.minimum_os), packed_version(binary.sdk))
    commands = [
        struct.pack("<2I16s", 0x1B, 24, binary.uuid(architecture).bytes),
        struct.pack("<6I", 0x32, 24, PLATFORMS[binary.platform], *versions, 0),
        struct.pack("<6I", 0x2, 24, _START, 0, _START, 0),
        segment(b"__DWARF", (0x1_0000_9000, at - _START, _START, at - _START), 7, sections),
    ]
    size = sum(map(len, commands))
    header = HEADER.pack(0xFEEDFACF, *CPUS[architecture], _DSYM, len(commands), size, 0, 0)
    yield (header + b"".join(commands)).ljust(_START, b"\0")
    yield from parts.values()
