"""The verifier accepts what is signed well, whatever its shape."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.samples.archive import ArchiveWriter
from bot.sandbox.samples.bundle import Bundle
from bot.sandbox.samples.identities import signing_identity
from bot.sandbox.samples.ipa import SampleApp
from bot.sandbox.samples.macho import MachO
from bot.sandbox.samples.signature import CodeSigning
from provisioning.codesign.resign import resign
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


def write_links(path: Path, target: str = "Tiles", *, signed: bool = True) -> Path:
    """Write an app with a symbolic link, which its seal says leads to Tiles."""
    with path.open("w+b") as file:
        archive = ArchiveWriter(file)
        bundle = Bundle(archive, "Payload/Harbour.app")
        bundle.add_info({"CFBundleExecutable": "Harbour", "CFBundleIdentifier": world.APP_ID})
        bundle.add("Tiles/one.txt", b"1")
        archive.link("Payload/Harbour.app/Alias", target)
        bundle._seal.keep_link("Alias", "Tiles")
        bundle.add(
            "embedded.mobileprovision", world.profile(world.APP_ID, world.identity()).content
        )
        signing = CodeSigning(
            identifier=world.APP_ID,
            identity=signing_identity(),
            team_id=world.TEAM.id,
            entitlements=world.entitlements(world.APP_ID),
        )
        bundle.finish(MachO(name="Harbour"), signing if signed else None)
        archive.close()
    return path


def test_symbolic_links_are_sealed_by_where_they_lead(tmp_path: Path) -> None:
    good = write_links(tmp_path / "good.ipa")
    bad = write_links(tmp_path / "bad.ipa", "Info.plist")

    assert verify(good, roots=world.roots()) == []
    assert [item.sentence for item in verify(bad, roots=world.roots())] == [
        "Alias is sealed as a link to somewhere else."
    ]


def test_a_new_seal_has_the_links_as_well(tmp_path: Path) -> None:
    unsigned = write_links(tmp_path / "unsigned.ipa", signed=False)
    signer = world.identity()

    resign(
        unsigned,
        signer,
        [world.profile(world.APP_ID, signer)],
        tmp_path / "out.ipa",
        roots=world.roots(),
    )

    assert verify(tmp_path / "out.ipa", roots=world.roots()) == []


def test_bytes_between_slices_are_found(tmp_path: Path, write: Write) -> None:
    before = write(SampleApp(icon="none", architectures=("arm64", "x86_64"), extensions=0))
    name = "Payload/Harbour.app/Harbour"
    after = world.edited(
        before, tmp_path / "x.ipa", {name: lambda raw: raw[:5_000] + b"\x01" + raw[5_001:]}
    )

    found = verify(after, roots=world.roots())

    assert [item.sentence for item in found] == [
        "there are bytes between the slices that nothing covers."
    ]


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
