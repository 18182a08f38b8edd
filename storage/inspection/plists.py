"""
Property lists from strangers.

plistlib refuses entities, but it returns shared and cyclic objects from a crafted binary list and
arrays nested without end. Here every list is measured before it is believed, and only copies with
a budget leave this file.
"""

import base64
import math
import plistlib
from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any
from xml.parsers.expat import ExpatError

from pydantic import JsonValue

from storage.inspection import allowance
from storage.inspection.rejection import PackageRejected
from storage.inspection.text import clean

MAX_BYTES = 8 << 20
MAX_NODES = 200_000
MAX_DEPTH = 128
MAX_COPY = 5_000
MAX_COPY_TEXT = 256_000

_MAX_COPY_DEPTH = 32
_MAX_TEXT = 4096
_TRAILER = 32
# A node of an XML list has at most an opening and a closing tag.
_TAGS = 2
# So many pieces of text take as long as a tag.
_PIECES_OF_A_TAG = 4

_NO_PLIST = "{} is no property list that can be read."
_TOO_BIG = "{} is a property list with too many values."


def load(data: bytes, what: str) -> dict[str, Any]:
    """
    Read an XML or binary property list whose root is a dictionary.

    Raise PackageRejected, naming *what*, for anything else. The values may still be shared or
    cyclic: use them by key, and copy what is kept with `copy`.
    """
    if len(data) > MAX_BYTES:
        raise PackageRejected(f"{what} is too big: more than 8 MB.")
    binary = data.startswith(b"bplist")
    tags = _TAGS * _measure_binary(data, what) if binary else data.count(b"<")
    # Text comes in a piece for each line, and for each character that is written as a number.
    pieces = 0 if binary else data.count(b"\n") + data.count(b"\r") + data.count(b"&")
    pieces //= _PIECES_OF_A_TAG
    if max(tags, pieces) > _TAGS * MAX_NODES:
        raise PackageRejected(_TOO_BIG.format(what))
    allowance.current().spend_tags(tags + pieces)
    try:
        root = plistlib.loads(data)
    except _UNREADABLE as error:
        raise PackageRejected(_NO_PLIST.format(what)) from error
    if not isinstance(root, dict):
        raise PackageRejected(f"{what} is a property list, but no dictionary.")
    _measure(root, what)
    return root


# What plistlib is known to raise on damaged lists; MemoryError and RecursionError among them.
_UNREADABLE = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
    MemoryError,
)


def text(root: Mapping[str, Any], key: str) -> str | None:
    """Return the text under *key*; a value of any other type counts as absent."""
    value = root.get(key)
    return value if isinstance(value, str) else None


def texts(root: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts in the list under *key*, or the only one; other types count as absent."""
    value = root.get(key)
    return [value] if isinstance(value, str) else listed(root, key)


def listed(root: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts in the list under *key*; what is no list counts as absent."""
    value = root.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def branch(root: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the dictionary under *key*, an empty one when there is none."""
    value = root.get(key)
    return value if isinstance(value, dict) else {}


def copy(root: Mapping[str, Any]) -> dict[str, JsonValue]:
    """
    Return a JSON-safe copy; what is over the budget, or too deep, is left out.

    The budget is 5,000 nodes and 256,000 characters.
    """
    return _Copy().dictionary(root, 0)


class _Copy:
    """A copy in the making, with what may still be spent on it."""

    def __init__(self) -> None:
        self._nodes = MAX_COPY
        self._characters = MAX_COPY_TEXT

    def dictionary(self, value: Mapping[str, Any], depth: int) -> dict[str, JsonValue]:
        items = takewhile(self._affordable, value.items())
        named = ((clean(key), item) for key, item in items)
        return {key: self._value(item, depth + 1) for key, item in named if key}

    def _value(self, value: object, depth: int) -> JsonValue:
        if isinstance(value, dict | list) and depth >= _MAX_COPY_DEPTH:
            return None
        if isinstance(value, dict):
            return self.dictionary(value, depth)
        if isinstance(value, list):
            items = takewhile(self._affordable, value)
            return [self._value(item, depth + 1) for item in items]
        return self._leaf(value)

    def _leaf(self, value: object) -> JsonValue:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bytes):
            return self._text(base64.b64encode(value[:_MAX_TEXT]).decode())
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if -(1 << 63) <= value < 1 << 63 else str(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        return value.isoformat() if isinstance(value, datetime) else None

    def _text(self, value: str) -> str:
        kept = value[: min(_MAX_TEXT, self._characters)]
        self._characters -= len(kept)
        # Lone surrogates come out of binary lists, and no encoder takes them.
        return kept.encode("utf-8", "replace").decode()

    def _affordable(self, _: object) -> bool:
        self._nodes -= 1
        return self._nodes >= 0


def _measure(root: dict[str, Any], what: str) -> None:
    """
    Refuse too many or too deeply nested values, and keys that are no text.

    Each shared value is looked at once.
    """
    seen = {id(root)}
    nodes = 0
    level: list[Any] = [root]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for holder in level:
            if isinstance(holder, dict) and not all(isinstance(key, str) for key in holder):
                raise PackageRejected(f"{what} is a property list with a key that is no text.")
            items = holder.values() if isinstance(holder, dict) else holder
            nodes += len(items)
            if nodes > MAX_NODES:
                raise PackageRejected(_TOO_BIG.format(what))
            for item in items:
                if isinstance(item, dict | list) and id(item) not in seen:
                    seen.add(id(item))
                    below.append(item)
        level = below
        if not level:
            return
    raise PackageRejected(f"{what} is a property list that is nested too deeply.")


def _measure_binary(data: bytes, what: str) -> int:
    """
    Add up what the objects of a binary list claim to hold; return how many objects there are.

    Objects may lie over each other, so that a small file can claim terabytes. In an honest one the
    claims are never more than the file.
    """
    if len(data) < _TRAILER + 8:
        raise PackageRejected(_NO_PLIST.format(what))
    trailer = data[-_TRAILER:]
    width, reference = trailer[6], trailer[7]
    count, table = (int.from_bytes(trailer[at : at + 8]) for at in (8, 24))
    if not width or not reference or table + count * width > len(data):
        raise PackageRejected(_NO_PLIST.format(what))
    if count > MAX_NODES:
        raise PackageRejected(_TOO_BIG.format(what))
    claimed = 0
    for at in range(table, table + count * width, width):
        claimed += _claim(data, int.from_bytes(data[at : at + width]), reference)
        if claimed > len(data):
            raise PackageRejected(_NO_PLIST.format(what))
    return count


def _claim(data: bytes, at: int, reference: int) -> int:
    """Return how many bytes the object at *at* says it has after its marker."""
    marker = data[at] if at < len(data) else 0
    kind, count = marker >> 4, marker & 0xF
    if kind in _FIXED:
        return 1 << count
    if count == _COUNT_FOLLOWS:
        size = 1 << (data[at + 1] & 0xF) if at + 1 < len(data) else 0
        count = int.from_bytes(data[at + 2 : at + 2 + size])
    return count * {_UTF16: 2, _ARRAY: reference, _SET: reference, _DICT: 2 * reference}.get(
        kind, 1
    )


_FIXED = frozenset({0x1, 0x2})  # An integer and a float: 2^count bytes.
_COUNT_FOLLOWS = 0xF
_UTF16, _ARRAY, _SET, _DICT = 0x6, 0xA, 0xC, 0xD
