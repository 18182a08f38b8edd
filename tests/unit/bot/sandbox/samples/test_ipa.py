"""IPAs are whole: what the property lists, the seal and the profiles say is what is in them."""

import hashlib
import io
import plistlib
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from asn1crypto import cms
from typing_extensions import Buffer

from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import OTHER_TEAM, device_id, signing_identity
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from tests.unit.bot.sandbox.samples.referees import ask

_APP = "Payload/Harbour.app"


def _plist(archive: zipfile.ZipFile, name: str) -> dict[str, object]:
    content: dict[str, object] = plistlib.loads(archive.read(name))
    return content


def _profile(archive: zipfile.ZipFile, bundle: str) -> dict[str, object]:
    envelope = cms.ContentInfo.load(archive.read(f"{bundle}/embedded.mobileprovision"))
    content = envelope["content"]["encap_content_info"]["content"].native
    profile: dict[str, object] = plistlib.loads(content)
    return profile


def _bundles(archive: zipfile.ZipFile) -> list[str]:
    endings = (".app/", ".appex/", ".framework/")
    return [name.rstrip("/") for name in archive.namelist() if name.endswith(endings)]


def test_the_info_plist_is_binary_and_tells_the_facts(ipa: SampleFacts) -> None:
    with zipfile.ZipFile(ipa.path) as archive:
        assert archive.read(f"{_APP}/Info.plist").startswith(b"bplist00")
        info = _plist(archive, f"{_APP}/Info.plist")
    assert info["CFBundleIdentifier"] == ipa.bundle_id == "com.example.harbour"
    assert info["CFBundleDisplayName"] == ipa.name == "Harbour"
    assert info["CFBundleShortVersionString"] == ipa.version == "2.4.0"
    assert info["CFBundleVersion"] == ipa.build == "241"
    assert info["MinimumOSVersion"] == ipa.min_os == "15.0"
    assert info["UIDeviceFamily"] == [1, 2]


@pytest.mark.parametrize("sample", ["ipa", "rich_ipa"])
def test_every_bundle_is_sealed_file_by_file(sample: str, request: pytest.FixtureRequest) -> None:
    facts: SampleFacts = request.getfixturevalue(sample)
    with zipfile.ZipFile(facts.path) as archive:
        bundles = _bundles(archive)
        for bundle in bundles:
            _check_seal(archive, bundle)
    assert len(bundles) == (3 if sample == "ipa" else 6)


def _check_seal(archive: zipfile.ZipFile, bundle: str) -> None:
    program = str(_plist(archive, f"{bundle}/Info.plist")["CFBundleExecutable"])
    seal = _plist(archive, f"{bundle}/_CodeSignature/CodeResources")
    files, files2 = seal["files"], seal["files2"]
    assert isinstance(files, dict)
    assert isinstance(files2, dict)
    there = {
        name.removeprefix(f"{bundle}/")
        for name in archive.namelist()
        if name.startswith(f"{bundle}/") and not name.endswith("/")
    }
    assert set(files) == there - {program, "_CodeSignature/CodeResources"}
    assert set(files2) == set(files) - {"Info.plist", "PkgInfo"}
    for name, kept in files2.items():
        content = archive.read(f"{bundle}/{name}")
        assert kept["hash2"] == hashlib.sha256(content).digest()
        sha1 = files[name]["hash"] if isinstance(files[name], dict) else files[name]
        assert sha1 == hashlib.sha1(content, usedforsecurity=False).digest()
        assert kept.get("optional", False) == (".lproj/" in name)


def test_each_inner_app_has_a_profile_and_an_id_of_its_own(rich_ipa: SampleFacts) -> None:
    assert rich_ipa.extensions == (
        "com.example.harbour.share",
        "com.example.harbour.share2",
        "com.example.harbour.watchkitapp",
        "com.example.harbour.Clip",
    )
    folders = ["PlugIns/Share.appex", "PlugIns/Share2.appex"]
    folders += ["Watch/HarbourWatch.app", "AppClips/HarbourClip.app"]
    with zipfile.ZipFile(rich_ipa.path) as archive:
        for folder, bundle_id in zip(folders, rich_ipa.extensions, strict=True):
            info = _plist(archive, f"{_APP}/{folder}/Info.plist")
            entitlements = _profile(archive, f"{_APP}/{folder}")["Entitlements"]
            assert isinstance(entitlements, dict)
            assert info["CFBundleIdentifier"] == bundle_id
            assert entitlements["application-identifier"] == f"A1B2C3D4E5.{bundle_id}"


def test_the_profile_lists_devices_and_the_certificate_that_signed(ipa: SampleFacts) -> None:
    with zipfile.ZipFile(ipa.path) as archive:
        profile = _profile(archive, _APP)
    certificates = profile["DeveloperCertificates"]
    assert isinstance(certificates, list)
    assert profile["ProvisionedDevices"] == list(ipa.devices)
    assert [hashlib.sha256(der).hexdigest() for der in certificates] == list(ipa.certificates)
    assert ipa.expires_at is not None
    assert profile["ExpirationDate"] == ipa.expires_at.replace(tzinfo=None)


def test_icons_are_apples_variant_but_for_one(ipa: SampleFacts) -> None:
    with zipfile.ZipFile(ipa.path) as archive:
        icons = {name: archive.read(name) for name in archive.namelist() if name.endswith(".png")}
    kinds = {name.split("/")[-1]: content[12:16] for name, content in icons.items()}
    assert kinds == {
        "AppIcon60x60@2x.png": b"CgBI",
        "AppIcon60x60@3x.png": b"CgBI",
        "AppIcon76x76@2x~ipad.png": b"IHDR",
    }


def test_names_are_localised(ipa: SampleFacts) -> None:
    with zipfile.ZipFile(ipa.path) as archive:
        strings = _plist(archive, f"{_APP}/de.lproj/InfoPlist.strings")
    assert strings["CFBundleDisplayName"] == "Hafen" == ipa.labels["de"]


@pytest.mark.parametrize("sample", ["ipa", "rich_ipa"])
def test_unzip_and_the_standard_library_find_no_fault(
    sample: str, request: pytest.FixtureRequest
) -> None:
    facts: SampleFacts = request.getfixturevalue(sample)
    with zipfile.ZipFile(facts.path) as archive:
        assert archive.testzip() is None
    assert "No errors" in ask("unzip", "-tq", facts.path)


def test_options_change_what_they_name(tmp_path: Path) -> None:
    identity = signing_identity(OTHER_TEAM)
    app = SampleApp(
        name="Lighthouse & Co",
        bundle_id="com.example.light",
        team=OTHER_TEAM,
        identity=identity,
        profile="enterprise",
        info={"UIDeviceFamily": "1", "MinimumOSVersion": None, "Extra": {"a": 1}},
        extra={"Notes/R&D.txt": b"notes"},
        beside={"SwiftSupport/iphoneos/libswiftCore.dylib": b"x"},
        icon="plain",
        extensions=0,
        framework=False,
    )
    facts = write_ipa(tmp_path / "a.ipa", app)
    with zipfile.ZipFile(facts.path) as archive:
        info = _plist(archive, f"{_APP}/Info.plist")
        profile = _profile(archive, _APP)
        assert archive.read(f"{_APP}/Notes/R&D.txt") == b"notes"
        assert archive.read("SwiftSupport/iphoneos/libswiftCore.dylib") == b"x"
        assert _bundles(archive) == [_APP]
    assert info["CFBundleDisplayName"] == "Lighthouse & Co"
    assert info["UIDeviceFamily"] == "1"
    assert "MinimumOSVersion" not in info
    assert profile["ProvisionsAllDevices"] is True
    assert profile["TeamName"] == "Lighthouse Works"
    assert facts.signing == "enterprise"
    assert facts.certificates == (identity.fingerprint,)
    assert facts.devices == ()


def test_a_simulator_build_says_so_and_has_no_profile(tmp_path: Path) -> None:
    app = SampleApp(simulator=True, architectures=("x86_64", "arm64"))
    facts = write_ipa(tmp_path / "a.ipa", app)
    with zipfile.ZipFile(facts.path) as archive:
        info = _plist(archive, f"{_APP}/Info.plist")
        names = archive.namelist()
    assert info["CFBundleSupportedPlatforms"] == ["iPhoneSimulator"]
    assert not [name for name in names if name.endswith(".mobileprovision")]
    assert facts.signing == ""


def test_an_unsigned_app_has_neither_seal_nor_signature(tmp_path: Path) -> None:
    facts = write_ipa(tmp_path / "a.ipa", SampleApp(signed=False, profile=None))
    with zipfile.ZipFile(facts.path) as archive:
        assert not [name for name in archive.namelist() if "_CodeSignature" in name]
        assert b"\xfa\xde\x0c\xc0" not in archive.read(f"{_APP}/Harbour")


def test_a_development_build_is_signed_by_a_developer(tmp_path: Path) -> None:
    facts = write_ipa(tmp_path / "a.ipa", SampleApp(profile="development", devices=[device_id(9)]))
    developer = signing_identity(kind="iPhone Developer")
    assert facts.certificates == (developer.fingerprint,)
    assert facts.signing == "development"
    assert facts.devices == (device_id(9),)


def test_a_large_package_is_written_with_flat_memory() -> None:
    write_ipa(io.BytesIO())  # Keys and pictures are made and kept before the measuring begins.
    sink = _Sink()
    tracemalloc.start()
    try:
        write_ipa(sink, SampleApp(payload_bytes=150_000_000, executable_bytes=20_000_000, level=1))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sink.size > 150_000_000
    assert peak < 16_000_000


class _Sink(io.BytesIO):
    """Counts what is written and keeps nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self._at = 0

    def write(self, content: Buffer, /) -> int:
        length = memoryview(content).nbytes
        self._at += length
        self.size = max(self.size, self._at)
        return length

    def seek(self, offset: int, whence: int = 0, /) -> int:
        assert whence == 0
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at
