"""Packing new content: deflated into an unnamed file, with its checksum and its hashes."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.rewrite import Replacement
from provisioning.codesign.container.spool import Spool

#: What Xcode and the zip program use.
USUAL_LEVEL: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The two hashes of a file that a seal holds."""

    sha1: bytes
    sha256: bytes


@dataclass(slots=True)
class Hasher:
    """Takes content as it passes: both hashes, the checksum and the size."""

    crc: int = 0
    size: int = 0
    _sha1: "hashlib._Hash" = field(default_factory=lambda: hashlib.sha1(usedforsecurity=False))
    _sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def update(self, chunk: bytes) -> None:
        self.crc = zlib.crc32(chunk, self.crc)
        self.size += len(chunk)
        self._sha1.update(chunk)
        self._sha256.update(chunk)

    @property
    def digest(self) -> Digest:
        return Digest(sha1=self._sha1.digest(), sha256=self._sha256.digest())


def digest_of(content: bytes) -> Digest:
    return Digest(
        sha1=hashlib.sha1(content, usedforsecurity=False).digest(),
        sha256=hashlib.sha256(content).digest(),
    )


def pack_bytes(content: bytes, method: int, level: int = USUAL_LEVEL) -> Replacement:
    """Pack small content in memory."""
    packed = content
    if method == records.DEFLATED:
        stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = stream.compress(content) + stream.flush()
    return Replacement(
        packed=(packed,),
        packed_size=len(packed),
        size=len(content),
        crc=zlib.crc32(content),
        method=method,
    )


def pack_stream(
    chunks: Iterable[bytes], method: int, target: Spool, level: int = USUAL_LEVEL
) -> tuple[Replacement, Digest]:
    """Pack content of any size into *target*, in bounded memory."""
    hasher = Hasher()
    packed = target.append(_packed(chunks, method, level, hasher))
    replacement = Replacement(
        packed=(packed,),
        packed_size=packed.length,
        size=hasher.size,
        crc=hasher.crc,
        method=method,
    )
    return replacement, hasher.digest


def _packed(chunks: Iterable[bytes], method: int, level: int, hasher: Hasher) -> Iterator[bytes]:
    if method == records.STORED:
        for chunk in chunks:
            hasher.update(chunk)
            yield chunk
        return
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    for chunk in chunks:
        hasher.update(chunk)
        yield stream.compress(chunk)
    yield stream.flush()
