"""Signatures of former years: a SHA-1 CodeDirectory, alone or beside one of SHA-256."""

import hashlib
import plistlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.samples import cms, der, identities
from provisioning.codesign.structures.codedirectory import read_code_directory
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.structures.superblob import read_superblob

PAGE = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSigner:
    """
    Signs a thin executable of the samples again, the old way, for these files around it.

    `elsewhere` is covered too, by its slot, and does not come along.
    """

    info_plist: bytes
    resources: bytes
    with_sha256: bool = False
    elsewhere: Mapping[int, bytes] = field(default_factory=dict)

    def __call__(self, content: bytes) -> bytes:
        place = read_slices(BytesSource(content))[0].signature
        assert place is not None
        blob = read_superblob(content[place.offset : place.end])
        former = read_code_directory(blob.blobs[0].content)
        slots = {2, 5, 7} if self.with_sha256 else {2, 5}
        parts = {item.slot: item.content for item in blob.blobs if item.slot in slots}
        covered = {1: self.info_plist, 3: self.resources, **parts, **self.elsewhere}
        names = (former.identifier, former.team or "")
        text = (former.exec_base, former.exec_limit, former.exec_flags)
        code = content[: place.offset]
        directories = [_directory("sha1", names, covered, code, text)]
        if self.with_sha256:
            directories.append(_directory("sha256", names, covered, code, text))
        message = _message(directories)
        alternates = dict(enumerate(directories[1:], 0x1000))
        region = _joined(
            {0: directories[0], **parts, **alternates, 0x10000: _blob(0xFADE0B01, message)}
        )
        return code + region.ljust(place.size, b"\0")


def _directory(
    algorithm: str,
    names: tuple[str, str],
    covered: Mapping[int, bytes],
    code: bytes,
    text: tuple[int, int, int],
) -> bytes:
    modern = algorithm == "sha256"
    size, header = (32, 88) if modern else (20, 52)
    pages = [_hash(algorithm, code[start : start + PAGE]) for start in range(0, len(code), PAGE)]
    slots = range(max(covered), 0, -1)
    special = b"".join(
        _hash(algorithm, covered[slot]) if slot in covered else bytes(size) for slot in slots
    )
    texts = b"".join(name.encode() + b"\0" for name in names)
    hashes = header + len(texts) + len(special)
    version = 0x20400 if modern else 0x20200
    head = struct.pack(">5I", version, 0, hashes, header, len(slots))
    head += struct.pack(">2I4B", len(pages), len(code), size, 2 if modern else 1, 0, 12)
    head += struct.pack(">3I", 0, 0, header + len(names[0].encode()) + 1)
    head += struct.pack(">I4Q", 0, 0, *text) if modern else b""
    return _blob(0xFADE0C02, head + texts + special + b"".join(pages))


def _message(directories: Sequence[bytes]) -> bytes:
    attributes = list(cms.usual_attributes(directories[0], datetime.now(UTC)))
    if len(directories) > 1:
        kinds = ("sha1", "sha256")
        full = [_hash(kind, item) for kind, item in zip(kinds, directories, strict=True)]
        listed = plistlib.dumps({"cdhashes": [item[:20] for item in full]})
        oids = ("1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1")
        pairs = [
            der.sequence(der.oid(oid), der.octets(item))
            for oid, item in zip(oids, full, strict=True)
        ]
        attributes.append(cms.attribute("1.2.840.113635.100.9.1", [der.octets(listed)]))
        attributes.append(cms.attribute("1.2.840.113635.100.9.2", pairs))
    return cms.detached(directories[0], identities.signing_identity(), attributes)


def _joined(parts: dict[int, bytes]) -> bytes:
    offset = 12 + 8 * len(parts)
    index = b""
    for slot, content in parts.items():
        index += struct.pack(">2I", slot, offset)
        offset += len(content)
    return struct.pack(">3I", 0xFADE0CC0, offset, len(parts)) + index + b"".join(parts.values())


def _blob(magic: int, content: bytes) -> bytes:
    return struct.pack(">2I", magic, len(content) + 8) + content


def _hash(algorithm: str, content: bytes) -> bytes:
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()
