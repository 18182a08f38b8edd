"""The few words of DER (ITU-T X.690) that signatures and entitlements are written with."""

from collections.abc import Iterable
from datetime import datetime

_LONG_FORM = 0x80
_END_OF_CONTENTS = b"\0\0"


def tagged(tag: int, content: bytes) -> bytes:
    """Give one value: the tag's byte, the length in its shortest form, the content."""
    size = len(content)
    if size < _LONG_FORM:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_FORM | len(length))) + length + content


def indefinite(tag: int, *parts: bytes) -> bytes:
    """Give one constructed value in BER's open form, as some of Apple's profiles have it."""
    return bytes((tag, _LONG_FORM)) + b"".join(parts) + _END_OF_CONTENTS


def sequence(*parts: bytes) -> bytes:
    return tagged(0x30, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """Give a SET OF: DER wants its members in the order of their bytes."""
    return tagged(0x31, b"".join(sorted(parts)))


def integer(number: int) -> bytes:
    return tagged(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def boolean(*, value: bool) -> bytes:
    return tagged(0x01, b"\xff" if value else b"\0")


def null() -> bytes:
    return tagged(0x05, b"")


def octets(content: bytes) -> bytes:
    return tagged(0x04, content)


def text(content: str) -> bytes:
    return tagged(0x0C, content.encode())


def utc_time(moment: datetime) -> bytes:
    return tagged(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def oid(dotted: str) -> bytes:
    """Give an OBJECT IDENTIFIER from its dotted form."""
    return tagged(0x06, oid_content(dotted))


def oid_content(dotted: str) -> bytes:
    """Give the bytes of an object identifier without tag and length."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return b"".join(_base128(arc) for arc in (first * 40 + second, *rest))


def _base128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(0x80 | arc & 0x7F)
    return bytes(reversed(digits))
