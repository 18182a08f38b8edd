"""The smallest files of Android code that tools accept: `classes.dex` and a native library."""

import hashlib
import struct
import zlib

_DEX_HEADER = 0x70
_MACHINES = {
    # e_machine of the ELF header, and whether the file is of the 64-bit class.
    "armeabi-v7a": (40, False),
    "arm64-v8a": (183, True),
    "x86": (3, False),
    "x86_64": (62, True),
    "riscv64": (243, True),
}


def dex(filler: bytes = b"") -> bytes:
    """Give a DEX file (version 035) without classes: a header, filler, and the map of both."""
    filler += bytes(-len(filler) % 4)
    map_at = _DEX_HEADER + len(filler)
    table = struct.pack("<I", 2)
    table += struct.pack("<2H2I", 0x0000, 0, 1, 0) + struct.pack("<2H2I", 0x1000, 0, 1, map_at)
    size = map_at + len(table)
    counts = [0] * 12
    sizes = (size, _DEX_HEADER, 0x12345678, 0, 0, map_at, *counts)
    rest = struct.pack("<20I", *sizes, size - _DEX_HEADER, _DEX_HEADER) + filler + table
    signed = hashlib.sha1(rest, usedforsecurity=False).digest() + rest
    return b"dex\n035\0" + struct.pack("<I", zlib.adler32(signed)) + signed


def native_library(abi: str, filler: bytes = b"") -> bytes:
    """Give an ELF shared object for an ABI: one header, one loaded segment, no symbols."""
    machine, wide = _MACHINES[abi]
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1, 1)) + bytes(9)
    header_size, segment_size = (64, 56) if wide else (52, 32)
    size = header_size + segment_size + len(filler)
    word = "Q" if wide else "I"
    header = struct.pack(
        f"<2HI3{word}I6H",
        *(3, machine, 1, 0, header_size, 0, 0),
        *(header_size, segment_size, 1, 0, 0, 0),
    )
    if wide:
        segment = struct.pack("<2I6Q", 1, 5, 0, 0, 0, size, size, 0x4000)
    else:
        segment = struct.pack("<8I", 1, 0, 0, 0, size, size, 5, 0x4000)
    return ident + header + segment + filler
