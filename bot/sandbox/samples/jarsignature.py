"""JAR signatures (Android's scheme v1): digests of entries, digests of those, a CMS over all."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.sandbox.samples import cms
from bot.sandbox.samples.identities import Identity

_LINE = 72


@dataclass(slots=True)
class JarManifest:
    """Collects the entries of an archive, then gives the three files of the signature."""

    _sections: dict[str, bytes] = field(default_factory=dict)

    def listed(self, name: str, content: bytes | Iterable[bytes]) -> Iterator[bytes]:
        """Pass the content of an entry on in chunks and list it when it has ended."""
        digest = hashlib.sha256()
        chunks = (content,) if isinstance(content, bytes) else content
        for chunk in chunks:
            digest.update(chunk)
            yield chunk
        self._sections[name] = _section(name, digest.digest())

    def signature_files(
        self, identity: Identity, *, alias: str = "CERT", schemes: Sequence[str] = ()
    ) -> dict[str, bytes]:
        """
        Give names and contents of the files to add to the archive.

        `schemes` are those that sign it as well; naming them keeps anybody from stripping them.
        """
        head = b"Manifest-Version: 1.0\r\nCreated-By: 1.0 (Slipway)\r\n\r\n"
        manifest = head + b"".join(self._sections.values())
        signed = b"Signature-Version: 1.0\r\nCreated-By: 1.0 (Slipway)\r\n"
        signed += b"SHA-256-Digest-Manifest: " + _digest(manifest) + b"\r\n"
        stronger = ", ".join(scheme[1] for scheme in schemes if scheme in {"v2", "v3"})
        if stronger:
            signed += f"X-Android-APK-Signed: {stronger}\r\n".encode()
        signed += b"\r\n"
        for name, section in self._sections.items():
            signed += _section(name, hashlib.sha256(section).digest())
        ending = "EC" if identity.has_curve else "RSA"
        return {
            "META-INF/MANIFEST.MF": manifest,
            f"META-INF/{alias}.SF": signed,
            f"META-INF/{alias}.{ending}": cms.detached(signed, identity),
        }


def _section(name: str, sha256: bytes) -> bytes:
    digest = base64.b64encode(sha256)
    return _wrapped(f"Name: {name}".encode()) + b"SHA-256-Digest: " + digest + b"\r\n\r\n"


def _wrapped(line: bytes) -> bytes:
    # A line holds 72 bytes with its end; what follows goes on after one space.
    first, rest = line[: _LINE - 2], line[_LINE - 2 :]
    lines = [first, *(b" " + rest[at : at + _LINE - 3] for at in range(0, len(rest), _LINE - 3))]
    return b"".join(part + b"\r\n" for part in lines)


def _digest(content: bytes) -> bytes:
    return base64.b64encode(hashlib.sha256(content).digest())
