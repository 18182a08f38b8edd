"""Provisioning profiles are what Apple hands out: property lists in a CMS signature."""

import plistlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms

from bot.sandbox.samples.identities import device_id, signing_identity
from bot.sandbox.samples.profiles import Profile, ProfileKind, mobileprovision
from tests.unit.bot.sandbox.samples.referees import ask


def _opened(content: bytes) -> dict[str, object]:
    signed = cms.ContentInfo.load(content)["content"]
    opened: dict[str, object] = plistlib.loads(signed["encap_content_info"]["content"].native)
    return opened


@pytest.mark.parametrize("open_lengths", [False, True])
@pytest.mark.parametrize("binary", [False, True])
def test_openssl_verifies_every_coding_of_a_profile(
    *, tmp_path: Path, open_lengths: bool, binary: bool
) -> None:
    path = tmp_path / "a.mobileprovision"
    path.write_bytes(mobileprovision(Profile(), open_lengths=open_lengths, binary=binary))
    out = tmp_path / "content"
    ask("openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", path, "-out", out)
    assert plistlib.loads(out.read_bytes())["Name"] == "Harbour Ad Hoc"


def test_the_open_form_has_no_lengths_at_its_start() -> None:
    assert mobileprovision(Profile(), open_lengths=True).startswith(b"\x30\x80")
    assert not mobileprovision(Profile()).startswith(b"\x30\x80")


@pytest.mark.parametrize(
    ("kind", "devices", "everybody", "debug"),
    [
        ("development", True, False, True),
        ("adhoc", True, False, False),
        ("enterprise", False, True, False),
        ("appstore", False, False, False),
    ],
)
def test_a_kind_shows_in_devices_and_entitlements(
    *, kind: ProfileKind, devices: bool, everybody: bool, debug: bool
) -> None:
    content = _opened(mobileprovision(Profile(kind=kind)))
    entitlements = content["Entitlements"]
    assert isinstance(entitlements, dict)
    assert ("ProvisionedDevices" in content) is devices
    assert ("ProvisionsAllDevices" in content) is everybody
    assert entitlements["get-task-allow"] is debug
    assert entitlements["application-identifier"] == "A1B2C3D4E5.com.example.harbour"


def test_a_profile_holds_what_it_was_given() -> None:
    expires = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
    certificate = signing_identity().der
    content = _opened(
        mobileprovision(
            Profile(
                devices=[device_id(7)],
                certificates=[certificate],
                expires=expires,
                entitlements={"aps-environment": "production"},
            )
        )
    )
    assert content["ProvisionedDevices"] == [device_id(7)]
    assert content["DeveloperCertificates"] == [certificate]
    assert content["ExpirationDate"] == expires.replace(tzinfo=None)
    entitlements = content["Entitlements"]
    assert isinstance(entitlements, dict)
    assert entitlements["aps-environment"] == "production"
    assert content["TeamIdentifier"] == ["A1B2C3D4E5"]
