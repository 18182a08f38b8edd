"""An authority of the tests' own, and certificates good and bad."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "slipway.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a certificate is to be like."""

    host: str = HOST
    days: float = 60.0
    chain: bool = True
    own: bool = False  #: It is signed by itself.


def issued(name: str, by: Signer | None, *, days: float = 3650.0, host: str = "") -> Signer:
    """Return a certificate: of a server when it has a *host*, else of an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    issuer = by or Signer(certificate=_unused(key, subject), key=key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    if host:
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        builder = builder.add_extension(names, critical=False)
    return Signer(certificate=builder.sign(issuer.key, hashes.SHA256()), key=key)


def _unused(key: ec.EllipticCurvePrivateKey, subject: x509.Name) -> x509.Certificate:
    """Return a certificate for its subject alone."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


class Authority:
    """A root that the doctor trusts, and an intermediate that issues."""

    def __init__(self) -> None:
        self._root = issued("Tests Root", None)
        self._intermediate = issued("Tests Intermediate", self._root)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self._root.pem.decode())

    def server(self, folder: Path, wanted: Wanted) -> ssl.SSLContext:
        """Return what a server speaks TLS with."""
        signer = None if wanted.own else self._intermediate
        leaf = issued(wanted.host, signer, days=wanted.days, host=wanted.host)
        chain = [leaf.pem]
        if wanted.chain and not wanted.own:
            chain.append(self._intermediate.pem)
        key = leaf.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / "fullchain.pem").write_bytes(b"".join(chain))
        (folder / "key.pem").write_bytes(key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "fullchain.pem", folder / "key.pem")
        return context
