"""Packages, installers and programs for Windows are read by tools that are not ours."""

import base64
import hashlib
import struct
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.samples.compoundfile import compound_file
from tests.samples.msi import SampleMsi, coded_name, write_msi
from tests.samples.msix import (
    SampleMsix,
    app_installer,
    write_msix,
    write_msix_bundle,
    write_msix_upload,
)
from tests.samples.windowsprogram import SampleExe, write_exe
from tests.unit.bot.sandbox.samples.referees import ask

_FOUNDATION = "{http://schemas.microsoft.com/appx/manifest/foundation/windows10}"
_BLOCK_MAP = "{http://schemas.microsoft.com/appx/2010/blockmap}"


def _document(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(archive.read(name))  # noqa: S314 - our own document


@pytest.mark.parametrize(
    "app", [SampleMsix(), SampleMsix(prefix="b4"), SampleMsix(utf16=True, name="Häfen & Co")]
)
def test_a_manifest_says_the_same_in_every_dress(tmp_path: Path, app: SampleMsix) -> None:
    facts = write_msix(tmp_path / "a.msix", app)
    with zipfile.ZipFile(facts.path) as archive:
        manifest = _document(archive, "AppxManifest.xml")
    identity = manifest.find(f"{_FOUNDATION}Identity")
    family = manifest.find(f".//{_FOUNDATION}TargetDeviceFamily")
    assert identity is not None
    assert family is not None
    assert identity.get("Name") == facts.bundle_id
    assert identity.get("Version") == facts.version
    assert family.get("MinVersion") == facts.min_os
    assert manifest.findtext(f".//{_FOUNDATION}DisplayName") == app.name


def test_an_older_manifest_tells_its_minimum_as_windows_8_did(tmp_path: Path) -> None:
    facts = write_msix(tmp_path / "a.appx", SampleMsix(older=True, minimum_os="6.3.0"))
    with zipfile.ZipFile(facts.path) as archive:
        manifest = _document(archive, "AppxManifest.xml")
    namespace = "{http://schemas.microsoft.com/appx/2010/manifest}"
    assert manifest.findtext(f".//{namespace}OSMinVersion") == facts.min_os == "6.3.0"


def test_the_block_map_hashes_every_file_in_blocks(tmp_path: Path) -> None:
    facts = write_msix(tmp_path / "a.msix", SampleMsix(payload_bytes=200_000))
    with zipfile.ZipFile(facts.path) as archive:
        for file in _document(archive, "AppxBlockMap.xml"):
            content = archive.read(str(file.get("Name")).replace("\\", "/"))
            assert int(str(file.get("Size"))) == len(content)
            hashes = [block.get("Hash") for block in file.iter(f"{_BLOCK_MAP}Block")]
            blocks = [content[at : at + 65536] for at in range(0, len(content), 65536)]
            digests = [hashlib.sha256(block).digest() for block in blocks]
            assert hashes == [base64.b64encode(digest).decode() for digest in digests]
    assert "Everything is Ok" in ask("7z", "t", facts.path)


def test_a_package_has_a_large_end_record_and_a_signature_if_it_is_signed(tmp_path: Path) -> None:
    signed = write_msix(tmp_path / "a.msix")
    bare = write_msix(tmp_path / "b.msix", SampleMsix(signed=False))
    assert b"PK\x06\x06" in signed.path.read_bytes()[-120:]
    with zipfile.ZipFile(signed.path) as archive:
        assert archive.read("AppxSignature.p7x").startswith(b"PKCX")
    with zipfile.ZipFile(bare.path) as archive:
        assert "AppxSignature.p7x" not in archive.namelist()


def test_a_bundle_holds_a_package_for_each_processor(tmp_path: Path) -> None:
    facts = write_msix_bundle(tmp_path / "a.msixbundle")
    with zipfile.ZipFile(facts.path) as archive:
        manifest = _document(archive, "AppxMetadata/AppxBundleManifest.xml")
        listed = [
            element.get("FileName")
            for element in manifest.iter()
            if "Architecture" in element.attrib
        ]
        assert listed == ["Harbour_2.4.0.0_x64.msix", "Harbour_2.4.0.0_arm64.msix"]
        for name in listed:
            with archive.open(str(name)) as file, zipfile.ZipFile(file) as inner:
                assert inner.testzip() is None
    upload = write_msix_upload(tmp_path / "a.msixupload")
    with zipfile.ZipFile(upload.path) as archive:
        assert archive.namelist() == ["Harbour_2.4.0.0.msixbundle"]


def test_an_appinstaller_points_at_the_package() -> None:
    document = ET.fromstring(app_installer(SampleMsix(), "https://example.com"))  # noqa: S314 - our own document
    assert document[0].get("Uri") == "https://example.com/Harbour.msix"
    assert document[0].get("Version") == "2.4.0.0"


def test_seven_zip_reads_the_version_resource_of_a_program(tmp_path: Path) -> None:
    facts = write_exe(tmp_path / "a.exe", SampleExe(product_name="Harbour Ü"))
    listed = ask("7z", "l", facts.path)
    assert "ProductVersion: 2.4.0.0" in listed
    assert "FileVersion: 2.4.0.241" in listed
    assert "CompanyName: Harbour Labs" in listed
    assert "ProductName: Harbour Ü" in listed
    assert "CERTIFICATE" in listed
    assert ".rsrc/ICON/1" in listed


def test_a_bare_program_says_nothing(tmp_path: Path) -> None:
    program = SampleExe(versioned=False, icon=False, signed=False)
    listed = ask("7z", "l", write_exe(tmp_path / "a.exe", program).path)
    assert "ProductVersion" not in listed
    assert "CERTIFICATE" not in listed


def _table(folder: Path, name: str) -> bytes:
    return (folder / f"!{name}").read_bytes()


@pytest.mark.parametrize("long", [False, True])
def test_seven_zip_unpacks_the_tables_of_an_installer(*, tmp_path: Path, long: bool) -> None:
    app = SampleMsi(long_references=long, properties={"ARPCONTACT": "Ann"}, payload_bytes=400_000)
    facts = write_msi(tmp_path / "a.msi", app)
    folder = tmp_path / "out"
    ask("7z", "x", "-tCompound", f"-o{folder}", facts.path)
    pool, data = _table(folder, "_StringPool"), _table(folder, "_StringData").decode()
    assert bool(pool[3] & 0x80) is long
    strings, at = [""], 0
    for length, _ in struct.iter_unpack("<2H", pool[4:]):
        strings.append(data[at : at + length])
        at += length
    size, rows = 3 if long else 2, _table(folder, "Property")
    numbers = [int.from_bytes(rows[at : at + size], "little") for at in range(0, len(rows), size)]
    texts = [strings[number] for number in numbers]
    half = len(texts) // 2
    properties = dict(zip(texts[:half], texts[half:], strict=True))
    assert properties["ProductName"] == facts.name
    assert properties["ProductVersion"] == facts.version
    assert properties["ProductCode"] == facts.bundle_id
    assert properties["ARPCONTACT"] == "Ann"


def test_seven_zip_finds_the_file_in_the_cabinet(tmp_path: Path) -> None:
    facts = write_msi(tmp_path / "a.msi", SampleMsi(payload_bytes=100_000))
    assert "harbour.bin" in ask("7z", "l", facts.path)
    assert "Everything is Ok" in ask("7z", "t", facts.path)


def test_streams_of_every_size_come_back_whole(tmp_path: Path) -> None:
    sizes = [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000]
    streams = {f"stream{size}": bytes(range(256)) * 300 for size in sizes}
    streams = {name: streams[name][: int(name[6:])] for name in streams}
    path = tmp_path / "a.bin"
    path.write_bytes(compound_file(streams))
    folder = tmp_path / "out"
    ask("7z", "x", "-tCompound", f"-o{folder}", path)
    for name, content in streams.items():
        assert (folder / name).read_bytes() == content


def test_a_compound_file_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="below 6 MB"):
        compound_file({"a": bytes(8_000_000)})


def test_table_names_are_coded_two_letters_at_a_time() -> None:
    assert coded_name("Property") == "\u4559\u44f2\u4568\u4737"
    assert coded_name("abc")[1] == chr(0x4800 + 38)
