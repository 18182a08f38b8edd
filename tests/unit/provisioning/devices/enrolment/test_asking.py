"""The profile asks for a UDID and no more, and is signed with the certificate of the site."""

import plistlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from provisioning.devices.enrolment.asking import (
    EnrolmentQuestion,
    enrolment_profile,
    read_profile_signer,
)
from provisioning.devices.errors import EnrolmentMisconfigured
from tests.programs import needed

NOW = datetime.now(UTC)
QUESTION = EnrolmentQuestion(
    url="https://apps.example.com/enroll/secret/answer",
    challenge="c0ffee-1",
    identifier="com.example.slipway.enrolment",
    title="Add this phone & <more>",
    description="Tells Slipway\u0000 which phone this is.",
    organization="Jürgen & Co",
)


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
KEYS: dict[str, Key] = {
    "elliptic": ec.generate_private_key(ec.SECP256R1()),
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "edwards": ed25519.Ed25519PrivateKey.generate(),
}


def key(name: str) -> bytes:
    return KEYS[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate(name: str) -> bytes:
    """Return a certificate of the site for a day, as its own issuer gave it."""
    site = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.example.com")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(site)
        .issuer_name(site)
        .public_key(KEYS[name].public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(hours=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    signed = builder.sign(KEYS[name], None if name == "edwards" else hashes.SHA256())
    return signed.public_bytes(Encoding.PEM)


def test_a_profile_asks_for_no_more_than_is_needed() -> None:
    values = plistlib.loads(enrolment_profile(QUESTION))

    assert values["PayloadType"] == "Profile Service"
    assert values["PayloadVersion"] == 1
    assert values["PayloadDisplayName"] == "Add this phone & <more>"
    assert values["PayloadDescription"] == "Tells Slipway which phone this is."
    assert values["PayloadOrganization"] == "Jürgen & Co"
    assert values["PayloadContent"] == {
        "URL": QUESTION.url,
        "DeviceAttributes": ["UDID", "PRODUCT", "VERSION", "DEVICE_NAME"],
        "Challenge": "c0ffee-1",
    }


def test_each_profile_is_a_new_one() -> None:
    first, second = (plistlib.loads(enrolment_profile(QUESTION)) for _ in range(2))

    assert first["PayloadUUID"] != second["PayloadUUID"]


def test_a_question_shows_no_secret() -> None:
    assert "c0ffee" not in repr(QUESTION)
    assert "secret" not in repr(QUESTION)


@pytest.mark.parametrize("url", ["http://apps.example.com/x", "https:///x", "apps.example.com", ""])
def test_an_answer_goes_to_https_only(url: str) -> None:
    question = EnrolmentQuestion(
        url=url, challenge="x", identifier="a.b", title="t", description="d", organization="o"
    )

    with pytest.raises(EnrolmentMisconfigured, match="https"):
        enrolment_profile(question)


def test_this_very_machine_is_answered_without_https_as_in_the_demo() -> None:
    question = replace(QUESTION, url="http://127.0.0.1:8080/enroll/answer/x")

    assert plistlib.loads(enrolment_profile(question))["PayloadContent"]["URL"] == question.url


def test_a_question_without_a_challenge_is_refused() -> None:
    question = EnrolmentQuestion(
        url="https://a.example/x",
        challenge="",
        identifier="a.b",
        title="t",
        description="d",
        organization="o",
    )

    with pytest.raises(EnrolmentMisconfigured, match="challenge"):
        enrolment_profile(question)


@pytest.mark.parametrize("kind", ["rsa", "elliptic"])
def test_a_signed_profile_is_what_openssl_verifies(tmp_path: Path, kind: str) -> None:
    site = certificate(kind)
    signer = read_profile_signer(site + certificate("edwards"), key(kind), NOW)

    signed = enrolment_profile(QUESTION, signer)

    assert len(cms.ContentInfo.load(signed)["content"]["certificates"]) == 2
    assert "PRIVATE" not in repr(signer)
    (tmp_path / "signed").write_bytes(signed)
    (tmp_path / "site.pem").write_bytes(site)
    command = [needed("openssl"), "cms", "-verify", "-inform", "DER", "-in", "signed"]
    seen = subprocess.run(
        [*command, "-purpose", "any", "-CAfile", "site.pem"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert plistlib.loads(seen.stdout)["PayloadContent"]["URL"] == QUESTION.url


@pytest.mark.parametrize(
    ("chain", "own", "days", "code"),
    [
        ("rsa", "elliptic", 0, "other_key"),
        ("edwards", "edwards", 0, "unreadable_signer"),
        ("rsa", "rsa", 2, "signer_expired"),
        ("rsa", "rsa", -1, "signer_expired"),
    ],
)
def test_a_certificate_that_cannot_sign_is_told(chain: str, own: str, days: int, code: str) -> None:
    with pytest.raises(EnrolmentMisconfigured) as refused:
        read_profile_signer(certificate(chain), key(own), NOW + timedelta(days=days))

    assert refused.value.code == code


def test_what_is_no_pem_is_told() -> None:
    for chain, own in ((b"", key("rsa")), (key("rsa"), key("rsa")), (certificate("rsa"), b"x")):
        with pytest.raises(EnrolmentMisconfigured, match="have to be PEM"):
            read_profile_signer(chain, own, NOW)
