"""The easy doors are quick and name their files."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.harbour import harbour_apk, harbour_ipa
from bot.sandbox.samples.iosapp import SampleApp
from storage.inspection.inspector import inspect


def test_a_package_is_named_after_its_version(tmp_path: Path) -> None:
    ipa = harbour_ipa(tmp_path, version="2.5.0", build="250")
    apk = harbour_apk(tmp_path, version="2.5.0", build="250")
    assert (ipa.name, apk.name) == ("Harbour-2.5.0-250.ipa", "harbour-2.5.0-250.apk")
    assert zipfile.is_zipfile(ipa)
    assert zipfile.is_zipfile(apk)


def test_other_versions_are_other_bytes(tmp_path: Path) -> None:
    first = harbour_ipa(tmp_path, version="1.0", build="1").read_bytes()
    second = harbour_ipa(tmp_path, version="1.1", build="2").read_bytes()
    assert first != second


def test_anything_else_can_be_changed(tmp_path: Path) -> None:
    ipa = harbour_ipa(tmp_path, app=SampleApp(payload_bytes=300_000))
    apk = harbour_apk(tmp_path, app=SampleApk(payload_bytes=300_000))
    assert ipa.stat().st_size > 300_000
    assert apk.stat().st_size > 300_000


def test_kept_keys_make_two_processes_sign_as_the_same(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bot.sandbox.samples.harbour import *;"
        "folder = Path(sys.argv[1]); version = sys.argv[2];"
        "harbour_apk(folder, version=version, keys=folder);"
        "harbour_ipa(folder, version=version, keys=folder)"
    )
    for version in ("1.0", "1.1"):
        subprocess.run([sys.executable, "-c", program, tmp_path, version], check=True)
    apks = [inspect(tmp_path / f"harbour-{version}-241.apk").facts for version in ("1.0", "1.1")]
    ipas = [inspect(tmp_path / f"Harbour-{version}-241.ipa").facts for version in ("1.0", "1.1")]
    assert apks[0].signing.certificates == apks[1].signing.certificates
    assert ipas[0].signing.certificates == ipas[1].signing.certificates
    assert (tmp_path / "harbour-ios.p12").stat().st_mode & 0o777 == 0o600


def test_small_packages_take_no_time_once_the_keys_are_made(tmp_path: Path) -> None:
    harbour_ipa(tmp_path)
    harbour_apk(tmp_path)
    start = time.process_time()
    harbour_ipa(tmp_path)
    harbour_apk(tmp_path)
    assert time.process_time() - start < 0.6
