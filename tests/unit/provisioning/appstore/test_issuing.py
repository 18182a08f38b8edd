"""Certificates: one for a key, and never a second one by mistake."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import CertificateLimitReached
from provisioning.codesign.identity.request import CertificateRequest, make_request
from tests.unit.provisioning.appstore.wire_apple import (
    BROKEN,
    BROKEN_AFTER,
    LOST,
    LOST_AFTER,
    PAGE_AFTER,
    Entity,
    Trouble,
    WireApple,
    refusing,
)

AUTHORITY = ec.generate_private_key(ec.SECP256R1())
LIMIT = refusing(
    409,
    "ENTITY_ERROR",
    "You already have a current Distribution certificate or a pending certificate request.",
)


@pytest.fixture(scope="module")
def request_of_ours() -> CertificateRequest:
    return make_request("Slipway")


@pytest.fixture(autouse=True)
def apples_habits(apple: WireApple) -> None:
    """Sign what is asked for."""

    def fill(entity: Entity) -> None:
        attributes = entity["attributes"]
        csr = x509.load_pem_x509_csr(attributes.pop("csrContent").encode())
        certificate = signed(csr)
        attributes["certificateContent"] = b64encode(
            certificate.public_bytes(Encoding.DER)
        ).decode()
        attributes["serialNumber"] = f"{certificate.serial_number:X}"
        attributes.setdefault("expirationDate", "2100-01-01T00:00:00.000+0000")

    apple.fill = fill


def signed(csr: x509.CertificateSigningRequest) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Apple Distribution: Example")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(csr.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(AUTHORITY, hashes.SHA256())
    )


@pytest.mark.parametrize(
    ("trouble", "gets", "posts"),
    [
        (None, 1, 1),
        (LOST, 2, 2),
        (LOST_AFTER, 2, 1),
        (BROKEN, 2, 2),
        (BROKEN_AFTER, 2, 1),
        (PAGE_AFTER, 2, 1),
    ],
)
async def test_a_certificate_is_asked_for_once(
    apple: WireApple,
    team: AppStore,
    request_of_ours: CertificateRequest,
    trouble: Trouble | None,
    gets: int,
    posts: int,
) -> None:
    apple.plan("POST", [trouble] if trouble else [])

    first = await team.certificates.issue(request_of_ours.csr_pem)

    assert (apple.calls("GET"), apple.calls("POST")) == (gets, posts)
    again = await team.certificates.issue(request_of_ours.csr_pem)
    assert again == first
    assert len(apple.entities["certificates"]) == 1
    assert apple.calls("POST") == posts
    sent = apple.bodies[0]["data"]["attributes"]
    assert sent["csrContent"].startswith("-----BEGIN CERTIFICATE REQUEST-----")
    assert sent["certificateType"] == "DISTRIBUTION"


async def test_the_limit_is_told_and_nothing_is_revoked(
    apple: WireApple, team: AppStore, request_of_ours: CertificateRequest
) -> None:
    apple.plan("POST", [LIMIT])

    with pytest.raises(CertificateLimitReached, match="One must be revoked first"):
        await team.certificates.issue(request_of_ours.csr_pem)
    assert (apple.calls("GET"), apple.calls("POST"), apple.calls("DELETE")) == (3, 1, 0)


async def test_a_certificate_of_another_type_or_time_is_not_taken(
    apple: WireApple, team: AppStore, request_of_ours: CertificateRequest
) -> None:
    csr = request_of_ours.csr_pem.decode()
    apple.plant("certificates", {"csrContent": csr, "certificateType": "DEVELOPMENT"})
    old = {"certificateType": "DISTRIBUTION", "expirationDate": "2020-01-01T00:00:00.000+0000"}
    apple.plant("certificates", {"csrContent": csr} | old)

    await team.certificates.issue(request_of_ours.csr_pem)

    assert apple.calls("POST") == 1


async def test_certificates_that_nobody_can_read_are_passed_over(
    apple: WireApple, team: AppStore, request_of_ours: CertificateRequest
) -> None:
    apple.entities["certificates"] = {
        name: {"type": "certificates", "id": name, "attributes": {"certificateContent": content}}
        for name, content in {"C7": None, "C8": "!", "C9": b64encode(b"no DER").decode()}.items()
    }
    for one in apple.entities["certificates"].values():
        one["attributes"]["certificateType"] = "DISTRIBUTION"

    assert (await team.certificates.issue(request_of_ours.csr_pem)).content


@pytest.mark.parametrize("trouble", [LOST, LOST_AFTER])
async def test_a_certificate_is_revoked(
    apple: WireApple, team: AppStore, request_of_ours: CertificateRequest, trouble: Trouble
) -> None:
    known = await team.certificates.issue(request_of_ours.csr_pem)
    apple.plan("DELETE", [trouble])

    await team.certificates.revoke(known.id)

    assert apple.entities["certificates"] == {}
    assert apple.calls("DELETE") == (1 if trouble.after else 2)
