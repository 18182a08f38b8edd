"""The digests of a whole file, in one pass over it."""

import hashlib
import os
from dataclasses import dataclass

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """Digests of a whole file in lower-case hex, often made while its bytes arrived."""

    md5: str
    sha1: str
    sha256: str


def digests(descriptor: int) -> Hashes:
    """Read an open file from its start to its end, once, in pieces of 1 MB; OSError if it fails."""
    md5 = hashlib.md5(usedforsecurity=False)
    sha1 = hashlib.sha1(usedforsecurity=False)
    sha256 = hashlib.sha256()
    offset = 0
    while chunk := os.pread(descriptor, _CHUNK, offset):
        for digest in (md5, sha1, sha256):
            digest.update(chunk)
        offset += len(chunk)
    return Hashes(md5=md5.hexdigest(), sha1=sha1.hexdigest(), sha256=sha256.hexdigest())
