"""Property lists, read with limits: a small file may describe a tree too large for any machine."""

import plistlib
from collections.abc import Mapping
from typing import Any, Final

from provisioning.codesign.errors import Malformed

#: A shared array in a binary plist counts once for every place it stands in.
MOST_NODES: Final = 2_000_000
MOST_DEPTH: Final = 64
MOST_BYTES: Final = 64 << 20
_CONTAINERS: Final = frozenset({dict, list})


def read_plist(content: bytes, what: str) -> dict[str, Any]:
    """Return the dictionary at the root of an XML or binary plist. Raise Malformed."""
    if len(content) > MOST_BYTES:
        raise Malformed(f"{what} would be too large to read.")
    try:
        root = plistlib.loads(content)
    except Exception as error:  # plistlib raises a dozen kinds for damage
        raise Malformed(f"{what} cannot be read as a property list.") from error
    if not isinstance(root, dict):
        raise Malformed(f"{what} cannot be read as a dictionary.")
    _check(root, what)
    return root


def _check(root: dict[str, Any], what: str) -> None:
    """Refuse what is too large, and keys that are no text, which only a binary list can have."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += len(value)
        if seen > MOST_NODES or depth > MOST_DEPTH:
            raise Malformed(f"{what} would take too much to read.")
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            raise Malformed(f"{what} has a key that is no text.")
        children = value.values() if isinstance(value, dict) else value
        waiting += [(child, depth + 1) for child in children if type(child) in _CONTAINERS]


def text(values: Mapping[str, Any], key: str) -> str:
    """Return the text under *key*, or nothing when there is none of that kind."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def texts(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the texts in the list under *key*."""
    value = values.get(key)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
