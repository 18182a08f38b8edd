"""A signing identity: what signs, Apple's certificate for it, and the chain to Apple's root."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from provisioning.codesign.authorities import apple_authorities, apple_roots, chain_for
from provisioning.codesign.errors import IdentityRefused
from provisioning.codesign.identity.keys import (
    DigestSigner,
    KeyAtHand,
    PrivateKey,
    PublicKey,
    SignatureAlgorithm,
    public_key_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who signs. The key shows in no output; `chain` is the issuers, nearest first, root last."""

    key: DigestSigner = field(repr=False)
    certificate: x509.Certificate = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(repr=False)

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """Where trust begins for the profiles that list this certificate: where its own does."""
        root = (self.certificate, *self.chain)[-1]
        apples = apple_roots()
        return apples if root in apples else (root,)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, lower-case hex; the one thing to show of an identity."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def name(self) -> str:
        return self._subject(NameOID.COMMON_NAME)

    @property
    def team_id(self) -> str:
        return self._subject(NameOID.ORGANIZATIONAL_UNIT_NAME)

    @property
    def expires_at(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def algorithm(self) -> SignatureAlgorithm:
        return self.key.algorithm

    @property
    def key_bytes(self) -> int:
        """The length of the key, in bytes."""
        return public_key_of(self.certificate).key_size // 8

    def sign(self, data: bytes) -> bytes:
        """Sign *data* by its SHA-256."""
        return self.key.sign_digest(sha256(data).digest())

    def _subject(self, oid: x509.ObjectIdentifier) -> str:
        found = self.certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""


def make_identity(
    key: object,
    certificate: x509.Certificate,
    authorities: Sequence[x509.Certificate] | None = None,
    carried: Sequence[x509.Certificate] = (),
) -> Identity:
    """
    Join a key and a certificate into an identity, and find the certificate's chain.

    *authorities* are searched in place of Apple's, and then those that were *carried* along: Apple
    makes new intermediates now and then. Raise IdentityRefused when the two do not belong together,
    when the key is of another kind, or when the chain, link by link, does not reach one of the
    authorities.
    """
    if not isinstance(key, PrivateKey):
        raise IdentityRefused("This private key is of a kind that cannot sign apps.")
    if _written(key.public_key()) != _written(public_key_of(certificate)):
        raise IdentityRefused("The private key does not belong to this certificate.")
    known = apple_authorities() if authorities is None else authorities
    chain = chain_for(certificate, (*known, *carried))
    links = (certificate, *chain)
    if links[-1] not in known:
        raise IdentityRefused("The certificate does not lead to a root of Apple's.")
    # Those that are known need no signature, and some of Apple's have one of SHA-1.
    if not all(one in known or _has_signed(issuer, one) for one, issuer in pairwise(links)):
        raise IdentityRefused("The certificate is not signed by the authority that it names.")
    return Identity(key=KeyAtHand(private=key), certificate=certificate, chain=chain)


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _written(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
