"""Certificates that strangers wrote: the library reads most of one only when it is asked for."""

from typing import Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from provisioning.codesign.errors import Malformed

#: What the library raises about a damaged or a strange certificate. Some of it is no ValueError.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def read_certificate(raw: bytes) -> x509.Certificate:
    """Read a certificate in DER, all but its extensions. Raise Malformed."""
    try:
        # The library takes these with a warning for now, and says that it will not for long.
        if asn1.Certificate.load(raw).serial_number <= 0:
            raise ValueError("No certificate has such a serial number (RFC 5280).")
        found = x509.load_der_x509_certificate(raw)
        # Each is read by being asked for; whoever asks later need not expect a refusal.
        _ = (found.subject, found.issuer, found.public_key(), found.signature_hash_algorithm)
        _ = (found.not_valid_before_utc, found.not_valid_after_utc)
    except UNREADABLE as error:
        raise Malformed("A certificate in the signature cannot be read.") from error
    return found


def extensions_of(certificate: x509.Certificate) -> x509.Extensions:
    """Return the extensions of a certificate. Raise Malformed."""
    try:
        return certificate.extensions
    except UNREADABLE as error:
        raise Malformed("The extensions of a certificate cannot be read.") from error
