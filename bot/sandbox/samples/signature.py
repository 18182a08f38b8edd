"""
Code signatures as Xcode leaves them: a superblob with one SHA-256 CodeDirectory (version 0x20400).

The layout follows Apple's published headers (cs_blobs.h) and what Apple-signed apps show. Integers
are big-endian. This writer serves the samples; the product signs with `provisioning.codesign`.
"""

import hashlib
import plistlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.samples import cms, der
from bot.sandbox.samples.identities import Identity

PAGE = 4096
CMS_ROOM = 16_384
"""Kept free for the CMS, about as much as Apple keeps; the part that is not used stays zero."""

_SUPERBLOB = 0xFADE0CC0
_DIRECTORY = 0xFADE0C02
_REQUIREMENTS = 0xFADE0C01
_REQUIREMENT = 0xFADE0C00
_ENTITLEMENTS = 0xFADE7171
_DER_ENTITLEMENTS = 0xFADE7172
_CMS = 0xFADE0B01

_SLOT_INFO, _SLOT_REQUIREMENTS, _SLOT_RESOURCES, _SLOT_ENTITLEMENTS, _SLOT_DER = 1, 2, 3, 5, 7
_SLOT_CMS = 0x10000

_VERSION = 0x20400
_HEADER_SIZE = 88
_AD_HOC = 0x2
_MAIN_BINARY = 0x1
_ALLOW_UNSIGNED = 0x10
_HASHES_XML = "1.2.840.113635.100.9.1"
_HASHES_DER = "1.2.840.113635.100.9.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSigning:
    """
    What one executable is signed with.

    Without an `identity` the signature is ad hoc. `info_plist` and `resources` are the bytes of the
    bundle's Info.plist and CodeResources, absent for a loose library.
    """

    identifier: str
    identity: Identity | None = None
    team_id: str = ""
    entitlements: Mapping[str, object] | None = None
    info_plist: bytes | None = None
    resources: bytes | None = None

    def components(self) -> dict[int, bytes]:
        """Give the blobs of the superblob by slot, all but the CodeDirectory and the CMS."""
        parts = {_SLOT_REQUIREMENTS: self._requirements()}
        if self.entitlements is not None:
            xml = plistlib.dumps(dict(self.entitlements), sort_keys=True)
            parts[_SLOT_ENTITLEMENTS] = _blob(_ENTITLEMENTS, xml)
            parts[_SLOT_DER] = _blob(_DER_ENTITLEMENTS, der_entitlements(self.entitlements))
        return parts

    def _requirements(self) -> bytes:
        if self.identity is None:
            return _blob(_REQUIREMENTS, struct.pack(">I", 0))
        designated = designated_requirement(self.identifier, self.identity.common_name)
        return _blob(_REQUIREMENTS, struct.pack(">3I", 1, 3, 20) + designated)


class PageHashes:
    """Takes an executable in chunks and keeps the SHA-256 of each of its pages."""

    def __init__(self) -> None:
        self._rest = b""
        self._hashes: list[bytes] = []

    def update(self, chunk: bytes) -> None:
        view = memoryview(self._rest + chunk if self._rest else chunk)
        whole = len(view) - len(view) % PAGE
        for start in range(0, whole, PAGE):
            self._hashes.append(hashlib.sha256(view[start : start + PAGE]).digest())
        self._rest = bytes(view[whole:])

    def finish(self) -> list[bytes]:
        """Give the hashes; the last page counts as far as the code goes."""
        if self._rest:
            self._hashes.append(hashlib.sha256(self._rest).digest())
            self._rest = b""
        return self._hashes


def signature_room(signing: CodeSigning, code_limit: int) -> int:
    """Give the bytes to keep for the signature of that much code, a multiple of 16."""
    parts = signing.components()
    directory = (
        _HEADER_SIZE
        + len(signing.identifier.encode())
        + len(signing.team_id)
        + 2
        + 32 * (max(parts) + -(-code_limit // PAGE))
    )
    index = 12 + 8 * (len(parts) + 2)
    size = index + directory + sum(map(len, parts.values())) + CMS_ROOM
    return -(-size // 16) * 16


def superblob(
    signing: CodeSigning, pages: list[bytes], code_limit: int, text_limit: int, *, program: bool
) -> bytes:
    """Give the whole signature; `text_limit` is the size of `__TEXT`, which starts at 0."""
    parts = signing.components()
    flags = _exec_flags(signing, program=program)
    directory = _code_directory(signing, parts, pages, (code_limit, text_limit, flags))
    blobs = {0: directory, **parts, _SLOT_CMS: _blob(_CMS, _cms(signing, directory))}
    offset = 12 + 8 * len(blobs)
    index = b""
    for slot, blob in blobs.items():
        index += struct.pack(">2I", slot, offset)
        offset += len(blob)
    return struct.pack(">3I", _SUPERBLOB, offset, len(blobs)) + index + b"".join(blobs.values())


def der_entitlements(entitlements: Mapping[str, object]) -> bytes:
    """Give entitlements in the DER form that iOS 15 asks for: [APPLICATION 16], version 1."""
    return der.tagged(0x70, der.integer(1) + _der_value(dict(entitlements)))


def designated_requirement(identifier: str, common_name: str) -> bytes:
    """
    Give the requirement Xcode writes for distribution, in Apple's prefix code.

    In words: identifier "..." and anchor apple generic and certificate leaf[subject.CN] = "..."
    and certificate 1[field.1.2.840.113635.100.6.2.1] exists.
    """
    both, ident, anchor, field, generic = (struct.pack(">I", op) for op in (6, 2, 15, 11, 14))
    marker = der.oid_content("1.2.840.113635.100.6.2.1")
    code = (
        both
        + (ident + _padded(identifier.encode()))
        + both
        + anchor
        + both
        + (field + struct.pack(">I", 0) + _padded(b"subject.CN"))
        + (struct.pack(">I", 1) + _padded(common_name.encode()))
        + (generic + struct.pack(">I", 1) + _padded(marker) + struct.pack(">I", 0))
    )
    return _blob(_REQUIREMENT, struct.pack(">I", 1) + code)


def _code_directory(
    signing: CodeSigning,
    parts: Mapping[int, bytes],
    pages: list[bytes],
    limits: tuple[int, int, int],
) -> bytes:
    covered: dict[int, bytes] = dict(parts)
    if signing.info_plist is not None:
        covered[_SLOT_INFO] = signing.info_plist
    if signing.resources is not None:
        covered[_SLOT_RESOURCES] = signing.resources
    slots = range(max(covered), 0, -1)
    special = b"".join(
        hashlib.sha256(covered[slot]).digest() if slot in covered else bytes(32) for slot in slots
    )
    names = signing.identifier.encode() + b"\0"
    team_offset = _HEADER_SIZE + len(names) if signing.team_id else 0
    names += signing.team_id.encode() + b"\0" if signing.team_id else b""
    hash_offset = _HEADER_SIZE + len(names) + len(special)
    code_limit, text_limit, exec_flags = limits
    header = struct.pack(
        ">7I4B4IQ3Q",
        _VERSION,
        0 if signing.identity else _AD_HOC,
        hash_offset,
        _HEADER_SIZE,
        len(slots),
        len(pages),
        code_limit,
        *(32, 2, 0, PAGE.bit_length() - 1),
        *(0, 0, team_offset, 0),
        0,
        *(0, text_limit, exec_flags),
    )
    return _blob(_DIRECTORY, header + names + special + b"".join(pages))


def _cms(signing: CodeSigning, directory: bytes) -> bytes:
    if signing.identity is None:
        return b""
    digest = hashlib.sha256(directory).digest()
    hashes = plistlib.dumps({"cdhashes": [digest[:20]]})
    attributes = [
        *cms.usual_attributes(directory, datetime.now(UTC)),
        cms.attribute(_HASHES_XML, [der.octets(hashes)]),
        cms.attribute(_HASHES_DER, [der.sequence(der.oid(cms.SHA256), der.octets(digest))]),
    ]
    return cms.detached(directory, signing.identity, attributes)


def _exec_flags(signing: CodeSigning, *, program: bool) -> int:
    if not program:
        return 0
    debuggable = (signing.entitlements or {}).get("get-task-allow") is True
    return _MAIN_BINARY | (_ALLOW_UNSIGNED if debuggable else 0)


def _der_value(value: object) -> bytes:
    if isinstance(value, bool):
        return der.boolean(value=value)
    if isinstance(value, int):
        return der.integer(value)
    if isinstance(value, str):
        return der.text(value)
    if isinstance(value, Mapping):
        pairs = sorted((str(key).encode(), inner) for key, inner in value.items())
        parts = (der.sequence(der.tagged(0x0C, key), _der_value(inner)) for key, inner in pairs)
        return der.tagged(0xB0, b"".join(parts))
    if isinstance(value, list | tuple):
        return der.sequence(*map(_der_value, value))
    raise TypeError(f"An entitlement cannot hold {type(value).__name__}.")


def _padded(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content + bytes(-len(content) % 4)


def _blob(magic: int, content: bytes) -> bytes:
    return struct.pack(">2I", magic, len(content) + 8) + content
