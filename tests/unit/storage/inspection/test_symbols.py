"""dSYM bundles, mappings, and profiles that come alone."""

import plistlib

import pytest

from bot.sandbox.samples import cms
from bot.sandbox.samples.identities import profile_signer
from bot.sandbox.samples.iosapp import SampleApp, program
from bot.sandbox.samples.profiles import Profile, mobileprovision
from storage.inspection.rejection import NotAPackage, PackageRejected
from tests.samples.dwarf import companion
from tests.unit.storage.inspection import apks
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import parts, zip_of

BINARY = program(SampleApp(architectures=("x86_64", "arm64")), "Harbour")
DWARF = b"".join(companion(BINARY))
INFO = plistlib.dumps({"CFBundleIdentifier": "com.apple.xcode.dsym.com.example.app"})
MAPPING = b"# compiler: R8\n# pg_map_id: 7c1f2aa\ncom.example.Main -> a.b:\n    int x -> y\n"


def dsym(name: str = "App.app.dSYM", dwarf: bytes = DWARF, info: bytes = INFO) -> dict[str, bytes]:
    inside = f"{name}/Contents"
    return {f"{inside}/Info.plist": info, f"{inside}/Resources/DWARF/App": dwarf}


def test_a_fat_dsym_tells_the_uuid_of_each_architecture(read: Read) -> None:
    found = read(zip_of(parts(dsym()))).facts

    assert (found.platform, found.kind, found.bundle_id) == ("ios", "dsym", "com.example.app")
    assert found.architectures == ("x86_64", "arm64")
    assert found.uuids == tuple(str(BINARY.uuid(cpu)).lower() for cpu in BINARY.architectures)


def test_the_apps_symbols_name_an_archive_of_many(read: Read) -> None:
    other = plistlib.dumps({"CFBundleIdentifier": "com.apple.xcode.dsym.com.example.kit"})
    files = {**dsym("Kit.framework.dSYM", info=other), **dsym("deep/dSYMs/App.app.dSYM")}
    found = read(zip_of(parts(files))).facts

    assert found.bundle_id == "com.example.app"
    assert len(found.uuids) == 4


@pytest.mark.parametrize(
    ("dwarf", "sentence"),
    [
        (b"", "no symbols in it"),
        (b"\x91" * 200, "no symbols in it"),
        (DWARF[:20], "no symbols in it"),
        (b"\xca\xfe\xba\xbe\xff\xff\xff\xff" + bytes(99), "no symbols in it"),
        (b"\xca\xfe\xba\xbe\0\0\0\0" + bytes(99), "no symbols in it"),
        (b"\xca\xfe\xba\xbe\0\0\0\1" + b"\xff" * 20, "no symbols in it"),
        (b"\xcf\xfa\xed\xfe" + b"\xff" * 28 + bytes(40), "no symbols in it"),
    ],
    ids=[
        *("nothing", "random bytes", "cut", "2^32 slices", "no slice"),
        *("a slice outside", "a command of size 0"),
    ],
)
def test_broken_symbols_are_refused(read: Read, dwarf: bytes, sentence: str) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        read(zip_of(parts(dsym(dwarf=dwarf))))


def test_a_broken_plist_costs_the_id_only(read: Read) -> None:
    found = read(zip_of(parts(dsym(info=b"no list"))))

    assert found.facts.bundle_id is None
    assert len(found.facts.uuids) == 2
    assert found.notes == ("The symbols' Info.plist is no property list that can be read.",)


@pytest.mark.parametrize("name", ["mapping.txt", "release/mapping.txt"])
def test_a_zipped_mapping_is_known_by_its_lines(read: Read, name: str) -> None:
    found = read(zip_of(parts({name: MAPPING}))).facts

    assert (found.platform, found.kind, found.mapping_id) == ("android", "mapping", "7c1f2aa")


def test_a_plain_mapping_is_known_by_its_lines(read: Read) -> None:
    assert read(MAPPING).facts.kind == "mapping"


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (
            b'<manifest package="com.example.app" xmlns:android="x" android:versionName="1.2"/>',
            ("com.example.app", "1.2"),
        ),
        (apks.manifest(), ("com.example.app", "1.2")),
        (b'<!DOCTYPE x [<!ENTITY y "z">]><manifest package="com.example.app"/>', (None, None)),
        (b"\x91" * 99, (None, None)),
        (b'<manifest package="../../etc"/>', (None, None)),
    ],
)
def test_the_manifest_beside_a_mapping_names_the_app(
    read: Read, manifest: bytes, told: tuple[str | None, str | None]
) -> None:
    files = {"mapping.txt": MAPPING, "AndroidManifest.xml": manifest, "R.txt": b""}
    found = read(zip_of(parts(files))).facts

    assert found.kind == "mapping"
    assert (found.bundle_id, found.version) == told


def test_an_app_with_a_mapping_in_it_is_an_app(read: Read) -> None:
    files = {"mapping.txt": MAPPING, apks.MANIFEST: apks.manifest(), "classes.dex": b""}

    assert read(zip_of(parts(files))).facts.kind == "apk"


@pytest.mark.parametrize("content", [b"", b"a shopping list -> eggs", b"\0" + MAPPING])
def test_a_text_of_another_kind_is_no_mapping(read: Read, content: bytes) -> None:
    with pytest.raises(PackageRejected, match="maps nothing"):
        read(zip_of(parts({"mapping.txt": content})))


@pytest.mark.parametrize(
    ("app_id", "bundle_id"), [("com.example.app", "com.example.app"), ("com.example.*", None)]
)
def test_a_profile_alone_is_read(read: Read, app_id: str, bundle_id: str | None) -> None:
    found = read(mobileprovision(Profile(app_id=app_id, kind="adhoc"))).facts

    assert (found.platform, found.kind, found.bundle_id) == ("ios", "mobileprovision", bundle_id)
    assert found.signing.kind == "adhoc"
    assert found.name == "Harbour Ad Hoc"


def test_a_profile_for_macs_is_told(read: Read) -> None:
    assert read(mobileprovision(Profile(platforms=("OSX",)))).facts.platform == "macos"


def test_another_signed_list_is_no_profile(read: Read) -> None:
    with pytest.raises(NotAPackage):
        read(cms.enveloping(plistlib.dumps({"a": 1}), profile_signer(), ()))


def test_a_profile_of_more_than_4_megabytes_is_refused(read: Read) -> None:
    with pytest.raises(PackageRejected, match="too big: more than 4 MB"):
        read(mobileprovision(Profile()) + bytes(4 << 20))
