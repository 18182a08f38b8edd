"""Signatures as they were before 2019: one SHA-1 CodeDirectory and no DER entitlements."""

import hashlib
import struct
from datetime import UTC, datetime

from bot.sandbox.samples import cms, identities
from provisioning.codesign.structures.codedirectory import read_code_directory
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.structures.superblob import read_superblob

PAGE = 4_096


def make_old(content: bytes) -> bytes:
    """Sign a thin executable of the samples again, the old way; slots -1 and -3 need re-hashing."""
    place = read_slices(BytesSource(content))[0].signature
    assert place is not None
    blob = read_superblob(content[place.offset : place.end])
    former = read_code_directory(blob.blobs[0].content)
    parts = {item.slot: item.content for item in blob.blobs if item.slot in {2, 5}}
    pages = b"".join(
        _sha1(content[start : min(start + PAGE, place.offset)])
        for start in range(0, place.offset, PAGE)
    )
    special = b"".join(
        _sha1(parts[slot]) if slot in parts else bytes(20) for slot in (5, 4, 3, 2, 1)
    )
    names = former.identifier.encode() + b"\0" + (former.team or "").encode() + b"\0"
    hashes = 52 + len(names) + len(special)
    team = 52 + len(former.identifier) + 1
    head = struct.pack(">7I", 0x20200, 0, hashes, 52, 5, len(pages) // 20, place.offset)
    head += struct.pack(">4B", 20, 1, 0, 12) + struct.pack(">3I", 0, 0, team)
    directory = _blob(0xFADE0C02, head + names + special + pages)
    signer = identities.signing_identity()
    message = cms.detached(directory, signer, cms.usual_attributes(directory, datetime.now(UTC)))
    region = _joined({0: directory, **parts, 0x10000: _blob(0xFADE0B01, message)})
    return content[: place.offset] + region.ljust(place.size, b"\0")


def _joined(parts: dict[int, bytes]) -> bytes:
    offset = 12 + 8 * len(parts)
    index = b""
    for slot, content in parts.items():
        index += struct.pack(">2I", slot, offset)
        offset += len(content)
    return struct.pack(">3I", 0xFADE0CC0, offset, len(parts)) + index + b"".join(parts.values())


def _blob(magic: int, content: bytes) -> bytes:
    return struct.pack(">2I", magic, len(content) + 8) + content


def _sha1(content: bytes) -> bytes:
    return hashlib.sha1(content, usedforsecurity=False).digest()
