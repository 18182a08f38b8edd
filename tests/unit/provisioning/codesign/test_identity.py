"""Identities come from a p12 of any age or from our own request, and never show their key."""

import pickle
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from bot.sandbox.samples import identities
from provisioning.codesign.authorities import apple_authorities
from provisioning.codesign.errors import IdentityRefused
from provisioning.codesign.identity.files import import_p12, import_pem
from provisioning.codesign.identity.identity import Identity, make_identity
from provisioning.codesign.identity.keys import KeyAtHand
from provisioning.codesign.identity.request import make_request
from tests.programs import needed
from tests.unit.provisioning.codesign import world

PASSWORD = "correct horse"
SAMPLE = identities.signing_identity()


def p12(encryption: KeySerializationEncryption, *, chain: bool = True) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"signer", SAMPLE.key, SAMPLE.certificate, SAMPLE.chain if chain else None, encryption
    )


def old_encryption() -> KeySerializationEncryption:
    builder = PrivateFormat.PKCS12.encryption_builder()
    algorithm = pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC
    sealed = builder.key_cert_algorithm(algorithm).hmac_hash(hashes.SHA1())  # noqa: S303  as in old files
    return sealed.build(PASSWORD.encode())


@pytest.mark.parametrize("chain", [True, False])
@pytest.mark.parametrize("age", ["modern", "old"])
def test_a_p12_of_any_age_gives_the_identity(age: str, *, chain: bool) -> None:
    modern = BestAvailableEncryption(PASSWORD.encode())
    content = p12(modern if age == "modern" else old_encryption(), chain=chain)

    found = import_p12(content, PASSWORD, world.authorities())

    assert found.fingerprint == SAMPLE.fingerprint
    assert found.team_id == world.TEAM.id
    assert [item.subject for item in found.chain] == [item.subject for item in world.authorities()]


def test_an_intermediate_that_came_along_is_used_when_it_is_new() -> None:
    content = p12(BestAvailableEncryption(PASSWORD.encode()))

    found = import_p12(content, PASSWORD, world.roots())

    assert [item.subject for item in found.chain] == [item.subject for item in world.authorities()]


def test_a_root_that_came_along_is_never_believed() -> None:
    content = p12(BestAvailableEncryption(PASSWORD.encode()))

    with pytest.raises(IdentityRefused, match="does not lead to a root of Apple's"):
        import_p12(content, PASSWORD)


def test_a_key_and_its_certificate_are_joined(signer: Identity) -> None:
    key = SAMPLE.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = SAMPLE.certificate.public_bytes(Encoding.PEM)
    found = import_pem(key, certificate, world.authorities())

    assert found.fingerprint == signer.fingerprint
    assert found.sign(b"words") == signer.sign(b"words")


def test_a_p12_with_rc2_as_keychain_wrote_it_is_read(tmp_path: Path) -> None:
    needed("openssl")
    key = SAMPLE.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "both.pem").write_bytes(key + SAMPLE.certificate.public_bytes(Encoding.PEM))
    command = "openssl pkcs12 -export -legacy -in both.pem -out out.p12 -passout pass:secret"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("This OpenSSL has no legacy algorithms.")

    found = import_p12((tmp_path / "out.p12").read_bytes(), "secret", world.authorities())

    assert found.fingerprint == SAMPLE.fingerprint


def test_a_wrong_password_is_told_without_the_password() -> None:
    content = p12(BestAvailableEncryption(PASSWORD.encode()))

    with pytest.raises(IdentityRefused, match="password is wrong") as caught:
        import_p12(content, "battery staple", world.authorities())
    assert "staple" not in str(caught.value)


def test_a_p12_without_a_key_is_refused() -> None:
    content = pkcs12.serialize_key_and_certificates(
        b"signer", None, SAMPLE.certificate, None, BestAvailableEncryption(PASSWORD.encode())
    )

    with pytest.raises(IdentityRefused, match="no private key"):
        import_p12(content, PASSWORD, world.authorities())


@pytest.mark.parametrize("content", [b"", b"no p12", bytes(2 << 20)])
def test_what_is_no_p12_is_refused(content: bytes) -> None:
    with pytest.raises(IdentityRefused):
        import_p12(content, PASSWORD, world.authorities())


def test_a_key_of_another_certificate_is_refused() -> None:
    other = identities.signing_identity(number=2)

    with pytest.raises(IdentityRefused, match="does not belong"):
        make_identity(other.key, SAMPLE.certificate, world.authorities())


def test_a_key_that_cannot_sign_apps_is_refused() -> None:
    with pytest.raises(IdentityRefused, match="of a kind that cannot"):
        make_identity(ed25519.Ed25519PrivateKey.generate(), SAMPLE.certificate, world.authorities())


def test_a_certificate_that_apple_did_not_issue_is_refused() -> None:
    with pytest.raises(IdentityRefused, match="known here"):
        make_identity(SAMPLE.key, SAMPLE.certificate)


def issued(issuer: x509.Name, *extensions: x509.ExtensionType) -> x509.Certificate:
    """Return a certificate that names *issuer*, and is signed with its own key."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mine")]))
        .issuer_name(issuer)
        .public_key(SAMPLE.key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(SAMPLE.key, hashes.SHA256())


@pytest.mark.parametrize("authorities", [None, world.authorities()])
def test_e13_a_certificate_that_signed_itself_is_refused(
    authorities: list[x509.Certificate] | None,
) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mine")])

    with pytest.raises(IdentityRefused, match="does not lead to a root of Apple's"):
        make_identity(SAMPLE.key, issued(name), authorities)


def test_e13_a_certificate_that_signed_itself_is_taken_where_it_is_the_authority() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mine")])
    certificate = issued(name)

    assert make_identity(SAMPLE.key, certificate, [certificate]).chain == ()


def test_e13_a_certificate_that_only_names_an_authority_is_refused() -> None:
    authority = apple_authorities()[-1]
    found = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    key_id = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)

    with pytest.raises(IdentityRefused, match="not signed by the authority that it names"):
        make_identity(SAMPLE.key, issued(authority.subject, key_id))


def test_no_output_shows_the_key(signer: Identity) -> None:
    assert repr(signer) == "Identity()"
    assert str(signer) == "Identity()"
    with pytest.raises(TypeError):
        pickle.dumps(signer)


def test_a_request_can_be_answered_and_the_answer_imported() -> None:
    request = make_request("Slipway", "ann@example.com")
    csr = x509.load_pem_x509_csr(request.csr_pem)
    key = load_pem_private_key(request.key_pem, None)
    issuer = identities.intermediate_authority()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(SAMPLE.certificate.subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(csr.public_key())
        .serial_number(77)
        .not_valid_before(SAMPLE.certificate.not_valid_before_utc)
        .not_valid_after(SAMPLE.certificate.not_valid_after_utc)
        .sign(issuer.key, hashes.SHA256())
    )

    for form in (Encoding.PEM, Encoding.DER):
        found = import_pem(request.key_pem, certificate.public_bytes(form), world.authorities())
        assert found.team_id == world.TEAM.id

    assert csr.is_signature_valid
    assert getattr(key, "key_size", 0) == 2048
    assert "PRIVATE" not in repr(request)


def test_a_damaged_pem_is_refused() -> None:
    with pytest.raises(IdentityRefused, match="cannot be read"):
        import_pem(b"-----BEGIN", SAMPLE.der, world.authorities())


def test_a_key_on_an_elliptic_curve_signs_too(signer: Identity) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    curve = replace(signer, key=KeyAtHand(private=key))

    signature = curve.sign(b"words")

    key.public_key().verify(signature, b"words", ec.ECDSA(hashes.SHA256()))
