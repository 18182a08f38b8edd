"""What signs for an identity: a private key at hand, or whoever holds one elsewhere."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provisioning.codesign.errors import IdentityRefused

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

#: Everything is signed by its SHA-256, of so many bytes.
DIGEST_SIZE: Final = 32
_HASHED: Final = Prehashed(hashes.SHA256())


class SignatureAlgorithm(StrEnum):
    """How an app is signed; the key decides. An ECDSA signature is a pair in DER."""

    RSA = "rsa-pkcs1v15-sha256"
    ECDSA = "ecdsa-sha256"


class DigestSigner(Protocol):
    """Signs digests. The private key may be out of reach."""

    @property
    def algorithm(self) -> SignatureAlgorithm: ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the signature over a SHA-256 digest. It may take a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAtHand:
    """A private key in this very process; it shows in no output."""

    private: PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        return algorithm_of(self.private.public_key())

    def sign_digest(self, digest: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(digest, padding.PKCS1v15(), _HASHED)
        return self.private.sign(digest, ec.ECDSA(_HASHED))

    def pem(self) -> bytes:
        """Return the key as PKCS#8, not encrypted: keep it where secrets are kept."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """Return the key that a certificate is for. Raise IdentityRefused for one that signs no app."""
    key = certificate.public_key()
    if not isinstance(key, PublicKey):
        raise IdentityRefused("This certificate is of a kind that cannot sign apps.")
    return key


def algorithm_of(key: PublicKey) -> SignatureAlgorithm:
    """Return how the private key that belongs to this public one signs."""
    if isinstance(key, rsa.RSAPublicKey):
        return SignatureAlgorithm.RSA
    return SignatureAlgorithm.ECDSA
