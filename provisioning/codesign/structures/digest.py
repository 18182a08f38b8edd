"""The two hashes of a file that a seal holds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """SHA-1 for the old list of a seal, SHA-256 for the new one."""

    sha1: bytes
    sha256: bytes


def digest_of(chunks: Iterable[bytes]) -> Digest:
    """Hash content that comes in pieces."""
    sha1 = hashlib.sha1(usedforsecurity=False)
    sha256 = hashlib.sha256()
    for chunk in chunks:
        sha1.update(chunk)
        sha256.update(chunk)
    return Digest(sha1=sha1.digest(), sha256=sha256.digest())
