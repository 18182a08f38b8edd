"""
A synthetic signing world: authorities, certificates, teams and device ids that belong to nobody.

The shape of the certificates is Apple's (subject fields, marker extensions, a chain of three), the
names and keys are ours. Keys are made once per process.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.sandbox.samples import der

_MARKERS = {
    # The extensions by which Apple marks what a certificate is for.
    "intermediate": "1.2.840.113635.100.6.2.1",
    "iPhone Developer": "1.2.840.113635.100.6.1.2",
    "Apple Development": "1.2.840.113635.100.6.1.12",
    "iPhone Distribution": "1.2.840.113635.100.6.1.4",
    "Apple Distribution": "1.2.840.113635.100.6.1.7",
    "Developer ID Application": "1.2.840.113635.100.6.1.13",
    "Developer ID Installer": "1.2.840.113635.100.6.1.14",
}

_KEPT = "synthetic"
"""The password of kept files. It guards nothing: the identities belong to nobody."""

CertificateKind = Literal[
    "iPhone Distribution",
    "Apple Distribution",
    "iPhone Developer",
    "Apple Development",
    "Developer ID Application",
    "Developer ID Installer",
]


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A developer team: ten capital letters and digits, and a name."""

    id: str
    name: str


HARBOUR_LABS = Team(id="A1B2C3D4E5", name="Harbour Labs")
OTHER_TEAM = Team(id="Z9Y8X7W6V5", name="Lighthouse Works")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A certificate with its private key, and the certificates above it, the root last."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate's DER, 64 hex digits."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def common_name(self) -> str:
        return _text_of(self.certificate, NameOID.COMMON_NAME)

    @property
    def bag(self) -> tuple[bytes, ...]:
        """The DER of the whole chain, this certificate first."""
        return (self.der, *(above.public_bytes(Encoding.DER) for above in self.chain))

    @property
    def has_curve(self) -> bool:
        """Whether the key is of an elliptic curve, and not RSA."""
        return isinstance(self.key, ec.EllipticCurvePrivateKey)

    def sign(self, content: bytes, digest: hashes.HashAlgorithm | None = None) -> bytes:
        """Give a signature over the content: PKCS#1 v1.5 or ECDSA, SHA-256 if nothing else."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), digest or hashes.SHA256())
        return self.key.sign(content, ec.ECDSA(digest or hashes.SHA256()))

    def p12(self, password: str) -> bytes:
        """Give the identity as a PKCS#12 file, the way Keychain would export it."""
        return pkcs12.serialize_key_and_certificates(
            self.common_name.encode(),
            self.key,
            self.certificate,
            self.chain,
            BestAvailableEncryption(password.encode()),
        )


@lru_cache(maxsize=64)  # Its password makes reading one slow, and many apps have one signer.
def identity_from_p12(content: bytes, password: str) -> Identity:
    """Give back what `Identity.p12` wrote, so that two processes can sign as the same person."""
    key, certificate, chain = pkcs12.load_key_and_certificates(content, password.encode())
    if certificate is None or not isinstance(key, Key):
        raise ValueError("This file holds no key of a kind we sign with, or no certificate.")
    return Identity(certificate=certificate, key=key, chain=tuple(chain))


def kept_identity(path: Path, make: Callable[[], Identity]) -> Identity:
    """
    Give the identity that lies at `path`, made and put there the first time.

    So two processes sign as the same person, and a newer build is no stranger to the older one.
    """
    if path.exists():
        return identity_from_p12(path.read_bytes(), _KEPT)
    identity = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(identity.p12(_KEPT))
    return identity


def new_root() -> Identity:
    """Make the root of a synthetic world."""
    name = _name(O="Slipway Sandbox", CN="Sandbox Root CA")
    return _issue(_Wish(subject=name, authority=True, years=20), issuer=None)


def new_intermediate(root: Identity) -> Identity:
    """Make what Apple calls WWDR: the authority that signs developers' certificates."""
    name = _name(O="Slipway Sandbox", OU="S1", CN="Sandbox Developer Relations CA")
    marker = _MARKERS["intermediate"]
    return _issue(_Wish(subject=name, authority=True, years=10, marker=marker), root)


def new_profile_signer(root: Identity) -> Identity:
    """Make the identity that signs provisioning profiles (at Apple it is one of Apple's own)."""
    name = _name(O="Slipway Sandbox", CN="Sandbox Provisioning Profile Signing")
    return _issue(_Wish(subject=name, years=5), root)


@cache
def root_authority() -> Identity:
    """Give the root of the synthetic world, made once per process."""
    return new_root()


@cache
def intermediate_authority() -> Identity:
    """Give the authority above developers' certificates, made once per process."""
    return new_intermediate(root_authority())


@cache
def profile_signer() -> Identity:
    """Give who signs provisioning profiles, made once per process."""
    return new_profile_signer(root_authority())


def signing_identity(
    team: Team = HARBOUR_LABS,
    kind: CertificateKind = "iPhone Distribution",
    number: int = 1,
    *,
    curve: bool = False,
) -> Identity:
    """
    Give a developer's identity; another `number` is a renewed certificate with another key.

    The key is RSA, as Apple wants it, or of the curve P-256.
    """
    return _signing_identity(team, kind, number, "P-256" if curve else "RSA")


@cache
def _signing_identity(
    team: Team, kind: CertificateKind, number: int, key: Literal["RSA", "P-256"]
) -> Identity:
    # The cache tells f(x) from f(a=x), so it sits behind the door that settles the arguments.
    issuer = intermediate_authority()
    return new_signing_identity(team, kind, issuer, number, curve=key != "RSA")


def new_signing_identity(
    team: Team, kind: CertificateKind, issuer: Identity, number: int = 1, *, curve: bool = False
) -> Identity:
    """Make a developer's identity, signed by an authority for developers."""
    name, marker = _subject(team, kind), _MARKERS[kind]
    wish = _Wish(subject=name, years=1, marker=marker, serial=number, curve=curve)
    return _issue(wish, issuer)


def certify(
    public_key: rsa.RSAPublicKey, team: Team, kind: CertificateKind, at: float, issuer: Identity
) -> x509.Certificate:
    """Give a developer's certificate for a key of somebody else's, good for a year from `at`."""
    wish = _Wish(subject=_subject(team, kind), years=1, marker=_MARKERS[kind])
    now = datetime.fromtimestamp(at, UTC).replace(microsecond=0)
    builder = _begun(wish, issuer.certificate.subject, x509.random_serial_number(), now)
    builder = _extended(builder.public_key(public_key), wish, public_key, issuer.key.public_key())
    return builder.sign(issuer.key, hashes.SHA256())


def android_identity(
    owner: str = "Harbour Labs", number: int = 1, *, curve: bool = False
) -> Identity:
    """Give a self-signed identity as Android developers use it, RSA or of the curve P-256."""
    return _android_identity(owner, number, "P-256" if curve else "RSA")


@cache
def _android_identity(owner: str, number: int, kind: Literal["RSA", "P-256"]) -> Identity:
    name = _name(C="GB", O=owner, CN=f"{owner} Android")
    return _issue(_Wish(subject=name, years=27, serial=number, curve=kind != "RSA"), issuer=None)


@cache
def windows_identity() -> Identity:
    """Give a self-signed identity of a publisher as MSIX packages name it."""
    name = _name(C="GB", O="Harbour Labs", CN="Harbour Labs")
    return _issue(_Wish(subject=name, years=3), issuer=None)


def device_id(number: int) -> str:
    """Give a UDID in the grammar of phones since 2018: 8 and 16 capital hex digits."""
    digest = hashlib.sha256(f"device {number}".encode()).hexdigest().upper()
    return f"00008110-{digest[:16]}"


def old_device_id(number: int) -> str:
    """Give a UDID in the grammar of phones before 2018: 40 hex digits."""
    return hashlib.sha1(f"device {number}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    subject: x509.Name
    years: int
    authority: bool = False
    marker: str | None = None
    serial: int = 1
    curve: bool = False


def _issue(wish: _Wish, issuer: Identity | None) -> Identity:
    key = _new_key(wish)
    above = issuer.key if issuer else key
    now = datetime.now(UTC).replace(microsecond=0)
    name = issuer.certificate.subject if issuer else wish.subject
    builder = _begun(wish, name, _serial(wish), now).public_key(key.public_key())
    builder = _extended(builder, wish, key.public_key(), above.public_key())
    certificate = builder.sign(above, hashes.SHA256())
    chain = (issuer.certificate, *issuer.chain) if issuer else ()
    return Identity(certificate=certificate, key=key, chain=chain)


def _begun(wish: _Wish, issuer: x509.Name, serial: int, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(wish.subject)
        .issuer_name(issuer)
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=365 * wish.years))
    )


def _new_key(wish: _Wish) -> Key:
    if wish.curve:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _extended(
    builder: x509.CertificateBuilder,
    wish: _Wish,
    key: PublicKey,
    above: PublicKey,
) -> x509.CertificateBuilder:
    builder = (
        builder.add_extension(x509.BasicConstraints(wish.authority, None), critical=True)
        .add_extension(_usage(authority=wish.authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )
    if not wish.authority:
        code_signing = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        builder = builder.add_extension(code_signing, critical=True)
    if wish.marker is None:
        return builder
    marker = x509.UnrecognizedExtension(x509.ObjectIdentifier(wish.marker), der.null())
    return builder.add_extension(marker, critical=not wish.authority)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _serial(wish: _Wish) -> int:
    digest = hashlib.sha256(f"{wish.subject.rfc4514_string()} {wish.serial}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1 | 1


def _subject(team: Team, kind: CertificateKind) -> x509.Name:
    named = f"{kind}: {team.name} ({team.id})"
    return _name(UID=team.id, CN=named, OU=team.id, O=team.name, C="US")


def _name(**fields: str) -> x509.Name:
    oids = {
        "UID": NameOID.USER_ID,
        "CN": NameOID.COMMON_NAME,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "O": NameOID.ORGANIZATION_NAME,
        "C": NameOID.COUNTRY_NAME,
    }
    return x509.Name([x509.NameAttribute(oids[key], value) for key, value in fields.items()])


def _text_of(certificate: x509.Certificate, field: x509.ObjectIdentifier) -> str:
    return str(certificate.subject.get_attributes_for_oid(field)[0].value)
