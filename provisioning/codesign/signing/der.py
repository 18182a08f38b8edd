"""Writing DER: just enough for a signature and for entitlements."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = b"\x05\x00"
OID: Final = 0x06
UTF8: Final = 0x0C
UTC_TIME: Final = 0x17
SEQUENCE: Final = 0x30
SET: Final = 0x31
_SHORT: Final = 0x80


def element(tag: int, *contents: bytes) -> bytes:
    """Write one element with the shortest length there is."""
    body = b"".join(contents)
    if len(body) < _SHORT:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, _SHORT | len(length)]) + length + body


def sequence(*contents: bytes) -> bytes:
    return element(SEQUENCE, *contents)


def set_of(contents: Iterable[bytes]) -> bytes:
    """Write a SET OF in the one order that DER allows."""
    return element(SET, *sorted(contents))


def octets(content: bytes) -> bytes:
    return element(OCTETS, content)


def utf8(content: str) -> bytes:
    return element(UTF8, content.encode())


def boolean(*, value: bool) -> bytes:
    return b"\x01\x01\xff" if value else b"\x01\x01\x00"


def integer(value: int) -> bytes:
    length = (value + (value < 0)).bit_length() // 8 + 1
    return element(INTEGER, value.to_bytes(length, "big", signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    return element(OID, *(_base_128(number) for number in (first * 40 + second, *rest)))


def utc_time(moment: datetime) -> bytes:
    return element(UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
