"""The digests of a whole file, in one pass over it."""

import hashlib
import os

from storage.inspection.facts import Hashes

_CHUNK = 1 << 20


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
