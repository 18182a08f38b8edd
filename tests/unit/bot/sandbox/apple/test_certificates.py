"""Certificates are issued for real requests, so many of a type, and revoked."""

import base64
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from bot.sandbox.apple.devices import YEAR
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import intermediate_authority, root_authority
from provisioning.codesign.identity.request import CertificateRequest, make_request
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient
from tests.unit.bot.sandbox.samples.referees import ask


@pytest.fixture(scope="module")
def request_() -> CertificateRequest:
    return make_request("Slipway", "ann@example.com")


async def _issue(client: AppleClient, csr: str, kind: str = "DISTRIBUTION") -> Answer:
    return await client.post("certificates", {"certificateType": kind, "csrContent": csr})


async def test_openssl_trusts_the_certificate_of_our_own_key(
    client: AppleClient, request_: CertificateRequest, tmp_path: Path
) -> None:
    answer = await _issue(client, request_.csr_pem.decode())

    assert answer.status == 201
    attributes = answer.data["attributes"]
    issued = tmp_path / "issued.der"
    issued.write_bytes(base64.b64decode(attributes["certificateContent"]))
    for name, authority in (("above", intermediate_authority()), ("root", root_authority())):
        pem = authority.certificate.public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    root, above = tmp_path / "root.pem", tmp_path / "above.pem"
    # Like Apple's, the certificate has a critical extension that OpenSSL does not know.
    trusted = ("-ignore_critical", "-CAfile", root, "-untrusted", above)
    verified = ask("openssl", "verify", *trusted, issued)
    text = ask("openssl", "x509", "-inform", "DER", "-in", issued, "-noout", "-subject", "-serial")
    certificate = x509.load_der_x509_certificate(issued.read_bytes())
    ours = load_pem_private_key(request_.key_pem, password=None)
    assert verified.endswith("OK\n")
    assert "Apple Distribution: Harbour Labs (A1B2C3D4E5)" in text
    assert attributes["serialNumber"] in text
    assert certificate.public_key() == ours.public_key()
    assert attributes["name"] == "Apple Distribution: Harbour Labs"
    assert attributes["displayName"] == "Harbour Labs"
    assert attributes["certificateType"] == "DISTRIBUTION"
    assert attributes["activated"] is True


async def test_a_request_may_come_as_der_in_base64(
    client: AppleClient, request_: CertificateRequest
) -> None:
    der = x509.load_pem_x509_csr(request_.csr_pem).public_bytes(Encoding.DER)

    assert (await _issue(client, base64.b64encode(der).decode())).status == 201


def _signed(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Slipway")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


async def test_a_bad_request_is_refused(client: AppleClient, request_: CertificateRequest) -> None:
    der = bytearray(x509.load_pem_x509_csr(request_.csr_pem).public_bytes(Encoding.DER))
    der[-1] ^= 1
    refused = (
        "none",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        _signed(ec.generate_private_key(ec.SECP256R1())),
        _signed(rsa.generate_private_key(65537, 3072)),
        base64.b64encode(bytes(der)).decode(),
    )

    answers = [await _issue(client, csr) for csr in refused]

    assert [answer.code for answer in answers] == ["ENTITY_ERROR.ATTRIBUTE.INVALID"] * 5
    assert all("parameter 'csrContent'" in answer.detail for answer in answers)


async def test_a_team_has_so_many_of_a_type(
    apple: SandboxApple, client: AppleClient, request_: CertificateRequest
) -> None:
    csr = request_.csr_pem.decode()
    for _ in range(3):
        assert (await _issue(client, csr)).status == 201

    fourth = await _issue(client, csr)

    assert (fourth.status, fourth.code) == (409, "ENTITY_ERROR")
    assert "already have a current Distribution certificate or a pending" in fourth.detail
    assert (await _issue(client, csr, "IOS_DISTRIBUTION")).status == 201
    listed = await client.get("/certificates?filter[certificateType]=DISTRIBUTION")
    assert len({each["attributes"]["serialNumber"] for each in listed.data}) == 3

    apple.clock.advance(YEAR + 86_400)
    assert (await _issue(client, csr)).status == 201


async def test_a_certificate_is_turned_off_and_revoked(
    client: AppleClient, team: SandboxTeam, request_: CertificateRequest
) -> None:
    id_ = (await _issue(client, request_.csr_pem.decode())).data["id"]

    off = await client.patch("certificates", id_, activated=False)
    revoked = await client.delete("certificates", id_)

    assert off.data["attributes"]["activated"] is False
    assert revoked.status == 204
    assert list(team.certificates) == []
    assert (await client.get(f"/certificates/{id_}")).status == 404
