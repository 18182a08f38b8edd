"""Writing the parts of a signature other than the CodeDirectory, and joining them."""

import plistlib
import struct
from collections.abc import Mapping
from typing import Any, Final

from provisioning.codesign.errors import Refused
from provisioning.codesign.signing import der
from provisioning.codesign.structures import entitlements, requirements, superblob

#: Apple's extension that marks its Worldwide Developer Relations intermediates.
DEVELOPER_AUTHORITY: Final = "1.2.840.113635.100.6.2.1"
_FIRST_REQUIREMENT: Final = 20


def blob(magic: int, payload: bytes) -> bytes:
    """Put magic and length before a payload."""
    return struct.pack(">II", magic, superblob.BLOB_HEADER + len(payload)) + payload


def join(parts: Mapping[int, bytes]) -> bytes:
    """Join the parts of a signature, each with its header, into a superblob."""
    offset = superblob.INDEX_START + superblob.INDEX_ENTRY * len(parts)
    index = b""
    for slot, content in parts.items():
        index += struct.pack(">II", slot, offset)
        offset += len(content)
    head = struct.pack(">III", superblob.SUPERBLOB, offset, len(parts))
    return b"".join((head, index, *parts.values()))


def write_requirements(identifier: str, certificate_name: str) -> bytes:
    """Write the designated requirement as Xcode does: this identifier, by this certificate."""
    word = struct.Struct(">I").pack
    expression = b"".join(
        (
            word(requirements.OP_AND),
            word(requirements.OP_IDENTIFIER),
            _padded(identifier.encode()),
            word(requirements.OP_AND),
            word(requirements.OP_APPLE_GENERIC),
            word(requirements.OP_AND),
            word(requirements.OP_CERT_FIELD),
            word(0),
            _padded(b"subject.CN"),
            word(requirements.MATCH_EQUAL),
            _padded(certificate_name.encode()),
            word(requirements.OP_CERT_GENERIC),
            word(1),
            _padded(der.oid(DEVELOPER_AUTHORITY)[2:]),
            word(requirements.MATCH_EXISTS),
        )
    )
    requirement = blob(superblob.REQUIREMENT, word(requirements.EXPRESSION) + expression)
    index = struct.pack(">III", 1, requirements.DESIGNATED, _FIRST_REQUIREMENT)
    return blob(superblob.REQUIREMENTS, index + requirement)


def _padded(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content + bytes(-len(content) % 4)


def write_entitlements_xml(values: Mapping[str, Any]) -> bytes:
    content = plistlib.dumps(dict(values), fmt=plistlib.FMT_XML)
    return blob(superblob.ENTITLEMENTS_XML, content)


def write_entitlements_der(values: Mapping[str, Any]) -> bytes:
    """Write today's DER form. Raise Refused for a value that it cannot express."""
    dictionary = _dictionary(values)
    content = der.element(entitlements.APPLICATION_16, der.integer(1), dictionary)
    return blob(superblob.ENTITLEMENTS_DER, content)


def _dictionary(values: Mapping[str, Any]) -> bytes:
    ordered = sorted(values.items(), key=lambda item: item[0].encode())
    entries = (der.sequence(der.utf8(key), _value(value)) for key, value in ordered)
    return der.element(entitlements.CONTEXT_16, *entries)


def _value(value: Any) -> bytes:  # noqa: ANN401  a plist value may be of any kind
    if isinstance(value, bool):
        return der.boolean(value=value)
    if isinstance(value, int):
        return der.integer(value)
    if isinstance(value, str):
        return der.utf8(value)
    if isinstance(value, bytes):
        return der.octets(value)
    if isinstance(value, list):
        return der.sequence(*(_value(item) for item in value))
    if isinstance(value, Mapping):
        return _dictionary(value)
    raise Refused(f"The entitlements hold a {type(value).__name__}, which cannot be signed.")
