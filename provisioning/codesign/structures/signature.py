"""The signature that a Mach-O file has now, as far as signing it again must know it."""

from dataclasses import dataclass, field
from typing import Any, Final

from asn1crypto import x509

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures import codedirectory, superblob
from provisioning.codesign.structures.cms import SignedMessage, read_signed_message
from provisioning.codesign.structures.codedirectory import CodeDirectory, read_code_directory
from provisioning.codesign.structures.entitlements import (
    read_entitlements_der,
    read_entitlements_xml,
)
from provisioning.codesign.structures.macho import Slice
from provisioning.codesign.structures.source import Source
from provisioning.codesign.structures.superblob import Superblob, read_superblob

LARGEST_SIGNATURE: Final = 64 << 20
APPLE: Final = "Apple Inc."


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The signature of one slice; `leaf` is the DER of the certificate, None when ad hoc."""

    blob: Superblob = field(repr=False)
    directories: tuple[CodeDirectory, ...] = field(repr=False)
    leaf: bytes | None = field(repr=False)

    @property
    def primary(self) -> CodeDirectory:
        return self.directories[0]

    @property
    def is_modern(self) -> bool:
        """Whether iOS 15 and later accept its directories."""
        return any(
            item.hash_type == codedirectory.SHA256 and item.version >= codedirectory.EXEC_VERSION
            for item in self.directories
        )

    @property
    def is_apples(self) -> bool:
        """Whether Apple itself signed this code, as it does for the watch stub and for XCTest."""
        if self.leaf is None:
            return False
        return _read(self.leaf).organization == APPLE and not self.primary.team

    @property
    def entitlements(self) -> dict[str, Any] | None:
        found = self.blob.get(superblob.ENTITLEMENTS_SLOT)
        return read_entitlements_xml(found.payload) if found else None

    @property
    def entitlements_der(self) -> dict[str, Any] | None:
        found = self.blob.get(superblob.ENTITLEMENTS_DER_SLOT)
        try:
            return read_entitlements_der(found.payload) if found else None
        except Malformed:
            # A form that we do not know counts as none: signing anew writes one that we do.
            return None


def read_signature(source: Source, part: Slice) -> Signature | None:
    """Read the signature of one slice of *source*; None when there is none. Raise Malformed."""
    if part.signature is None:
        return None
    if part.signature.size > LARGEST_SIGNATURE:
        raise Malformed("The signature is too large.")
    blob = read_superblob(part.of(source).read(part.signature.offset, part.signature.size))
    directories = tuple(read_code_directory(item.content) for item in blob.directories)
    if not directories:
        raise Malformed("The signature has no CodeDirectory.")
    cms = blob.get(superblob.CMS_SLOT)
    leaf = _leaf(read_signed_message(cms.payload)) if cms and cms.payload else None
    return Signature(blob=blob, directories=directories, leaf=leaf)


def _leaf(message: SignedMessage) -> bytes:
    for raw in message.certificates:
        named = _read(raw)
        if (named.serial, named.issuer) == (message.serial, message.issuer):
            return raw
    raise Malformed("The signature does not carry the certificate that it names.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What a certificate is found by, and whose it is; the issuer in DER."""

    serial: int
    issuer: bytes
    organization: str | None


def _read(raw: bytes) -> _Names:
    try:
        certificate = x509.Certificate.load(raw)
        return _Names(
            serial=certificate.serial_number,
            issuer=certificate.issuer.dump(),
            organization=certificate.subject.native.get("organization_name"),
        )
    except Exception as error:  # asn1crypto raises many kinds for damage
        raise Malformed("A certificate in the signature cannot be read.") from error
