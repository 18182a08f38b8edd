"""Trust: whether a certificate leads to a root we know, link by link, today."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning.codesign.structures.certificate import extensions_of, read_certificate
from provisioning.codesign.verifying.keys import is_signed_by
from provisioning.codesign.verifying.violation import Kind, Violation

MOST_LINKS = 8


def load(certificates: Iterable[bytes]) -> list[x509.Certificate]:
    """Read DER certificates. Raise Malformed."""
    return [read_certificate(raw) for raw in certificates]


def name_of(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    """Return the first value of one part of a certificate's subject."""
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def team_of(certificate: x509.Certificate) -> str:
    return name_of(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)


def chain_of(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Follow the issuers from *leaf* as far as *others* lead."""
    chain = [leaf]
    while len(chain) < MOST_LINKS and chain[-1].subject != chain[-1].issuer:
        issuer = next((item for item in others if _issued(item, chain[-1])), None)
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    algorithm = certificate.signature_hash_algorithm
    if issuer.subject != certificate.issuer or algorithm is None:
        return False
    # By hand, since the library no longer follows the SHA-1 links that older profiles have.
    return is_signed_by(
        issuer.public_key(), certificate.signature, certificate.tbs_certificate_bytes, algorithm
    )


def check_chain(
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    now: datetime | None,
    where: str,
) -> Iterator[Violation]:
    """Yield what keeps a chain from being trusted; without *now* no date matters."""
    known = {root.public_bytes(Encoding.DER) for root in roots}
    if chain[-1].public_bytes(Encoding.DER) not in known:
        yield _violation(where, "the certificates do not lead to a root that is known.")
    for certificate in chain[1:]:
        if not _is_authority(certificate):
            yield _violation(where, "an issuing certificate is not one of an authority.")
    if now is not None:
        for certificate in chain:
            yield from _check_dates(certificate, now, where)


def _check_dates(certificate: x509.Certificate, now: datetime, where: str) -> Iterator[Violation]:
    name = name_of(certificate, NameOID.COMMON_NAME)
    if now > certificate.not_valid_after_utc:
        yield _violation(where, f"the certificate {name} has expired.")
    if now < certificate.not_valid_before_utc:
        yield _violation(where, f"the certificate {name} is not valid yet.")


def is_for_code_signing(certificate: x509.Certificate) -> bool:
    try:
        usage = extensions_of(certificate).get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.CODE_SIGNING in usage


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return extensions_of(certificate).get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _violation(where: str, sentence: str) -> Violation:
    return Violation(kind=Kind.TRUST, where=where, sentence=sentence)
