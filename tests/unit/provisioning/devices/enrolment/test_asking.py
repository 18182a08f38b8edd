"""The profile asks for a UDID and no more, and is signed with the certificate of the site."""

import plistlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from provisioning.devices.enrolment.asking import (
    Question,
    enrolment_profile,
    read_profile_signer,
)
from provisioning.devices.errors import EnrolmentMisconfigured
from tests.programs import needed
from tests.unit.provisioning.devices.enrolment.authority import DeviceAuthority

NOW = datetime.now(UTC)
QUESTION = Question(
    url="https://apps.example.com/enroll/secret/answer",
    challenge="c0ffee-1",
    identifier="com.example.slipway.enrolment",
    title="Add this phone & <more>",
    description="Tells Slipway\u0000 which phone this is.",
    organization="Jürgen & Co",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DeviceAuthority:
    return DeviceAuthority.made_in(tmp_path_factory.mktemp("authority"))


def pem(authority: DeviceAuthority, *names: str) -> bytes:
    return b"".join((authority.folder / name).read_bytes() for name in names)


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
    question = Question(
        url=url, challenge="x", identifier="a.b", title="t", description="d", organization="o"
    )

    with pytest.raises(EnrolmentMisconfigured, match="https"):
        enrolment_profile(question)


def test_a_question_without_a_challenge_is_refused() -> None:
    question = Question(
        url="https://a.example/x",
        challenge="",
        identifier="a.b",
        title="t",
        description="d",
        organization="o",
    )

    with pytest.raises(EnrolmentMisconfigured, match="challenge"):
        enrolment_profile(question)


@pytest.mark.parametrize("kind", ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256"])
def test_a_signed_profile_is_what_openssl_verifies(
    authority: DeviceAuthority, tmp_path: Path, kind: str
) -> None:
    authority.run(
        f"req -x509 -newkey {kind} -nodes -sha256 -days 1 -subj /CN=site "
        "-keyout site.key -out site.pem"
    )
    chain = pem(authority, "site.pem", "ca.pem")
    signer = read_profile_signer(chain, pem(authority, "site.key"), NOW + timedelta(minutes=5))

    signed = enrolment_profile(QUESTION, signer)

    assert len(cms.ContentInfo.load(signed)["content"]["certificates"]) == 2
    assert "PRIVATE" not in repr(signer)
    (tmp_path / "signed").write_bytes(signed)
    trusted = str(authority.folder / "site.pem")
    command = [needed("openssl"), "cms", "-verify", "-inform", "DER", "-in", "signed"]
    seen = subprocess.run(
        [*command, "-purpose", "any", "-CAfile", trusted],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert plistlib.loads(seen.stdout)["PayloadContent"]["URL"] == QUESTION.url


@pytest.mark.parametrize(
    ("chain", "key", "days", "code"),
    [
        (("device.pem",), ("bare.key",), 0, "other_key"),
        (("device.key",), ("device.key",), 0, "unreadable_signer"),
        (("device.pem",), ("device.pem",), 0, "unreadable_signer"),
        (("device.pem",), ("device.key",), 400, "signer_expired"),
        (("device.pem",), ("device.key",), -1, "signer_expired"),
    ],
    ids=range(5),
)
def test_a_certificate_that_cannot_sign_is_told(
    authority: DeviceAuthority, chain: tuple[str, ...], key: tuple[str, ...], days: int, code: str
) -> None:
    moment = NOW + timedelta(days=days, minutes=5)

    with pytest.raises(EnrolmentMisconfigured) as refused:
        read_profile_signer(pem(authority, *chain), pem(authority, *key), moment)

    assert refused.value.code == code
