"""The verifier accepts what is signed well, whatever its shape."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp
from provisioning.codesign.verifying.verifier import verify
from provisioning.codesign.verifying.violation import Kind
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write

GOOD = {
    "plain": SampleApp(icon="none"),
    "fat": SampleApp(icon="none", architectures=("arm64", "x86_64")),
    "development": SampleApp(icon="none", profile="development"),
    "enterprise": SampleApp(icon="none", profile="enterprise"),
    "app store": SampleApp(icon="none", profile="appstore"),
    "descriptors": SampleApp(icon="none", descriptors=True),
    "zip64": SampleApp(icon="none", zip64=True),
    "large entitlements": SampleApp(
        icon="none",
        entitlements={
            "com.apple.developer.associated-domains": [f"applinks:{n}.example" for n in range(300)]
        },
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_well_signed_app_has_no_violations(write: Write, name: str) -> None:
    assert verify(write(GOOD[name]), roots=world.roots()) == []


def test_an_app_with_everything_in_it_has_no_violations(good: Path) -> None:
    assert verify(good, world.OLD_PHONE, roots=world.roots()) == []


def test_a_device_that_is_in_no_profile_is_named_for_every_bundle(good: Path) -> None:
    found = verify(good, world.NEW_PHONE, roots=world.roots())

    assert {item.kind for item in found} == {Kind.DEVICE}
    assert len(found) == 4
    assert world.NEW_PHONE not in "".join(map(str, found))


def test_a_root_that_is_not_apples_is_not_trusted(good: Path) -> None:
    found = verify(good)

    assert {item.kind for item in found} == {Kind.TRUST, Kind.PROFILE}


def test_a_year_later_certificate_and_profiles_have_expired(good: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=400)

    found = [str(item) for item in verify(good, roots=world.roots(), now=later)]

    assert any("has expired" in line for line in found)
    assert any("the profile expired on" in line for line in found)


def test_an_unsigned_app_lacks_everything(write: Write) -> None:
    found = verify(write(SampleApp(icon="none", signed=False)), roots=world.roots())

    assert {Kind.SIGNATURE, Kind.SEAL} <= {item.kind for item in found}


def test_an_encrypted_app_is_told_from_others(write: Write) -> None:
    found = verify(write(SampleApp(icon="none", encrypted=True)), roots=world.roots())

    assert any("encrypted by the App Store" in item.sentence for item in found)


def test_what_is_no_archive_is_one_violation(tmp_path: Path) -> None:
    path = tmp_path / "page.ipa"
    path.write_bytes(b"<html>Please sign in</html>" * 10)

    assert [item.kind for item in verify(path)] == [Kind.CONTAINER]


def test_a_violation_is_one_line(good: Path) -> None:
    for item in verify(good, world.NEW_PHONE):
        assert "\n" not in str(item)
        assert str(item).startswith("Payload/")
