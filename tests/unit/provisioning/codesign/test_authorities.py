"""Apple's authorities are the ones Apple published, and the right one is chosen."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from provisioning.codesign.authorities import apple_authorities, apple_roots, chain_for
from provisioning.codesign.errors import IdentityRefused
from provisioning.codesign.verifying.trust import chain_of
from tests.unit.provisioning.codesign import world

#: The first bytes of each SHA-256, as https://www.apple.com/certificateauthority/ lists them.
PUBLISHED = {
    "Apple Root CA": "b0b1730ecbc7ff45",
    "Apple Root CA - G2": "c2b9b042dd57830e",
    "Apple Root CA - G3": "63343abfb89a6a03",
}
#: The intermediates in use today, by their year or generation.
DEVELOPER_RELATIONS = {
    "dcf21878c77f4198",
    "ea4757885538dd8c",
    "53fd008278e5a595",
    "bdd4ed6e74691f0c",
}


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()[:16]


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def test_the_roots_are_apples() -> None:
    assert {common_name(item): fingerprint(item) for item in apple_roots()} == PUBLISHED


def test_the_intermediates_in_use_are_there() -> None:
    found = {fingerprint(item) for item in apple_authorities()}

    assert len(found) == 16
    assert found >= DEVELOPER_RELATIONS


@pytest.mark.parametrize("number", range(16))
def test_every_authority_leads_to_one_of_the_roots(number: int) -> None:
    authority = apple_authorities()[number]

    chain = chain_for(authority, apple_authorities())

    assert (chain[-1] if chain else authority) in apple_roots()
    assert chain_of(authority, apple_authorities())[1:] == list(chain)


def issue(authority: x509.Certificate) -> x509.Certificate:
    """Issue a certificate that names *authority* as Apple's leaves do; its signature is ours."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    found = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leaf")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )


def test_the_key_identifier_decides_between_intermediates_of_one_name() -> None:
    relations = [
        item
        for item in apple_authorities()
        if common_name(item) == "Apple Worldwide Developer Relations Certification Authority"
    ]
    assert len(relations) == 7

    for authority in relations:
        assert chain_for(issue(authority), apple_authorities())[0] == authority


def test_a_certificate_of_somebody_else_is_refused() -> None:
    with pytest.raises(IdentityRefused, match="not issued by an authority of Apple's"):
        chain_for(world.identity().certificate, apple_authorities())
