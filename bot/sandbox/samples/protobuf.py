"""The few words of protobuf's wire format that app bundles are written with."""

import struct

_VARINT, _BYTES, _FIXED32 = 0, 2, 5
_SEVEN_BITS = 0x7F
_WORD = 0xFFFFFFFFFFFFFFFF


def number(field: int, value: int) -> bytes:
    """Give a whole number; negative ones take ten bytes, as protobuf has it."""
    return varint(field << 3 | _VARINT) + varint(value & _WORD)


def floating(field: int, value: float) -> bytes:
    return varint(field << 3 | _FIXED32) + struct.pack("<f", value)


def text(field: int, value: str) -> bytes:
    return message(field, value.encode())


def message(field: int, *parts: bytes) -> bytes:
    """Give a nested message, or anything else that is a run of bytes."""
    content = b"".join(parts)
    return varint(field << 3 | _BYTES) + varint(len(content)) + content


def varint(value: int) -> bytes:
    digits = bytearray()
    while value > _SEVEN_BITS:
        digits.append(0x80 | value & _SEVEN_BITS)
        value >>= 7
    digits.append(value)
    return bytes(digits)
