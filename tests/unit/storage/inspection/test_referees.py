"""Independent readers of the same files: Android's own tools, OpenSSL, unzip, plistlib."""

import base64
import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from bot.sandbox.samples.androidapp import SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.inspection.archive import Archive
from storage.inspection.compound import CompoundFile
from storage.inspection.directory import Shape
from storage.inspection.facts import Facts
from storage.inspection.inspector import inspect
from storage.inspection.mobileprovision import read as read_profile
from storage.inspection.msi import stream_name
from storage.inspection.source import Memory
from storage.inspection.xar import Xar
from tests.programs import needed
from tests.samples import gallery
from tests.unit.storage.inspection.conftest import HASHES


def run(*command: str | Path, check: bool = True) -> str:
    """Ask a referee; skip where it is not installed."""
    needed(str(command[0]))
    done = subprocess.run(command, capture_output=True, check=check, timeout=60)
    return done.stdout.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def apk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = SampleApk(schemes=("v1", "v2", "v3"), features=("android.hardware.camera",))
    return write_apk(tmp_path_factory.mktemp("referees") / "sample.apk", app).path


@pytest.fixture(scope="module")
def ipa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ipa(tmp_path_factory.mktemp("referees") / "sample.ipa", SampleApp()).path


@pytest.fixture(scope="module")
def apk_facts(apk: Path) -> Facts:
    return inspect(apk, HASHES).facts


def test_aapt_reads_the_same_facts(apk: Path, apk_facts: Facts) -> None:
    told = run("aapt", "dump", "badging", apk)
    package = re.search(r"name='(.*?)' versionCode='(.*?)' versionName='(.*?)'", told)

    assert package is not None
    assert package.groups() == (apk_facts.bundle_id, apk_facts.build, apk_facts.version)
    assert re.findall(r"sdkVersion:'(\d+)'", told)[0] == apk_facts.min_os
    assert re.findall(r"targetSdkVersion:'(\d+)'", told) == [str(apk_facts.target_sdk)]
    assert tuple(re.findall(r"uses-permission: name='(.*?)'", told)) == apk_facts.permissions
    assert re.findall(r"application-label:'(.*?)'", told) == [apk_facts.name]
    labels = dict(re.findall(r"application-label-(\S+):'(.*?)'", told))
    assert labels == apk_facts.localized_names
    native = re.search(r"native-code: (.*)", told)
    assert native is not None
    assert tuple(re.findall(r"'(.*?)'", native[1])) == apk_facts.abis


def test_apksigner_names_the_same_certificates(apk: Path, apk_facts: Facts) -> None:
    told = run("apksigner", "verify", "--print-certs", "-v", "--min-sdk-version", "18", apk)
    prints = re.findall(r"certificate SHA-256 digest: ([0-9a-f]{64})", told)

    assert tuple(dict.fromkeys(prints)) == apk_facts.signing.certificates
    for scheme in ("v1", "v2", "v3"):
        verified = re.search(rf"{scheme} scheme .*: (true|false)", told)
        assert verified is not None
        assert (verified[1] == "true") is (scheme in apk_facts.signing.schemes)


def test_openssl_finds_the_same_list_in_a_profile(ipa: Path, tmp_path: Path) -> None:
    data = Archive.open(Memory(ipa.read_bytes())).read(
        b"Payload/Harbour.app/embedded.mobileprovision", 1 << 20
    )
    profile, out = tmp_path / "profile", tmp_path / "list"
    profile.write_bytes(data)
    run(
        *("openssl", "cms", "-verify", "-noverify", "-inform", "DER"),
        *("-in", profile, "-out", out),
    )

    signing = read_profile(data).signing()
    assert signing.profile_uuid is not None
    assert signing.profile_uuid.encode() in out.read_bytes()


@pytest.mark.parametrize("package", ["apk", "ipa"])
def test_unzip_lists_the_same_names(package: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(package)
    names = Archive.open(Memory(path.read_bytes())).search(Shape(rb"[^\0]+"))

    assert run("unzip", "-Z1", path).splitlines() == [name.decode() for name in names]


def test_openssl_reads_the_same_v1_signer(apk: Path, apk_facts: Facts, tmp_path: Path) -> None:
    block = Archive.open(Memory(apk.read_bytes())).read(b"META-INF/CERT.RSA", 1 << 20)
    path = tmp_path / "CERT.RSA"
    path.write_bytes(block)
    told = run("openssl", "pkcs7", "-inform", "DER", "-in", path, "-print_certs", "-outform", "PEM")
    body = re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", told, re.DOTALL)
    prints = {hashlib.sha256(base64.b64decode(one)).hexdigest() for one in body}

    assert set(apk_facts.signing.certificates) <= prints


def test_aapt2_reads_the_same_facts(apk: Path, apk_facts: Facts) -> None:
    told = run("aapt2", "dump", "badging", apk)

    assert f"package: name='{apk_facts.bundle_id}' versionCode='{apk_facts.build}'" in told
    assert f"targetSdkVersion:'{apk_facts.target_sdk}'" in told
    assert f"application-label:'{apk_facts.name}'" in told


def test_e1_aapt2_reads_the_name_that_was_written(tmp_path: Path) -> None:
    name = "Hafen \u2693 \u6f14\u793a \U0001f6a2"
    path = write_apk(tmp_path / "ship.apk", SampleApk(name=name, utf8_manifest=True)).path

    assert f"application-label:'{name}'" in run("aapt2", "dump", "badging", path)
    assert inspect(path, HASHES).facts.name == name


def test_llvm_reads_the_same_uuids(tmp_path: Path) -> None:
    path = gallery.exhibits()["fat.dSYM.zip"](tmp_path / "symbols.zip").path
    facts = inspect(path, HASHES).facts
    archive = Archive.open(Memory(path.read_bytes()))
    (name,) = archive.search(Shape(rb".*/DWARF/[^/]+", b"/DWARF/"))
    binary = tmp_path / "Harbour"
    binary.write_bytes(archive.read(name, 1 << 24))
    told = run("llvm-dwarfdump", "--uuid", binary)
    uuids = {cpu: uuid.lower() for uuid, cpu in re.findall(r"UUID: (\S+) \((\S+)\)", told)}

    assert uuids == dict(zip(facts.architectures, facts.uuids, strict=True))


def test_keytool_names_the_same_signer_of_a_bundle(tmp_path: Path) -> None:
    path = gallery.exhibits()["plain.aab"](tmp_path / "app.aab").path
    signing = inspect(path, HASHES).facts.signing
    told = run("keytool", "-printcert", "-jarfile", path)
    prints = re.findall(r"SHA256: ([0-9A-F:]{95})", told)

    assert tuple(one.replace(":", "").lower() for one in prints) == signing.certificates


@pytest.mark.parametrize("name", ["signed.pkg", "component.pkg"])
def test_7zip_lists_the_same_files_of_an_installer(tmp_path: Path, name: str) -> None:
    path = gallery.exhibits()[name](tmp_path / name).path
    files = Xar.open(Memory(path.read_bytes())).files
    told = run("7zz", "l", "-slt", "-ba", "-txar", path)

    assert set(re.findall(r"(?m)^Path = (.*)$", told)) - {"[TOC].xml"} == set(files)


@pytest.mark.parametrize("name", ["plain.msi", "long-references.msi"])
def test_7zip_lists_the_same_streams_of_an_installer(tmp_path: Path, name: str) -> None:
    path = gallery.exhibits()[name](tmp_path / name).path
    told = run("7zz", "l", "-slt", "-ba", "-tCompound", path)
    sizes = dict(re.findall(r"(?ms)^Path = (\S+)$.*?^Size = (\d+)$", told))
    file = CompoundFile(Memory(path.read_bytes()))

    # 7-Zip shows the packed names of tables as people read them, with an exclamation mark.
    for table in ("Property", "_StringPool", "_StringData"):
        content = file.read(stream_name(table), 1 << 20)
        assert int(sizes[f"!{table}"]) == len(content)


@pytest.mark.parametrize("name", ["plain.msi", "long-references.msi"])
def test_msiinfo_reads_the_same_properties_of_an_installer(tmp_path: Path, name: str) -> None:
    path = gallery.exhibits()[name](tmp_path / name).path
    facts = inspect(path, HASHES).facts
    # Three lines of names, types and keys come first; then a line for each property.
    lines = run("msiinfo", "export", path, "Property").splitlines()[3:]
    told = dict(line.split("\t") for line in lines)

    assert told["ProductCode"] == facts.bundle_id
    assert told["ProductName"] == facts.name
    assert told["ProductVersion"] == facts.version
    assert told["Manufacturer"] == facts.publisher
