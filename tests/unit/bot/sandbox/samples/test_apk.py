"""APKs are what Android's own tools take them for."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.samples.androidapp import Icon, SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import android_identity
from bot.sandbox.samples.resourcetable import Coding
from tests.unit.bot.sandbox.samples.referees import ask


def _badging(path: Path) -> str:
    return ask("aapt", "dump", "badging", path)


def test_aapt_reads_every_fact(apk: SampleFacts) -> None:
    printed = _badging(apk.path)
    head = "package: name='com.example.harbour' versionCode='241' versionName='2.4.0'"
    assert head in printed
    assert f"sdkVersion:'{apk.min_os}'" in printed
    assert f"targetSdkVersion:'{apk.target_sdk}'" in printed
    assert (
        tuple(re.findall(r"^uses-permission: name='(.*?)'", printed, re.MULTILINE))
        == apk.permissions
    )
    assert "application-label:'Harbour'" in printed
    assert "application-label-de:'Hafen'" in printed
    assert "application-icon-640:'res/mipmap-xxxhdpi-v4/ic_launcher.png'" in printed
    assert "launchable-activity: name='com.example.harbour.MainActivity'" in printed
    assert "native-code: 'arm64-v8a' 'armeabi-v7a'" in printed
    assert "uses-feature-not-required: name='android.hardware.location.gps'" in printed
    assert "application-debuggable" not in printed


def test_apksigner_verifies_v1_and_v2_and_names_the_certificate(apk: SampleFacts) -> None:
    printed = ask("apksigner", "verify", "--min-sdk-version=21", "-v", "--print-certs", apk.path)
    assert "v1 scheme (JAR signing): true" in printed
    assert "v2 scheme (APK Signature Scheme v2): true" in printed
    assert "v3 scheme (APK Signature Scheme v3): false" in printed
    assert apk.certificates[0] in printed


def test_apksigner_verifies_v3_of_a_large_package_by_another_signer(tmp_path: Path) -> None:
    app = SampleApk(
        schemes=("v1", "v2", "v3"),
        identity=android_identity("Lighthouse Works"),
        payload_bytes=3_500_000,
        assets=300,
        abis=(),
        extra={"assets/a name that is long enough to be folded twice over/" + "x" * 120: b"x"},
    )
    facts = write_apk(tmp_path / "a.apk", app)
    printed = ask("apksigner", "verify", "--min-sdk-version=21", "-v", "--print-certs", facts.path)
    for scheme in (
        "v1 scheme (JAR signing)",
        "v2 scheme (APK Signature Scheme v2)",
        "v3 scheme (APK Signature Scheme v3)",
    ):
        assert f"{scheme}: true" in printed
    assert android_identity("Lighthouse Works").fingerprint in printed
    assert android_identity().fingerprint not in printed


def test_apksigner_verifies_an_elliptic_curve_in_every_scheme(tmp_path: Path) -> None:
    app = SampleApk(identity=android_identity(curve=True), schemes=("v1", "v2", "v3"))
    facts = write_apk(tmp_path / "a.apk", app)
    printed = ask("apksigner", "verify", "--min-sdk-version=21", "-v", "--print-certs", facts.path)
    assert printed.count("): true") == 3
    assert "key algorithm: EC" in printed
    assert facts.certificates[0] in printed


def test_a_changed_byte_breaks_the_signature(apk: SampleFacts, tmp_path: Path) -> None:
    content = bytearray(apk.path.read_bytes())
    content[len(content) // 2] ^= 1
    broken = tmp_path / "broken.apk"
    broken.write_bytes(content)
    with pytest.raises(AssertionError, match=r"DOES NOT VERIFY|digest"):
        ask("apksigner", "verify", broken)


@pytest.mark.parametrize("utf8", [False, True])
@pytest.mark.parametrize("coding", ["dense", "sparse"])
def test_aapt_reads_the_codings_that_it_knows(
    tmp_path: Path, *, utf8: bool, coding: Coding
) -> None:
    app = SampleApk(
        name="Häfen ⚓",
        utf8_manifest=utf8,
        utf8_resources=utf8,
        coding=coding,
        version_by_resource=True,
        version="2.5.0-rc.1",
        schemes=(),
    )
    printed = _badging(write_apk(tmp_path / "a.apk", app).path)
    assert "application-label:'Häfen ⚓'" in printed
    assert "application-label-fr:'Le Port'" in printed
    assert "versionName='2.5.0-rc.1'" in printed


@pytest.mark.parametrize("coding", ["short", "compact"])
def test_newer_codings_hold_the_same_strings(tmp_path: Path, coding: Coding) -> None:
    app = SampleApk(schemes=(), coding=coding)
    first = write_apk(tmp_path / "a.apk", app)
    usual = write_apk(tmp_path / "b.apk", replace(app, coding="dense"))
    tables = []
    for facts in (first, usual):
        with zipfile.ZipFile(facts.path) as archive:
            tables.append(archive.read("resources.arsc"))
    assert len(tables[0]) < len(tables[1])
    assert all(b"Le Port" in table for table in tables)


@pytest.mark.parametrize(
    ("icon", "expected"),
    [
        ("webp", "res/mipmap-xxxhdpi-v4/ic_launcher.webp"),
        ("adaptive", "res/mipmap-anydpi-v26/ic_launcher.xml"),
        ("vector", "res/mipmap-anydpi-v26/ic_launcher.xml"),
        ("none", None),
    ],
)
def test_icons_come_in_every_form(tmp_path: Path, icon: Icon, expected: str | None) -> None:
    facts = write_apk(tmp_path / "a.apk", SampleApk(icon=icon, schemes=()))
    printed = _badging(facts.path)
    icons = re.findall(r"application-icon-\d+:'(.*?)'", printed)
    assert (expected in icons) if expected else not icons
    with zipfile.ZipFile(facts.path) as archive:
        assert set(icons) <= set(archive.namelist())


def test_aapt_reads_a_vector_drawing(tmp_path: Path) -> None:
    facts = write_apk(tmp_path / "a.apk", SampleApk(icon="vector", schemes=()))
    printed = ask("aapt", "dump", "xmltree", facts.path, "res/drawable/ic_boat.xml")
    assert "android:pathData" in printed
    assert "M54,24" in printed


def test_options_change_what_they_name(tmp_path: Path) -> None:
    app = SampleApk(
        package="com.example.light",
        version_code=(7 << 32) | 5,
        debuggable=True,
        launcher_alias=True,
        permissions=(),
        abis=("x86_64",),
        min_sdk=21,
        target_sdk=33,
        schemes=(),
    )
    path = write_apk(tmp_path / "a.apk", app).path
    printed = _badging(path)
    assert "package: name='com.example.light' versionCode='5'" in printed
    assert "application-debuggable" in printed
    assert "native-code: 'x86_64'" in printed
    assert "uses-permission" not in printed
    tree = ask("aapt", "dump", "xmltree", path, "AndroidManifest.xml")
    assert "E: activity-alias" in tree
    assert '"com.example.light.Front"' in tree
    assert "versionCodeMajor(0x01010576)=(type 0x10)0x7" in tree


def test_libraries_lie_on_pages_and_other_stored_entries_on_words(apk: SampleFacts) -> None:
    content = apk.path.read_bytes()
    with zipfile.ZipFile(apk.path) as archive:
        stored = [info for info in archive.infolist() if info.compress_type == 0]
    assert stored
    for info in stored:
        at = info.header_offset
        start = at + 30 + int.from_bytes(content[at + 26 : at + 28], "little")
        start += int.from_bytes(content[at + 28 : at + 30], "little")
        assert start % (0x4000 if info.filename.endswith(".so") else 4) == 0
