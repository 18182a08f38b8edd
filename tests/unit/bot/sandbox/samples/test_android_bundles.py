"""Bundles, sets of APKs and their signatures are what Android's own tools take them for."""

import json
import zipfile
from pathlib import Path

import pytest

from bot.sandbox.samples.aab import write_aab
from bot.sandbox.samples.androidapp import Icon, SampleApk
from tests.samples.splits import write_apks, write_xapk
from tests.unit.bot.sandbox.samples.referees import ask


def _base_as_apk(bundle: Path, target: Path) -> None:
    """Lay the base module out as an APK in protobuf, which is what `aapt2 convert` reads."""
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(target, "w") as apk:
        for name in archive.namelist():
            if name.startswith("base/"):
                short = name.removeprefix("base/").removeprefix("manifest/").removeprefix("dex/")
                apk.writestr(short, archive.read(name))


@pytest.mark.parametrize("icon", ["raster", "adaptive"])
def test_aapt_reads_the_base_module_of_a_bundle(tmp_path: Path, icon: Icon) -> None:
    app = SampleApk(schemes=("v1",), icon=icon, version_by_resource=True, debuggable=True)
    facts = write_aab(tmp_path / "harbour.aab", app)
    _base_as_apk(facts.path, tmp_path / "proto.apk")
    output = ("-o", tmp_path / "binary.apk")
    ask("aapt2", "convert", "--output-format", "binary", *output, tmp_path / "proto.apk")
    printed = ask("aapt", "dump", "badging", tmp_path / "binary.apk")
    head = "package: name='com.example.harbour' versionCode='241' versionName='2.4.0'"
    assert head in printed
    assert "sdkVersion:'24'" in printed
    assert "targetSdkVersion:'35'" in printed
    assert "application-label-de:'Hafen'" in printed
    assert "application-debuggable" in printed
    assert "uses-permission: name='android.permission.INTERNET'" in printed
    assert "native-code: 'arm64-v8a' 'armeabi-v7a'" in printed
    ending = "anydpi-v26/ic_launcher.xml" if icon == "adaptive" else "xxxhdpi-v4/ic_launcher.png"
    assert f"application-icon-640:'res/mipmap-{ending}'" in printed


def test_jarsigner_verifies_a_bundle(tmp_path: Path) -> None:
    facts = write_aab(tmp_path / "harbour.aab")
    assert "jar verified." in ask("jarsigner", "-verify", facts.path)
    colons = ask("keytool", "-printcert", "-jarfile", facts.path).replace(":", "").lower()
    assert facts.certificates[0] in colons


def test_a_set_of_apks_holds_a_base_and_its_splits_unpacked(tmp_path: Path) -> None:
    facts = write_apks(tmp_path / "harbour.apks")
    with zipfile.ZipFile(facts.path) as archive:
        assert archive.namelist() == [
            "toc.pb",
            "splits/base-master.apk",
            "splits/base-arm64_v8a.apk",
            "splits/base-armeabi_v7a.apk",
        ]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        archive.extractall(tmp_path)
    base = ask("aapt", "dump", "badging", tmp_path / "splits/base-master.apk")
    split = ask("aapt", "dump", "badging", tmp_path / "splits/base-arm64_v8a.apk")
    assert "application-label:'Harbour'" in base
    assert "native-code" not in base
    assert "split='config.arm64_v8a'" in split
    assert "native-code: 'arm64-v8a'" in split


def test_a_universal_set_holds_one_whole_apk(tmp_path: Path) -> None:
    facts = write_apks(tmp_path / "harbour.apks", universal=True)
    with zipfile.ZipFile(facts.path) as archive:
        archive.extract("universal.apk", tmp_path)
    printed = ask("apksigner", "verify", "--print-certs", tmp_path / "universal.apk")
    assert facts.certificates[0] in printed


def test_an_xapk_lists_its_apks_in_json(tmp_path: Path) -> None:
    facts = write_xapk(tmp_path / "harbour.xapk", SampleApk(abis=("x86_64",)))
    with zipfile.ZipFile(facts.path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist())
    assert manifest["package_name"] == facts.bundle_id
    assert manifest["version_code"] == facts.build
    assert manifest["split_configs"] == ["config.x86_64"]
    listed = {split["file"]: split["id"] for split in manifest["split_apks"]}
    assert listed == {"com.example.harbour.apk": "base", "config.x86_64.apk": "config.x86_64"}
    assert set(listed) <= names
