"""App bundles and archives of APKs."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.samples import protobuf as pb
from bot.sandbox.samples.binaryxml import Element, Reference, Value
from bot.sandbox.samples.protoxml import proto_table, proto_xml
from storage.inspection.inspector import inspect
from storage.inspection.rejection import NotAPackage, PackageRejected
from tests.unit.storage.inspection import apks
from tests.unit.storage.inspection.conftest import HASHES, Read
from tests.unit.storage.inspection.zips import DEFLATED, STORED, Part, parts, zip_of

MANIFEST = "base/manifest/AndroidManifest.xml"


def aab(plain: bytes | None = None, more: dict[str, bytes] | None = None) -> bytes:
    manifest = proto_xml(apks.root()) if plain is None else plain
    return zip_of(parts({MANIFEST: manifest, **(more or {})}))


def nested(levels: int) -> bytes:
    node = pb.message(1, pb.text(3, "end"))
    for _ in range(levels):
        node = pb.message(1, pb.text(3, "manifest"), pb.message(5, node))
    return node


def test_a_bundle_says_what_it_is(read: Read) -> None:
    table = apks.table({("string", "name"): "App"})
    sdk = Element("uses-sdk", {"android:minSdkVersion": 24, "android:targetSdkVersion": 35})
    label: dict[str, Value] = {
        "android:label": Reference(table.id("string", "name")),
        "android:debuggable": True,
    }
    plain = proto_xml(apks.root(label, (sdk,)))
    more = {
        "base/resources.pb": proto_table(table),
        "base/lib/arm64-v8a/a.so": b"",
        "camera/lib/x86/b.so": b"",
    }
    found = read(aab(plain, more)).facts

    assert (found.platform, found.kind) == ("android", "aab")
    assert (found.bundle_id, found.name, found.version, found.build) == (
        *("com.example.app", "App", "1.2", "34"),
    )
    assert (found.min_os, found.target_sdk, found.debuggable) == ("24", 35, True)
    assert found.abis == ("arm64-v8a", "x86")


def test_a_label_may_be_named_instead_of_numbered(read: Read) -> None:
    reference = pb.message(6, pb.message(1, pb.text(3, "string/name")))
    label = pb.message(4, pb.text(2, "label"), pb.number(5, 0x01010001), reference)
    application = pb.message(5, pb.message(1, pb.text(3, "application"), label))
    package = pb.message(4, pb.text(2, "package"), pb.text(3, "com.example.app"))
    plain = pb.message(1, pb.text(3, "manifest"), package, application)
    table = proto_table(apks.table({("string", "name"): "By name"}))

    assert read(aab(plain, {"base/resources.pb": table})).facts.name == "By name"


@pytest.mark.parametrize("resources", [b"", b"\x91" * 99, b"\x12\xff\xff\xff\xff\x7f"])
def test_damaged_resources_cost_the_label_only(read: Read, resources: bytes) -> None:
    assert read(aab(more={"base/resources.pb": resources})).facts.bundle_id == "com.example.app"


def test_a_damaged_signature_costs_a_note_only(read: Read) -> None:
    found = read(aab(more={"META-INF/A.RSA": b"x", "META-INF/A.SF": b"x"}))

    assert not found.facts.signing.signed
    assert any(note.startswith("The signature is unreadable") for note in found.notes)


BROKEN = "A protobuf message in the bundle is damaged."
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a number without end": (lambda: aab(b"\x08" + b"\xff" * 4000), BROKEN),
    "a number that is cut": (lambda: aab(b"\x08\x80"), BROKEN),
    "a length past the end": (lambda: aab(b"\x0a\x7fx"), BROKEN),
    "a length of 2^62": (lambda: aab(b"\x0a" + b"\xff" * 8 + b"\x3f"), BROKEN),
    "a group": (lambda: aab(b"\x0b"), BROKEN),
    "3,000 nested elements": (lambda: aab(nested(3000)), "nested too deeply"),
    "129 levels": (lambda: aab(nested(128)), "nested too deeply"),
    "no manifest in it": (lambda: aab(b""), "holds no manifest"),
    "a manifest for APKs": (lambda: aab(apks.manifest()), "."),
    "16 MB of manifest": (lambda: aab(bytes((16 << 20) + 1)), "too big: more than 16 MB"),
    "a wrong checksum": (
        lambda: zip_of([Part(name=MANIFEST.encode(), data=proto_xml(apks.root()), crc=1)]),
        "wrong checksum",
    ),
    "a package with a path": (
        lambda: aab(proto_xml(apks.root(package="../../etc"))),
        "The package name holds characters",
    ),
    "parts without a base": (
        lambda: zip_of(parts({"toc.pb": b"", "splits/other.apk": apks.apk()})),
        "holds no base APK",
    ),
    "a base that is no archive": (
        lambda: zip_of(parts({"toc.pb": b"", "universal.apk": b"x"})),
        "not a complete archive",
    ),
    "a base that is too big to unpack": (
        lambda: zip_of(
            [
                *parts({"toc.pb": b""}),
                Part(name=b"universal.apk", data=b"x", size=(128 << 20) + 1),
            ]
        ),
        "universal.apk is too big: more than 128 MB",
    ),
    "a stored base that reaches outside": (
        lambda: zip_of(
            [
                *parts({"toc.pb": b""}),
                Part(name=b"universal.apk", data=b"x", method=STORED, packed=1 << 30),
            ]
        ),
        "points outside of itself",
    ),
    "an XAPK without JSON": (lambda: xapk(b"{"), "manifest.json cannot be read"),
    "an XAPK with a list": (lambda: xapk(b"[]"), "manifest.json is no object"),
    "an XAPK nested without end": (lambda: xapk(b"[" * 100_000), "manifest.json cannot be read"),
    "an XAPK without base": (lambda: xapk(b'{"split_apks": 7}'), "holds no base APK"),
    "an XAPK with a path": (
        lambda: xapk(json.dumps({"package_name": "../../x"}).encode()),
        "holds no base APK",
    ),
}


def xapk(manifest: bytes) -> bytes:
    return zip_of(parts({"manifest.json": manifest, "x.apk": apks.apk()}))


@pytest.mark.parametrize("case", REFUSED)
def test_malformed_packages_are_refused_at_once(read: Read, case: str) -> None:
    make, sentence = REFUSED[case]
    data = make()
    began = time.process_time()

    with pytest.raises(PackageRejected) as refusal:
        read(data)

    assert sentence in str(refusal.value)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "files",
    [
        {"universal.apk": "com.example.app", "splits/base-master.apk": "com.example.other"},
        {"splits/base-master.apk": "com.example.app", "splits/base-de.apk": "com.example.other"},
        {"standalones/standalone-x86.apk": "com.example.app"},
    ],
)
def test_the_apk_that_tells_the_whole_app_is_read(read: Read, files: dict[str, str]) -> None:
    inner = {name: apks.apk(apks.manifest(package=package)) for name, package in files.items()}

    assert read(zip_of(parts({"toc.pb": b"", **inner}))).facts.bundle_id == "com.example.app"


def test_processors_are_known_by_the_names_of_the_parts(read: Read) -> None:
    names = ("base-master", "base-arm64_v8a", "base-x86_64", "base-armeabi_v7a", "base-de")
    inner = {f"splits/{name}.apk": apks.apk() for name in names}
    found = read(zip_of(parts({"toc.pb": b"", **inner}))).facts

    assert found.abis == ("arm64-v8a", "armeabi-v7a", "x86_64")


def test_an_xapk_is_read_by_the_part_that_is_named_base(read: Read) -> None:
    listed = [{"file": "config.de.apk", "id": "config.de"}, {"file": "main.apk", "id": "base"}]
    manifest = json.dumps({"package_name": "com.example.lie", "split_apks": listed}).encode()
    other = apks.apk(apks.manifest(package="com.example.other"))
    files = {"manifest.json": manifest, "config.de.apk": other, "main.apk": apks.apk()}
    found = read(zip_of(parts(files))).facts

    assert (found.kind, found.bundle_id) == ("xapk", "com.example.app")


@pytest.mark.parametrize("kind", ["apks", "xapk"])
def test_e2_an_archive_holds_the_parts_that_its_base_needs(read: Read, kind: str) -> None:
    base = apks.apk(apks.manifest(android_requiredSplitTypes="base__abi"))
    files = {
        "apks": {"toc.pb": b"", "splits/base-master.apk": base},
        "xapk": {"manifest.json": b'{"package_name": "com.example.app"}', "base.apk": base},
    }
    found = read(zip_of(parts(files[kind])))

    assert found.facts.kind == kind
    assert not found.facts.needs_splits
    assert not any("other parts" in note for note in found.notes)


SPLIT = apks.apk(apks.manifest(split="config.arm64_v8a"))


@pytest.mark.parametrize(
    ("name", "files", "kind"),
    [
        ("x.apkm", {"base.apk": apks.apk(), "split_config.arm64_v8a.apk": SPLIT}, "apkm"),
        ("x.zip", {"info.json": b"{}", "base.apk": apks.apk(), "icon.png": b""}, "apkm"),
        ("x.zip", {"info.json": b"{}", "0a1b.apk": SPLIT, "f4e7.apk": apks.apk()}, "apkm"),
        ("x.xapk", {"0a1b.config.arm64_v8a.apk": SPLIT, "f4e7.apk": apks.apk()}, "xapk"),
        ("x.zip", {"0a1b.config.arm64_v8a.apk": SPLIT, "f4e7.apk": apks.apk()}, "apks"),
        ("x.xapk", {"./0a.apk": SPLIT, "./f4.apk": apks.apk()}, "xapk"),
    ],
    ids=["apkm", "by its note", "base of any name", "xapk", "zip", "with dots"],
)
@pytest.mark.parametrize("stored", [True, False])
def test_e3_an_archive_of_apks_needs_no_list(
    tmp_path: Path, name: str, files: dict[str, bytes], kind: str, *, stored: bool
) -> None:
    path = tmp_path / name
    method = STORED if stored else DEFLATED
    path.write_bytes(
        zip_of(Part(name=key.encode(), data=data, method=method) for key, data in files.items())
    )
    found = inspect(path, HASHES)

    assert (found.facts.platform, found.facts.kind) == ("android", kind)
    assert (found.facts.bundle_id, found.facts.version) == ("com.example.app", "1.2")
    assert "It is an archive of APKs: a device needs the parts that fit it." in found.notes


OTHER = apks.apk(apks.manifest(package="com.example.other"))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"a.apk": apks.apk(), "b.apk": OTHER}, "several apps in it"),
        ({"a.apk": apks.apk(), "b.apk": apks.apk()}, "several apps in it"),
        ({"a.apk": SPLIT, "b.apk": SPLIT}, "holds no base APK"),
        ({"a.apk": SPLIT, "b.apk": b"x"}, "not a complete archive"),
        ({"info.json": b"", "a.apk": apks.apk(b"")}, "AndroidManifest.xml is damaged"),
    ],
)
def test_e3_apks_that_are_no_single_app_are_refused(
    read: Read, files: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(PackageRejected, match=sentence):
        read(zip_of(parts(files)))


def test_e3_looking_for_the_base_has_a_limit(read: Read) -> None:
    padded = apks.apk(apks.manifest(split="x") + bytes(15 << 20))
    data = zip_of(Part(name=b"%d.apk" % n, data=padded, method=STORED) for n in range(500))
    began = time.process_time()

    with pytest.raises(PackageRejected, match="too big, all taken together"):
        read(data)

    assert time.process_time() - began < 2


def test_e3_an_apk_whose_names_begin_with_a_dot_is_refused_with_the_reason(read: Read) -> None:
    with pytest.raises(PackageRejected, match="no device finds them: pack the app again"):
        read(zip_of(parts({"./AndroidManifest.xml": apks.manifest()})))


def test_a_manifest_json_alone_is_no_package(read: Read) -> None:
    with pytest.raises(NotAPackage):
        read(zip_of(parts({"manifest.json": b"{}", "index.html": b""})))
