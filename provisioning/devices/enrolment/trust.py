"""
Whether a device of Apple's signed an answer.

It shows that *some* such device did, and not that the UDID in the answer is its own: a person
approves each device whatever is found here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID

from provisioning.codesign.authorities import apple_authorities
from provisioning.codesign.structures.certificate import UNREADABLE
from provisioning.codesign.verifying.keys import DIGESTS, is_signed_by

#: SHA-256 of "Apple iPhone Device CA", which signs for the devices.
DEVICE_AUTHORITY: Final = "76f27d00e1333bc88de0e2916c38c9a7f2b75774c25a794c092a80e3c4c66cce"
_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    }
)
_MOST_NAME: Final = 80


class TrustPolicy(StrEnum):
    """What is asked of an answer."""

    #: Only what a device of Apple's signed is taken.
    REQUIRE = "require"
    #: Anything is taken, and it is shown whether a device of Apple's signed it.
    PREFER = "prefer"
    #: It is not looked who signed.
    OFF = "off"


class Distrust(StrEnum):
    """Why a certificate is not that of a device of Apple's."""

    #: Nobody looked.
    UNCHECKED = "unchecked"
    #: Its issuer has another name.
    OTHER_ISSUER = "other_issuer"
    #: Its issuer has the right name, and another key.
    FORGED_ISSUER = "forged_issuer"
    #: It is an authority, and no device.
    AUTHORITY = "authority"
    #: Its key is not for signatures.
    USAGE = "usage"
    #: It asks for something that is not understood here.
    CRITICAL = "critical"
    #: Its extensions are damaged.
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerTrust:
    """Who signed: `issuer` is the name that the certificate gives, for people and for the log."""

    issuer: str
    distrust: Distrust | None

    @property
    def verified(self) -> bool:
        """Whether a device of Apple's signed."""
        return self.distrust is None


@cache
def device_authorities() -> tuple[x509.Certificate, ...]:
    """Return the authorities of Apple's that sign for devices."""
    return tuple(
        item
        for item in apple_authorities()
        if item.fingerprint(hashes.SHA256()).hex() == DEVICE_AUTHORITY
    )


def trust_in(signer: x509.Certificate, authorities: Sequence[x509.Certificate]) -> SignerTrust:
    """
    Tell whether one of *authorities* issued the certificate of a device.

    No dates matter: Apple says so of its authority, whose own ran out in 2014, and a device that
    was in a drawer for two years is still one.
    """
    try:
        distrust = _distrust(signer, authorities)
    except UNREADABLE:
        distrust = Distrust.DAMAGED
    return SignerTrust(issuer=issuer_of(signer), distrust=distrust)


def issuer_of(certificate: x509.Certificate) -> str:
    """Return the common name of the issuer, on one line and not long: strangers wrote it."""
    try:
        found = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        name = str(found[0].value) if found else ""
    except ValueError:
        return ""
    return "".join(letter for letter in name if letter.isprintable())[:_MOST_NAME]


def _distrust(signer: x509.Certificate, authorities: Sequence[x509.Certificate]) -> Distrust | None:
    named = [item for item in authorities if item.subject == signer.issuer]
    known = {item.public_bytes(Encoding.DER) for item in authorities}
    extensions = signer.extensions
    if signer.public_bytes(Encoding.DER) in known or _is_authority(extensions):
        return Distrust.AUTHORITY
    if not named:
        return Distrust.OTHER_ISSUER
    if not any(_issued(item, signer) for item in named):
        return Distrust.FORGED_ISSUER
    if any(item.critical and item.oid not in _UNDERSTOOD for item in extensions):
        return Distrust.CRITICAL
    return None if _may_sign(extensions) else Distrust.USAGE


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    # By hand: the library follows no link that was made with SHA-1, and Apple's are.
    algorithm = certificate.signature_hash_algorithm
    return (
        algorithm is not None
        and algorithm.name in DIGESTS
        and is_signed_by(
            authority.public_key(),
            certificate.signature,
            certificate.tbs_certificate_bytes,
            algorithm,
        )
    )


def _is_authority(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _may_sign(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        return True
