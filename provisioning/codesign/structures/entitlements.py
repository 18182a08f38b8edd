"""
Entitlements: what an app may do, kept twice in a signature, as XML and as DER.

The DER has two known shapes. Today: [APPLICATION 16] holding INTEGER 1 and [16] with one SEQUENCE
per key. Seen in an app of 2021: a bare SET of the same SEQUENCEs.
"""

from collections.abc import Iterator
from typing import Any, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.plist import read_plist

APPLICATION_16: Final = 0x70
CONTEXT_16: Final = 0xB0
SET: Final = 0x31
SEQUENCE: Final = 0x30
BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
UTF8: Final = 0x0C
OCTETS: Final = 0x04

MOST_DEPTH: Final = 16
MOST_CHILDREN: Final = 4_096

#: What a profile writes at the end of a value to grant every longer one.
WILDCARD: Final = "*"
#: Entitlements for which a wildcard is no value. An app may claim others, such as every pass type
#: or keychain group of its team, where the profile grants the same.
NEVER_WILD: Final = frozenset(
    {
        "application-identifier",
        "com.apple.developer.team-identifier",
        "com.apple.developer.associated-domains",
    }
)


def read_entitlements_xml(payload: bytes) -> dict[str, Any]:
    """Read the XML form. Raise Malformed."""
    return read_plist(payload, "The entitlements") if payload.strip() else {}


def read_entitlements_der(payload: bytes) -> dict[str, Any]:
    """Read the DER form, old or new. Raise Malformed."""
    tag, body = _only(payload)
    if tag == SET:
        return _dictionary(body, 0)
    if tag != APPLICATION_16:
        raise Malformed("The DER entitlements begin with an unknown tag.")
    parts = list(_elements(body))
    if len(parts) != 2 or parts[0] != (INTEGER, b"\x01") or parts[1][0] != CONTEXT_16:  # noqa: PLR2004  version, dictionary
        raise Malformed("The DER entitlements are of an unknown version.")
    return _dictionary(parts[1][1], 0)


def _dictionary(body: bytes, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for tag, content in _elements(body):
        pair = list(_elements(content))
        if tag != SEQUENCE or len(pair) != 2 or pair[0][0] != UTF8:  # noqa: PLR2004  key, value
            raise Malformed("The DER entitlements hold something that is no entry.")
        key = _text(pair[0][1])
        if key in values:
            raise Malformed("The DER entitlements hold a key twice.")
        values[key] = _value(*pair[1], depth + 1)
    return values


def _value(tag: int, body: bytes, depth: int) -> Any:  # noqa: ANN401  a plist value may be of any kind
    if depth > MOST_DEPTH:
        raise Malformed("The DER entitlements are nested too deeply.")
    if tag == BOOLEAN:
        return body != b"\0"
    if tag == INTEGER:
        return int.from_bytes(body, "big", signed=True)
    if tag == UTF8:
        return _text(body)
    if tag == OCTETS:
        return body
    if tag == SEQUENCE:
        return [_value(*element, depth + 1) for element in _elements(body)]
    if tag in {CONTEXT_16, SET}:
        return _dictionary(body, depth)
    raise Malformed("The DER entitlements hold a value of an unknown kind.")


def _only(raw: bytes) -> tuple[int, bytes]:
    elements = list(_elements(raw))
    if len(elements) != 1:
        raise Malformed("The DER entitlements are not one element.")
    return elements[0]


def _elements(raw: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    for _ in range(MOST_CHILDREN):
        if position == len(raw):
            return
        tag, start, end = _header(raw, position)
        yield tag, raw[start:end]
        position = end
    raise Malformed("The DER entitlements hold too many entries.")


def _header(raw: bytes, position: int) -> tuple[int, int, int]:
    if position + 2 > len(raw):
        raise Malformed("The DER entitlements end too early.")
    tag, length = raw[position], raw[position + 1]
    start = position + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(raw[start : start + count], "big")
        start += count
        if not 0 < count <= 4 or length < 0x80:  # noqa: PLR2004  DER wants the shortest form, and 4 GB is plenty
            raise Malformed("The DER entitlements hold an impossible length.")
    if start + length > len(raw):
        raise Malformed("The DER entitlements end too early.")
    return tag, start, start + length


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Malformed("A text in the DER entitlements is no UTF-8.") from None


def grants(allowed: Any, wanted: Any) -> bool:  # noqa: ANN401  a plist value may be of any kind
    """
    Tell whether a profile's value covers an app's value for one entitlement.

    A text that ends in * covers every text that begins with the rest; a list covers a text or a
    list when each element is covered; everything else must be equal.
    """
    if isinstance(allowed, list):
        each = wanted if isinstance(wanted, list) else [wanted]
        return all(any(grants(one, item) for one in allowed) for item in each)
    if isinstance(allowed, str) and allowed.endswith(WILDCARD):
        each = wanted if isinstance(wanted, list) else [wanted]
        return all(isinstance(item, str) and item.startswith(allowed[:-1]) for item in each)
    if isinstance(allowed, bool) and isinstance(wanted, bool):
        return allowed or not wanted
    return type(allowed) is type(wanted) and bool(allowed == wanted)


def claims_wildcard(key: str, value: Any) -> bool:  # noqa: ANN401  a plist value may be of any kind
    """Tell whether an app claims a wildcard for an entitlement that must name what it is for."""
    each = value if isinstance(value, list) else [value]
    wild = any(isinstance(item, str) and item.endswith(WILDCARD) for item in each)
    return wild and key in NEVER_WILD
