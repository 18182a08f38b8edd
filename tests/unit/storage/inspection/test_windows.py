"""Windows: app packages, bundles, uploads, installers and programs."""

import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.samples import drawing
from storage.inspection import pe
from storage.inspection.msi import stream_name
from storage.inspection.rejection import NotAPackage, PackageRejected
from tests.samples.compoundfile import compound_file
from tests.samples.msi import SampleMsi, coded_name, write_msi
from tests.samples.msix import SampleMsix, app_installer, write_msix, write_msix_bundle
from tests.samples.windowsprogram import SampleExe, version_resource, windows_program
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import Part, parts, zip_of

IDENTITY = '<Identity Name="Example.App" Version="1.2.3.4" Publisher="CN=Example"/>'
SPACE = "http://schemas.microsoft.com/appx/manifest/foundation/windows10"
SEEN = (
    "<Applications><Application><VisualElements DisplayName='Seen'/></Application></Applications>"
)


def manifest(inside: str = IDENTITY, space: str = SPACE) -> bytes:
    return f'<Package xmlns="{space}">{inside}</Package>'.encode()


def msix(plain: bytes | None = None, more: dict[str, bytes] | None = None) -> bytes:
    return zip_of(
        parts({"AppxManifest.xml": manifest() if plain is None else plain, **(more or {})})
    )


def test_a_package_says_what_it_is(read: Read) -> None:
    inside = IDENTITY + (
        "<Properties><DisplayName>App</DisplayName><Logo>Assets\\My Logo.png</Logo>"
        "<PublisherDisplayName>Example Ltd</PublisherDisplayName></Properties>"
        '<b4:Dependencies xmlns:b4="b"><b4:TargetDeviceFamily Name="Windows.Desktop" '
        'MinVersion="10.0.17763.0"/></b4:Dependencies>'
    )
    more = {
        "assets/My%20Logo.scale-100.png": drawing.png(drawing.boat_icon(50)),
        "assets/my%20logo.scale-400.png": drawing.png(drawing.boat_icon(200)),
        "assets/My%20Logo.txt": b"",
    }
    found = read(msix(manifest(inside), more))
    facts = found.facts

    assert (facts.platform, facts.kind) == ("windows", "msix")
    assert (facts.bundle_id, facts.name, facts.version) == ("Example.App", "App", "1.2.3.4")
    assert (facts.min_os, facts.device_families) == ("10.0.17763.0", ("Windows.Desktop",))
    assert facts.publisher == "Example Ltd"
    assert not facts.signing.signed
    assert found.icon is not None
    assert int.from_bytes(found.icon[16:20]) == 200


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("<Properties><DisplayName>ms-resource:AppName</DisplayName></Properties>", "Example.App"),
        (
            "<Properties><DisplayName>ms-resource:AppName</DisplayName></Properties>" + SEEN,
            "Seen",
        ),
        ("", "Example.App"),
    ],
)
def test_a_name_that_only_resources_know_is_replaced(read: Read, inside: str, name: str) -> None:
    assert read(msix(manifest(IDENTITY + inside))).facts.name == name


def test_an_older_package_is_an_appx(read: Read) -> None:
    inside = f"{IDENTITY}<Prerequisites><OSMinVersion>6.2.1</OSMinVersion></Prerequisites>"
    plain = manifest(inside, "http://schemas.microsoft.com/appx/2010/manifest")
    found = read(msix(plain)).facts

    assert (found.kind, found.min_os) == ("appx", "6.2.1")


@pytest.mark.parametrize("coding", ["utf-16", "utf-8-sig"])
def test_manifests_come_in_several_codings(read: Read, coding: str) -> None:
    assert read(msix(manifest().decode().encode(coding))).facts.bundle_id == "Example.App"


def test_an_unreadable_signature_is_present(read: Read) -> None:
    signing = read(msix(more={"appxsignature.p7x": b"PKCX but no more"})).facts.signing

    assert signing.signed
    assert signing.certificates == ()


def test_a_bundle_takes_name_and_picture_from_its_app(read: Read, tmp_path: Path) -> None:
    write_msix_bundle(tmp_path / "b", SampleMsix(name="Inside"))
    found = read((tmp_path / "b").read_bytes())

    assert (found.facts.kind, found.facts.name) == ("msixbundle", "Inside")
    assert found.facts.architectures == ("x64", "arm64")
    assert found.facts.icon


def test_a_bundle_whose_app_is_broken_is_read_by_its_manifest(read: Read) -> None:
    packages = '<Packages><Package Type="application" FileName="a.msix"/></Packages>'
    bundle = f"<Bundle>{IDENTITY}{packages}</Bundle>".encode()
    files = {"AppxMetadata/AppxBundleManifest.xml": bundle, "a.msix": b"broken"}

    assert read(zip_of(parts(files))).facts.name == "Example.App"


@pytest.mark.parametrize("left", ["AppxSignature.p7x", "AppxBlockMap.xml"])
def test_e3_a_bundle_without_its_manifest_is_no_upload_for_the_store(read: Read, left: str) -> None:
    inside = {"App_1.2.3.4_x64.appx": msix(), left: b"PKCX"}

    with pytest.raises(PackageRejected, match="bundle of app packages without its manifest"):
        read(zip_of(parts(inside)))
    with pytest.raises(PackageRejected, match="an app package without its manifest"):
        read(zip_of(parts({"App.exe": b"", left: b"PKCX"})))


def test_an_upload_is_read_one_level_deep(read: Read, tmp_path: Path) -> None:
    write_msix_bundle(tmp_path / "b")
    write_msix(tmp_path / "p")
    for inner, kind in (("b", "msixbundle"), ("p", "msix")):
        files = {f"x.{kind}": (tmp_path / inner).read_bytes(), "x.appxsym": b""}
        found = read(zip_of(parts(files)))

        assert (found.facts.kind, found.facts.bundle_id) == (kind, "HarbourLabs.Harbour")
        assert "upload for the store" in found.notes[0]
        assert found.facts.size > (tmp_path / inner).stat().st_size // 2


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_an_app_installer_document_is_read(read: Read, coding: str) -> None:
    document = app_installer(SampleMsix(), "https://example.com").decode()
    found = read(document.replace('"utf-8"', f'"{coding}"').encode(coding)).facts

    assert (found.kind, found.bundle_id) == ("appinstaller", "HarbourLabs.Harbour")
    assert (found.version, found.architectures) == ("2.4.0.0", ("x64",))


def laughs(body: bytes) -> bytes:
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    return b"<!DOCTYPE x [<!ENTITY a0 'ha'>" + entities + b"]>" + body


def installer(change: Callable[[bytearray], None], tmp_path: Path) -> bytes:
    write_msi(tmp_path / "x.msi", SampleMsi())
    data = bytearray((tmp_path / "x.msi").read_bytes())
    change(data)
    return bytes(data)


DOCUMENT = b"<AppInstaller><MainPackage Name='../x'/></AppInstaller>"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no identity": (lambda: msix(manifest("")), "holds no Identity"),
    "an identity without a name": (lambda: msix(manifest("<Identity/>")), "identity is missing"),
    "an identity with a path": (
        lambda: msix(manifest('<Identity Name="../../etc"/>')),
        "package identity holds characters",
    ),
    "billion laughs": (lambda: msix(laughs(manifest())), "holds a DOCTYPE"),
    "an external entity": (
        lambda: msix(b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + manifest()),
        "holds a DOCTYPE",
    ),
    "a million open elements": (lambda: msix(b"<a>" * 1_000_000), "nested too deeply"),
    "129 levels": (lambda: msix(b"<a>" * 129 + b"</a>" * 129), "nested too deeply"),
    "200,001 elements": (lambda: msix(b"<a>" + b"<b/>" * 200_000 + b"</a>"), "too many elements"),
    "an attribute of 50 MB": (
        lambda: msix(b"<a b='" + b"x" * (50 << 20) + b"'/>"),
        "AppxManifest.xml is too big: more than 8 MB",
    ),
    "no XML": (lambda: msix(b"{}"), "is no XML"),
    "nothing": (lambda: msix(b""), "is no XML"),
    "an unknown coding": (lambda: msix(b"<?xml version='1.0' encoding='x-y'?><a/>"), "is no XML"),
    "two manifests of one name": (
        lambda: zip_of([Part(name=b"AppxManifest.xml", data=manifest())] * 2),
        "duplicate",
    ),
    "two manifests whose names differ in case": (
        lambda: msix(more={"appxmanifest.XML": manifest()}),
        "duplicate",
    ),
    "a bundle without identity": (
        lambda: zip_of(parts({"AppxMetadata/AppxBundleManifest.xml": b"<Bundle/>"})),
        "holds no Identity",
    ),
    "an upload of two apps": (
        lambda: zip_of(parts({"a.msix": msix(), "b.msix": msix()})),
        "several apps in it",
    ),
    "an upload of no package": (
        lambda: zip_of(parts({"a.msix": zip_of([])})),
        "What is in the upload is no app package",
    ),
    "an upload of an upload": (
        lambda: zip_of(parts({"a.msix": zip_of(parts({"b.msix": msix()}))})),
        "What is in the upload is no app package",
    ),
    "an upload of nothing": (
        lambda: zip_of(parts({"a.msixbundle": b""})),
        "not a complete archive",
    ),
    "a document without a package": (lambda: b"<AppInstaller/>", "names no package"),
    "a document with a path": (lambda: DOCUMENT, "package identity holds characters"),
    "a document with entities": (lambda: laughs(DOCUMENT), "holds a DOCTYPE"),
    "a document of 9 MB": (
        lambda: b"<AppInstaller>" + bytes(9 << 20),
        "too big: more than 8 MB",
    ),
    "a program that is cut": (lambda: windows_program(SampleExe())[:70], "cut off"),
    "a program of another kind": (
        lambda: b"MZ".ljust(60, b"\0") + struct.pack("<L", 64) + b"PE\0\0" + bytes(90),
        "The program is damaged",
    ),
    "a compound file of 100 bytes": (lambda: compound()[:100], "The installer is damaged"),
    "a compound file of another order": (lambda: broken(28, 0xFFFFFEFF), "installer is damaged"),
    "2^31 table sectors": (lambda: broken(44, 1 << 31), "The installer is damaged"),
    "2^31 more table sectors": (lambda: broken(72, 1 << 31), "The installer is damaged"),
    "a directory outside": (lambda: broken(48, 1 << 30), "The installer is damaged"),
}


def compound() -> bytes:
    return compound_file({"x": bytes(5000)})


def broken(at: int, value: int) -> bytes:
    data = bytearray(compound())
    struct.pack_into("<L", data, at, value)
    return bytes(data)


@pytest.mark.parametrize("case", REFUSED)
def test_malformed_packages_are_refused_at_once(read: Read, case: str) -> None:
    make, sentence = REFUSED[case]
    data = make()
    began = time.process_time()

    with pytest.raises(PackageRejected) as refusal:
        read(data)

    assert sentence in str(refusal.value)
    # Far from what reading all of it would take, on a machine on which others work as well.
    assert time.process_time() - began < 20


def loop_directory(data: bytearray) -> None:
    """Let the directory's chain lead back to its first sector."""
    (first,) = struct.unpack_from("<L", data, 48)
    (table,) = struct.unpack_from("<L", data, 76)
    struct.pack_into("<L", data, (table + 1) * 512 + 4 * first, first)


def cut(data: bytearray) -> None:
    del data[3000:]


@pytest.mark.parametrize("change", [cut, loop_directory], ids=["cut", "a looping directory"])
def test_broken_installers_are_refused(
    read: Read, tmp_path: Path, change: Callable[[bytearray], None]
) -> None:
    with pytest.raises(PackageRejected, match="installer is damaged"):
        read(installer(change, tmp_path))


def test_a_compound_file_of_another_kind_is_no_package(read: Read) -> None:
    with pytest.raises(NotAPackage):
        read(compound())


def test_names_of_tables_are_packed_as_windows_does() -> None:
    for name in ("Property", "_StringPool", "_StringData", "Odd"):
        assert stream_name(name) == "\u4840" + coded_name(name)


def database(pool: bytes, data: bytes, table: bytes) -> bytes:
    streams = {"_StringPool": pool, "_StringData": data, "Property": table}
    return compound_file({stream_name(name): content for name, content in streams.items()})


def test_a_text_of_more_than_64_kilobytes_is_read(read: Read) -> None:
    texts = [b"ProductName", b"App", b"Long", b"x" * 70_000, b"ProductVersion", b"1.2"]
    pool = struct.pack("<L", 65001)
    for text in texts:
        size = len(text)
        pool += struct.pack("<2HL", 0, 1, size) if size > 0xFFFF else struct.pack("<2H", size, 1)
    table = struct.pack("<6H", 1, 3, 5, 2, 4, 6)
    found = read(database(pool, b"".join(texts), table)).facts

    assert (found.name, found.version) == ("App", "1.2")


@pytest.mark.parametrize(
    ("page", "name"),
    [(1252, "Häfen"), (0, "Häfen"), (1251, "Hдfen"), (65001, "H\ufffdfen"), (64_000, "Häfen")],
)
def test_texts_are_in_the_coding_of_the_database(read: Read, page: int, name: str) -> None:
    pool = struct.pack("<L4H", page, 11, 1, 5, 1)
    data = b"ProductName" + b"H\xe4fen"

    assert read(database(pool, data, struct.pack("<2H", 1, 2))).facts.name == name


@pytest.mark.parametrize(
    ("pool", "table", "sentence"),
    [
        (struct.pack("<L2H", 0, 0xFFFF, 1), struct.pack("<2H", 1, 1), "tables are damaged"),
        (struct.pack("<L", 0), bytes(4 * 20_001), "too many properties"),
    ],
)
def test_tables_that_lie_are_refused(read: Read, pool: bytes, table: bytes, sentence: str) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        read(database(pool, b"x", table))


def test_a_program_without_versions_is_kept(read: Read) -> None:
    found = read(windows_program(SampleExe(versioned=False))).facts

    assert (found.kind, found.name, found.complete) == ("exe", None, False)
    assert found.architectures == ("x64",)


def test_the_version_resource_is_walked_within_its_bounds() -> None:
    block = version_resource(SampleExe())

    assert dict(pe._texts(block, 0))["ProductName"] == "Harbour"
    assert dict(pe._texts(block[:200], 0)).get("ProductName") is None
    assert dict(pe._texts(b"\xff\xff" + block[2:], 0))["CompanyName"] == "Harbour Labs"
    assert dict(pe._texts(b"", 0)) == {}


@pytest.mark.parametrize(("at", "value"), [(136, 1 << 30), (140, 0)])
def test_resources_elsewhere_cost_the_version_only(read: Read, at: int, value: int) -> None:
    data = bytearray(windows_program(SampleExe(signed=False)))
    # The directory of resources stands in the third line of the optional header's table.
    struct.pack_into("<L", data, 64 + 24 + 112 + 2 * 8 + (at - 136), value)
    found = read(bytes(data))

    assert found.facts.kind == "exe"
    assert found.facts.version is None


def test_a_certificate_table_outside_is_no_signature(read: Read) -> None:
    data = bytearray(windows_program(SampleExe(signed=True)))
    struct.pack_into("<L", data, 64 + 24 + 112 + 4 * 8, 1 << 30)

    assert not read(bytes(data)).facts.signing.signed
