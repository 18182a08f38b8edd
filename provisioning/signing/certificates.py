"""Certificates on their way to another process: base64 of DER, as JSON can hold it."""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


def written_certificates(certificates: Sequence[x509.Certificate] | None) -> list[str] | None:
    """Return certificates as text; None stays None."""
    if certificates is None:
        return None
    return [b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]


def read_certificates(texts: Sequence[str] | None) -> list[x509.Certificate] | None:
    """Return the certificates that `written_certificates` wrote."""
    if texts is None:
        return None
    return [x509.load_der_x509_certificate(b64decode(text)) for text in texts]
