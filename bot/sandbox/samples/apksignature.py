"""
The APK Signing Block with Android's signature schemes v2, v3 and v3.1.

Written after the descriptions at source.android.com/docs/security/features/apksigning. Integers are
little-endian; "counted" means preceded by its length as four bytes.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Literal

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.sandbox.samples.identities import Identity

Scheme = Literal["v1", "v2", "v3", "v3.1"]

_BLOCKS: dict[Scheme, int] = {"v2": 0x7109871A, "v3": 0xF05368C0, "v3.1": 0x1B93AD61}
_SDKS: dict[Scheme, tuple[int, int]] = {"v3": (28, 0x7FFFFFFF), "v3.1": (33, 0x7FFFFFFF)}
_RSA_PKCS1_SHA256, _ECDSA_SHA256 = 0x0103, 0x0201
_STRIPPING_PROTECTION = 0xBEEFF00D
_MAGIC = b"APK Sig Block 42"
_CHUNK = 1 << 20
_END_SIZE = 22


def add_signing_block(file: BinaryIO, identity: Identity, schemes: Sequence[Scheme]) -> None:
    """
    Sign a finished archive in place: the block goes between the entries and the directory.

    The file is open for reading and writing, its archive has no comment and no ZIP64 end.
    """
    wanted: list[Scheme] = [scheme for scheme in schemes if scheme in _BLOCKS]
    if not wanted:
        return
    file.seek(-_END_SIZE, 2)
    end = file.read(_END_SIZE)
    size, start = struct.unpack_from("<2I", end, 12)
    file.seek(start)
    directory = file.read(size)
    digest = _content_digest(file, start, (directory, end))
    pairs = b""
    for scheme in wanted:
        value = _counted(_counted(_signer(scheme, digest, identity, both="v3" in schemes)))
        pairs += struct.pack("<QI", len(value) + 4, _BLOCKS[scheme]) + value
    length = struct.pack("<Q", len(pairs) + 24)
    block = length + pairs + length + _MAGIC
    file.seek(start)
    moved = end[:16] + struct.pack("<I", start + len(block)) + end[20:]
    file.write(block + directory + moved)


def _signer(scheme: Scheme, digest: bytes, identity: Identity, *, both: bool) -> bytes:
    algorithm = struct.pack("<I", _ECDSA_SHA256 if identity.has_curve else _RSA_PKCS1_SHA256)
    digests = _counted(_counted(algorithm + _counted(digest)))
    certificates = _counted(_counted(identity.der))
    sdks = struct.pack("<2I", *_SDKS[scheme]) if scheme in _SDKS else b""
    attributes = b""
    if scheme == "v2" and both:
        attributes = _counted(struct.pack("<2I", _STRIPPING_PROTECTION, 3))
    signed = digests + certificates + sdks + _counted(attributes)
    signature = identity.sign(signed)
    public = identity.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return (
        _counted(signed)
        + sdks
        + _counted(_counted(algorithm + _counted(signature)))
        + _counted(public)
    )


def _content_digest(file: BinaryIO, start: int, rest: tuple[bytes, bytes]) -> bytes:
    chunks = [
        hashlib.sha256(b"\xa5" + struct.pack("<I", len(part)) + part).digest()
        for part in _chunks(file, start, rest)
    ]
    return hashlib.sha256(b"\x5a" + struct.pack("<I", len(chunks)) + b"".join(chunks)).digest()


def _chunks(file: BinaryIO, start: int, rest: Iterable[bytes]) -> Iterator[bytes]:
    file.seek(0)
    for at in range(0, start, _CHUNK):
        yield file.read(min(_CHUNK, start - at))
    for section in rest:
        for at in range(0, len(section), _CHUNK):
            yield section[at : at + _CHUNK]


def _counted(content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + content
