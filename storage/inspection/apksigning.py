"""
Who signed an APK, by each scheme that is present.

Layouts: the APK signature schemes v2, v3 and v3.1 at source.android.com, and the JAR specification
for v1. Nothing is verified: a certificate that is present proves nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from storage.inspection import cms
from storage.inspection.archive import Archive
from storage.inspection.directory import Shape
from storage.inspection.facts import Signing
from storage.inspection.rejection import PackageRejected

MAX_ENTRY = 4 << 20
MAX_PAIRS = 1000
MAX_SIGNERS = 64

_MAGIC = b"APK Sig Block 42"
_FOOT = 24
_SCHEMES = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
_ROTATION = 0x3BA06F8C
_JAR_SIGNATURE = Shape(rb"META-INF/[^/\0]+\.(?i:RSA|DSA|EC)", b"META-INF/")
_BROKEN = "The signing block of the APK is damaged."


@dataclass(slots=True)
class Signatures:
    """What was found: certificates by scheme, those before a rotation, and complaints."""

    by_scheme: dict[str, list[cms.Certificate]] = field(default_factory=dict)
    lineage: list[cms.Certificate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def signing(self) -> Signing:
        """Return the certificates of the highest scheme that is present."""
        schemes = [name for name in ("v1", "v2", "v3", "v3.1") if name in self.by_scheme]
        found = self.by_scheme[schemes[-1]] if schemes else []
        prints = {certificate.sha256: certificate.title for certificate in found}
        earlier = (certificate.sha256 for certificate in self.lineage)
        return Signing(
            signed=bool(schemes),
            certificates=tuple(prints),
            signers=tuple(prints.values()),
            lineage=tuple(dict.fromkeys(one for one in earlier if one not in prints)),
            schemes=tuple(schemes),
        )


def read(archive: Archive) -> Signatures:
    """Read every signature; one that cannot be read becomes a note."""
    found = Signatures()
    _attempt(found, "v1", partial(jar_signers, archive))
    try:
        blocks = _blocks(archive)
    except PackageRejected as reason:
        found.notes.append(str(reason))
        blocks = {}
    for scheme, block in blocks.items():
        _attempt(found, scheme, partial(_block_signers, block))
    for scheme in ("v3.1", "v3"):
        if scheme in blocks and not found.lineage:
            found.lineage = _lineage(blocks[scheme])
    return found


def jar_signers(archive: Archive) -> list[cms.Certificate]:
    """Return the certificates that the JAR signatures (v1) name; empty when there is none."""
    signers: list[cms.Certificate] = []
    for name in archive.search(_JAR_SIGNATURE)[:MAX_SIGNERS]:
        stem = name.rpartition(b".")[0]
        if stem + b".SF" in archive or stem + b".sf" in archive:
            signers += cms.read(archive.read(name, MAX_ENTRY)).signers()
    return signers


def _attempt(
    found: Signatures, scheme: str, read_signers: Callable[[], list[cms.Certificate]]
) -> None:
    try:
        signers = read_signers()
    except PackageRejected as reason:
        found.notes.append(f"The {scheme} signature is unreadable: {reason}")
        return
    if signers:
        found.by_scheme[scheme] = signers


def _blocks(archive: Archive) -> dict[str, bytes]:
    """
    Return the blocks we know out of the signing block that ends where the directory begins.

    Only their heads are read of all others: they may hold megabytes of padding.
    """
    source, end = archive.source, archive.directory.start
    if end < _FOOT or source.read(end - len(_MAGIC), len(_MAGIC)) != _MAGIC:
        return {}
    size = int.from_bytes(source.read(end - _FOOT, 8), "little")
    at, end = end - size, end - _FOOT
    if not 0 < at <= end:
        raise PackageRejected(_BROKEN)
    found: dict[str, bytes] = {}
    for _ in range(MAX_PAIRS):
        if at + 12 > end:
            break
        head = source.read(at, 12)
        length, known = int.from_bytes(head[:8], "little"), int.from_bytes(head[8:], "little")
        if length < 4 or at + 8 + length > end:  # noqa: PLR2004 - its own id belongs to a pair
            raise PackageRejected(_BROKEN)
        scheme = _SCHEMES.get(known)
        # Two blocks of one id: the first counts, as on Android.
        if scheme and scheme not in found:
            if length > MAX_ENTRY:
                raise PackageRejected("A signature of the APK is too big: more than 4 MB.")
            found[scheme] = source.read(at + 12, length - 4)
        at += 8 + length
    return found


def _block_signers(block: bytes) -> list[cms.Certificate]:
    """Return the first certificate of each signer, which is the signer's own."""
    found = []
    for signed in _signed_parts(block):
        parts = _prefixed(signed)
        next(parts, None)  # The digests.
        chain = _prefixed(next(parts, b""))
        own = next(chain, None)
        if own is None:
            raise PackageRejected("A signer has no certificate.")
        found.append(_certificate(own))
    return found


def _lineage(block: bytes) -> list[cms.Certificate]:
    """Return the certificates of the proof of rotation, the oldest first; empty without one."""
    try:
        return [
            _certificate(next(_prefixed(next(_prefixed(level)))))
            for signed in _signed_parts(block)
            for proof in _rotations(signed)
            for level in _prefixed(proof[4:])
        ]
    except (PackageRejected, StopIteration, RuntimeError):
        return []


def _rotations(signed: bytes) -> Iterator[bytes]:
    """Yield the proofs among the attributes, which follow digests, certificates, two SDKs."""
    at = 0
    for _ in range(2):
        at += 4 + int.from_bytes(signed[at : at + 4], "little")
    attributes = next(_prefixed(signed[at + 8 :]), b"")
    for attribute in _prefixed(attributes):
        if int.from_bytes(attribute[:4], "little") == _ROTATION:
            yield attribute[4:]


def _signed_parts(block: bytes) -> Iterator[bytes]:
    signers = next(_prefixed(block), b"")
    for count, signer in enumerate(_prefixed(signers)):
        if count >= MAX_SIGNERS:
            raise PackageRejected("The APK names too many signers.")
        yield next(_prefixed(signer), b"")


def _prefixed(data: bytes) -> Iterator[bytes]:
    """Yield the pieces of a sequence in which each carries its length in four bytes."""
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "little")
        at += 4
        if at + length > len(data):
            raise PackageRejected(_BROKEN)
        yield data[at : at + length]
        at += length


def _certificate(der: bytes) -> cms.Certificate:
    """Read a certificate; one whose names are damaged still has its fingerprint."""
    try:
        return cms.certificate(der)
    except PackageRejected:
        return cms.Certificate(der, (), hashlib.sha256(der).digest(), ())
