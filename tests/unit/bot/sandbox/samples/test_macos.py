"""Apps and installers for macOS are read by tools that are not ours."""

import hashlib
import io
import plistlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from asn1crypto import cms
from PIL import Image

from bot.sandbox.samples.archive import LINK_MODE
from tests.samples.dmg import Packing, disk_image, write_dmg
from tests.samples.hfsplus import Volume
from tests.samples.macapp import MacProfile, SampleMacApp, write_app_zip
from tests.samples.pkg import write_pkg
from tests.unit.bot.sandbox.samples.referees import ask

_CONTENTS = "Harbour.app/Contents"


def test_an_app_holds_program_icon_profile_and_a_link(tmp_path: Path) -> None:
    facts = write_app_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(facts.path) as archive:
        info = plistlib.loads(archive.read(f"{_CONTENTS}/Info.plist"))
        seal = plistlib.loads(archive.read(f"{_CONTENTS}/_CodeSignature/CodeResources"))
        icon = archive.read(f"{_CONTENTS}/Resources/AppIcon.icns")
        link = archive.getinfo(f"{_CONTENTS}/Resources/Latest.lproj")
        program = archive.read(f"{_CONTENTS}/MacOS/Harbour")
    assert info["LSMinimumSystemVersion"] == facts.min_os
    assert seal["files2"]["Resources/Latest.lproj"] == {"symlink": "en.lproj"}
    kept = seal["files2"]["Resources/AppIcon.icns"]["hash2"]
    assert kept == hashlib.sha256(icon).digest()
    assert link.external_attr >> 16 == LINK_MODE
    assert program.startswith(bytes.fromhex("cafebabe00000002"))
    with Image.open(io.BytesIO(icon)) as image:
        assert image.format == "ICNS"


@pytest.mark.parametrize(
    ("kind", "everybody", "devices"),
    [
        ("developer-id", True, False),
        ("development", False, True),
        ("appstore", False, False),
    ],
)
def test_a_profile_is_for_macos(
    *, tmp_path: Path, kind: MacProfile, everybody: bool, devices: bool
) -> None:
    facts = write_app_zip(tmp_path / "a.zip", SampleMacApp(profile=kind, icon=False))
    with zipfile.ZipFile(facts.path) as archive:
        envelope = cms.ContentInfo.load(archive.read(f"{_CONTENTS}/embedded.provisionprofile"))
    profile = plistlib.loads(envelope["content"]["encap_content_info"]["content"].native)
    assert profile["Platform"] == ["OSX"]
    assert ("ProvisionsAllDevices" in profile) is everybody
    assert ("ProvisionedDevices" in profile) is devices
    identifier = profile["Entitlements"]["com.apple.application-identifier"]
    assert identifier == "A1B2C3D4E5.com.example.harbour.mac"


@pytest.mark.parametrize("signed", [False, True])
def test_seven_zip_reads_an_installer(*, tmp_path: Path, signed: bool) -> None:
    facts = write_pkg(tmp_path / "a.pkg", signed=signed)
    assert "Everything is Ok" in ask("7z", "t", facts.path)
    info = ET.fromstring(ask("7z", "x", "-so", facts.path, "Harbour.pkg/PackageInfo"))  # noqa: S314 - our own document
    distribution = ET.fromstring(ask("7z", "x", "-so", facts.path, "Distribution"))  # noqa: S314 - our own document
    contents = ask("7z", "x", "-so", facts.path, "[TOC].xml")
    assert info.get("identifier") == facts.bundle_id
    assert info.get("version") == facts.version
    assert distribution.findtext("title") == facts.name
    assert ("<signature" in contents) is signed


def test_a_plain_component_has_no_distribution(tmp_path: Path) -> None:
    facts = write_pkg(tmp_path / "a.pkg", plain=True, signed=False)
    listed = ask("7z", "l", "-ba", facts.path)
    assert "PackageInfo" in listed
    assert "Distribution" not in listed


@pytest.mark.parametrize("packing", ["zlib", "bzip2", "raw"])
def test_seven_zip_unpacks_a_disk_image_to_the_same_files(tmp_path: Path, packing: Packing) -> None:
    moment = datetime(2031, 5, 4, tzinfo=UTC)
    app = SampleMacApp(expires=moment)
    image = write_dmg(tmp_path / "a.dmg", app, packing=packing)
    ask("7z", "x", f"-o{tmp_path / 'out'}", image.path)
    contents = tmp_path / "out/Harbour/Harbour.app/Contents"
    info = plistlib.loads((contents / "Info.plist").read_bytes())
    seal = plistlib.loads((contents / "_CodeSignature/CodeResources").read_bytes())
    assert info["CFBundleIdentifier"] == image.bundle_id
    for name in ("Resources/AppIcon.icns", "embedded.provisionprofile"):
        digest = hashlib.sha256((contents / name).read_bytes()).digest()
        assert seal["files2"][name]["hash2"] == digest
    assert image.kind == "dmg"


def test_a_volume_of_many_files_has_an_index_that_seven_zip_follows(tmp_path: Path) -> None:
    volume = Volume("Many")
    for number in range(600):
        volume.add(f"deck {number % 7}/crate number {number}.txt", b"%d" % number)
    path = tmp_path / "many.dmg"
    path.write_bytes(disk_image(volume.coded()))
    ask("7z", "x", f"-o{tmp_path / 'out'}", path)
    files = sorted((tmp_path / "out/Many").rglob("*.txt"))
    assert len(files) == 600
    assert all(file.stem.endswith(f" {file.read_text()}") for file in files)


def test_a_volume_that_would_be_too_large_is_refused() -> None:
    volume = Volume("Large")
    volume.add("a", bytes(135_000_000))
    with pytest.raises(ValueError, match="below 128 MB"):
        volume.coded()
