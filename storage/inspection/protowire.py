"""
Protocol buffers on the wire, read field by field without a schema.

The encoding is the one of protobuf.dev: varints, lengths, fixed words. Groups are out of use.
"""

from collections.abc import Iterator
from typing import TypeAlias

from storage.inspection.rejection import PackageRejected

Field: TypeAlias = tuple[int, int | memoryview]

_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_MAX_SHIFT = 63
_MORE = 0x80
_BROKEN = "A protobuf message in the bundle is damaged."


def fields(data: memoryview) -> Iterator[Field]:
    """Yield each field's number with its value; raise PackageRejected for what is no message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 0x7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            length, at = _varint(data, at)
        elif kind in (_FIXED_32, _FIXED_64):
            length = 4 if kind == _FIXED_32 else 8
        else:
            raise PackageRejected(_BROKEN)
        if at + length > len(data):
            raise PackageRejected(_BROKEN)
        yield key >> 3, data[at : at + length]
        at += length


def messages(data: memoryview, number: int) -> Iterator[memoryview]:
    """Yield every nested message, or run of bytes, of this number."""
    return (value for key, value in fields(data) if key == number and not isinstance(value, int))


def message(data: memoryview, number: int) -> memoryview:
    """Return the last nested message of this number, as protobuf has it; an empty one if none."""
    found = memoryview(b"")
    for value in messages(data, number):
        found = value
    return found


def text(data: memoryview, number: int) -> str:
    return bytes(message(data, number)).decode("utf-8", "replace")


def number(data: memoryview, field: int) -> int:
    """Return a number, 0 when it is absent."""
    return next(
        (value for key, value in fields(data) if key == field and isinstance(value, int)), 0
    )


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & _MORE:
            return value, at
        shift += 7
        if shift > _MAX_SHIFT:
            break
    raise PackageRejected(_BROKEN)
