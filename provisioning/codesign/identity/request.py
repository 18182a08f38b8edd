"""A new key, and the request with which Apple is asked for its certificate."""

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

#: Apple issues distribution certificates for RSA keys of this length only.
KEY_SIZE = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """A key that nobody else has seen and the request for its certificate, both PEM."""

    key_pem: bytes = field(repr=False)
    csr_pem: bytes = field(repr=False)


def make_request(common_name: str, email: str = "") -> CertificateRequest:
    """
    Make a key and a certificate signing request for it.

    Apple replaces the subject by its own. The key is not encrypted: keep it where secrets are kept.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
    names = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if email:
        names.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, email))
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    return CertificateRequest(
        key_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        csr_pem=request.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
    )
