"""Streams of bytes of any size: the same seed gives the same bytes, and memory stays flat."""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import (
    Cipher,
    CipherContext,
    algorithms,
    modes,
)

_CHUNK = 1 << 20
_PAGE = 4096
_CODE = bytes.fromhex("fd7bbfa9fd030091e00300aa00000094fd7bc1a8c0035fd6")


def incompressible(size: int, seed: str) -> Iterator[bytes]:
    """Yield `size` bytes that no packer makes smaller, in chunks of at most 1 MiB."""
    zeros = bytes(_CHUNK)
    stream = _stream(seed)
    for start in range(0, size, _CHUNK):
        yield stream.update(zeros[: min(_CHUNK, size - start)])


def code_like(size: int, seed: str) -> Iterator[bytes]:
    """Yield `size` bytes that deflate to about 40 in 100, as a real executable does."""
    fresh = _PAGE * 2 // 5
    usual = (_CODE * (_PAGE // len(_CODE) + 1))[: _PAGE - fresh]
    stream = _stream(seed)
    pages = _CHUNK // _PAGE
    for start in range(0, size, _CHUNK):
        new = stream.update(bytes(fresh * pages))
        chunk = b"".join(new[at : at + fresh] + usual for at in range(0, len(new), fresh))
        yield chunk[: size - start]


def _stream(seed: str) -> CipherContext:
    # AES in counter mode gives 2 GB/s where random.randbytes gives a sixth of it.
    key = hashlib.sha256(seed.encode()).digest()
    return Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
