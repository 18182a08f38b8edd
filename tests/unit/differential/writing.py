"""The smallest envelopes, signatures and programs, written by hand."""

import struct

ARM64 = (0x0100000C, 0)
_DATA = bytes.fromhex("2a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")


def envelope(content: bytes, bag: bytes = b"") -> bytes:
    """Put a list into a SignedData that nobody signed; *bag* is its set of certificates."""
    inner = tagged(0x30, tagged(0x06, _DATA) + tagged(0xA0, tagged(0x04, content)))
    certificates = tagged(0xA0, bag) if bag else b""
    body = tagged(0x02, b"\1") + tagged(0x31, b"") + inner + certificates + tagged(0x31, b"")
    return tagged(0x30, tagged(0x06, _SIGNED_DATA) + tagged(0xA0, tagged(0x30, body)))


def tagged(tag: int, content: bytes) -> bytes:
    """Give one value of DER, its length in four bytes."""
    return struct.pack(">BBL", tag, 0x84, len(content)) + content


def superblob(parts: dict[int, bytes]) -> bytes:
    """Give a signature of parts by their slots."""
    offset, index = 12 + 8 * len(parts), b""
    for slot, part in parts.items():
        index += struct.pack(">2L", slot, offset)
        offset += len(part)
    return struct.pack(">3L", 0xFADE0CC0, offset, len(parts)) + index + b"".join(parts.values())


def blob(magic: int, content: bytes) -> bytes:
    return struct.pack(">2L", magic, 8 + len(content)) + content


def program(*commands: bytes, cpu: tuple[int, int] = ARM64, order: str = "<") -> bytes:
    """Give a Mach-O file that is nothing but its header and load commands."""
    size = sum(map(len, commands))
    head = struct.pack(f"{order}8L", 0xFEEDFACF, *cpu, 2, len(commands), size, 0, 0)
    return head + b"".join(commands)


def command(number: int, *words: int) -> bytes:
    return struct.pack(f"<{2 + len(words)}L", number, 8 + 4 * len(words), *words)
