"""macOS apps: zipped, in disk images, in installer packages."""

import os
import plistlib
import struct
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from storage.inspection import dmg
from storage.inspection.inspector import inspect
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Window
from tests.programs import needed
from tests.samples.dmg import write_dmg, write_fat_dmg
from tests.samples.macapp import SampleMacApp
from tests.samples.xar import xar
from tests.unit.storage.inspection import ipas, plist_tricks
from tests.unit.storage.inspection.conftest import HASHES, Read
from tests.unit.storage.inspection.zips import LINK, Part, parts, zip_of

ROOT = "App.app/Contents/"
INFO = ipas.info(LSMinimumSystemVersion="13.0", MinimumOSVersion=None)


def app_zip(more: Mapping[str, bytes] | None = None, info: bytes = INFO, folder: str = "") -> bytes:
    inside = {f"{folder}{ROOT}{name}": data for name, data in (more or {}).items()}
    return zip_of(parts({f"{folder}{ROOT}Info.plist": info, **inside}))


@pytest.mark.parametrize("folder", ["", "Release/", "App.xcarchive/Products/Applications/"])
def test_a_zipped_app_says_what_it_is(read: Read, folder: str) -> None:
    found = read(app_zip(folder=folder)).facts

    assert (found.platform, found.kind) == ("macos", "app.zip")
    assert (found.bundle_id, found.name, found.version) == ("com.example.app", "App", "1.2")
    assert found.min_os == "13.0"


def test_apps_inside_of_the_app_do_not_count(read: Read) -> None:
    other = ipas.info(CFBundleIdentifier="com.example.other")
    more = {
        "Library/LoginItems/Helper.app/Contents/Info.plist": other,
        "PlugIns/W.appex/Contents/Info.plist": other,
        "Resources/de.lproj/InfoPlist.strings": b'CFBundleName = "Die App";',
        "_CodeSignature/CodeResources": b"",
    }
    mac = f"__MACOSX/{ROOT}Info.plist"
    entries = [*parts({mac: other}), *parts({f"{ROOT}{k}": v for k, v in more.items()})]
    found = read(zip_of([*entries, *parts({f"{ROOT}Info.plist": INFO})])).facts

    assert found.bundle_id == "com.example.app"
    assert [part.bundle_id for part in found.extensions] == ["com.example.other"]
    assert found.localized_names == {"de": "Die App"}
    assert found.signing.signed
    assert found.signing.kind is None


def test_links_in_a_bundle_are_normal(read: Read) -> None:
    link = Part(name=f"{ROOT}Frameworks/F".encode(), data=b"Versions/A/F", attributes=LINK)

    assert read(zip_of([*parts({f"{ROOT}Info.plist": INFO}), link])).facts.kind == "app.zip"


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"embedded.provisionprofile": b"x"}, "The provisioning profile is unreadable"),
        ({"MacOS/App": b"x"}, "The app's executable is unreadable"),
        ({"Resources/AppIcon.icns": b"icns, but not in truth"}, "An icon was left out"),
        ({"PlugIns/W.appex/Contents/Info.plist": b"x"}, "An extension's Info.plist is no"),
    ],
)
def test_what_is_damaged_in_it_costs_a_note_only(
    read: Read, more: dict[str, bytes], note: str
) -> None:
    found = read(app_zip(more, ipas.info(CFBundleIconFile="AppIcon")))

    assert found.facts.bundle_id == "com.example.app"
    assert any(said.startswith(note) for said in found.notes)


def image(tmp_path: Path) -> bytes:
    write_dmg(tmp_path / "app.dmg", SampleMacApp(icon=False, profile=None))
    return (tmp_path / "app.dmg").read_bytes()


def test_the_app_in_an_image_is_read(read: Read, tmp_path: Path) -> None:
    needed("7zz")
    found = read(image(tmp_path)).facts

    assert (found.platform, found.kind) == ("macos", "dmg")
    assert (found.bundle_id, found.version) == ("com.example.harbour.mac", "2.4.0")
    assert found.architectures == ("x86_64", "arm64")
    assert found.complete


def test_e3_the_app_at_the_root_of_a_fat_image_is_read(tmp_path: Path) -> None:
    needed("7zz")
    path = tmp_path / "app.dmg"
    write_fat_dmg(path, SampleMacApp(architectures=("arm64",)))
    found = inspect(path, HASHES)

    assert (found.facts.kind, found.facts.complete) == ("dmg", True)
    assert (found.facts.bundle_id, found.facts.version) == ("com.example.harbour.mac", "2.4.0")
    assert found.facts.architectures == ("arm64",)
    assert found.facts.signing.kind == "developer-id"
    assert found.notes == ()


def test_d3_without_7zip_an_image_is_kept_by_its_name(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dmg, "_TOOLS", ("no-such-tool",))
    found = read(image(tmp_path))

    assert (found.facts.name, found.facts.complete) == ("upload", False)
    assert found.notes == ("7-Zip is not installed: only name and size of the image are known.",)


@pytest.mark.parametrize(
    ("script", "note"),
    [
        ("exit 2", "cannot be read: 7-Zip cannot read the image."),
        ("sleep 9", "cannot be read: Reading the image took too long."),
        ("yes", "cannot be read: A file in the image is larger than it says."),
        ("echo nothing", "There is no app in the image"),
    ],
)
def test_a_tool_that_fails_costs_a_note_only(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, note: str
) -> None:
    tool = tmp_path / "tool"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o700)
    data = image(tmp_path)
    monkeypatch.setattr(dmg, "_TOOLS", ("tool",))
    monkeypatch.setattr(dmg, "_PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setattr(dmg, "SECONDS", 0.5 if "sleep" in script else 10.0)
    monkeypatch.setattr(dmg, "_MAX_LISTING", 100_000)
    found = read(data)

    assert not found.facts.complete
    assert note in found.notes[0]


def test_an_encrypted_image_is_kept_by_its_name(read: Read) -> None:
    found = read(b"encrcdsa" + bytes(4000))

    assert not found.facts.complete
    assert "encrypted" in found.notes[0]


def test_a_file_of_an_image_is_read_within_its_limit(tmp_path: Path) -> None:
    tool = needed("7zz")
    image(tmp_path)
    descriptor = os.open(tmp_path / "app.dmg", os.O_RDONLY)
    try:
        volume = dmg.Volume.listed(tool, descriptor)
        name = b"Harbour/Harbour.app/Contents/Info.plist"

        assert volume.read(name, 10_000) == b"".join(volume._contents(name, 10_000))
        with pytest.raises(PackageRejected, match="too big"):
            volume.read(name, 10)
        with pytest.raises(PackageRejected, match="larger than it says"):
            list(volume._contents(name, 10))
        assert b"Harbour/Applications" not in volume
    finally:
        os.close(descriptor)
    assert Window(0, 0, 0).size == 0


def koly(table: bytes, offset: int | None = None, length: int | None = None) -> bytes:
    place = (0 if offset is None else offset, len(table) if length is None else length)
    return table + (b"koly".ljust(0xD8, b"\0") + struct.pack(">2Q", *place)).ljust(512, b"\0")


def distribution(content: str) -> bytes:
    return xar({"Distribution": content.encode()})


def raw_xar(table: bytes, packed: int | None = None, plain: int | None = None) -> bytes:
    body = zlib.compress(table, 9)
    sizes = (len(body) if packed is None else packed, len(table) if plain is None else plain)
    return struct.pack(">4s2H2QL", b"xar!", 28, 1, *sizes, 1) + body


def zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    first = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block + first * (size >> 20)


def one_file(data: str) -> bytes:
    name = "<name>PackageInfo</name>"
    return raw_xar(f"<xar><toc><file>{name}<data>{data}</data></file></toc></xar>".encode())


GOOD = "<pkg-info identifier='com.example.app' version='1.2'/>"
FILES = b"<file><name>a</name></file>"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "two apps in a zip": (
        lambda: zip_of(parts({f"{ROOT}Info.plist": INFO, "B.app/Contents/Info.plist": INFO})),
        "several apps in it",
    ),
    "an id with a script": (
        lambda: app_zip(info=ipas.info(CFBundleIdentifier="<script>")),
        "bundle id holds characters",
    ),
    "a plist that is a link": (
        lambda: zip_of([Part(name=f"{ROOT}Info.plist".encode(), data=b"x", attributes=LINK)]),
        "is a link",
    ),
    "an image whose table lies outside": (
        lambda: koly(b"x", offset=1 << 62),
        "table of contents lies outside of it",
    ),
    "an image without a table": (lambda: koly(b""), "table of contents lies outside of it"),
    "an image with a table of 9 MB": (
        lambda: koly(bytes(9 << 20)),
        "table of contents is too big: more than 8 MB",
    ),
    "an image whose table is no list": (lambda: koly(b"x"), "is no property list"),
    "an image whose table names no blocks": (
        lambda: koly(plistlib.dumps({"resource-fork": []})),
        "names no blocks",
    ),
    "an image with a billion laughs": (
        lambda: koly(plist_tricks.billion_laughs(ipas.info())),
        "is no property list",
    ),
    "an image without its end": (lambda: koly(b"x" * 600)[:-1], "not a complete archive"),
    "a package of 20 bytes": (lambda: b"xar!" + bytes(16), "The package is damaged"),
    "a package that is cut": (lambda: distribution(GOOD)[:100], "cut off"),
    "300 MB of contents": (
        lambda: struct.pack(">4s2H2QL", b"xar!", 28, 1, 999, 300 << 20, 1) + zeros(1 << 20),
        "table of contents is too big",
    ),
    "17 MB of packed contents": (
        lambda: struct.pack(">4s2H2QL", b"xar!", 28, 1, 17 << 20, 9, 1),
        "table of contents is too big",
    ),
    "300 MB that claim 1,000 bytes": (
        lambda: (
            struct.pack(">4s2H2QL", b"xar!", 28, 1, len(zeros(300 << 20)), 1000, 1)
            + zeros(300 << 20)
        ),
        "larger than it claims",
    ),
    "a length of 2^63": (lambda: raw_xar(b"<xar/>", packed=1 << 63), "is too big"),
    "contents with entities": (
        lambda: raw_xar(b"<!DOCTYPE x [<!ENTITY y 'z'>]><xar><toc>&y;</toc></xar>"),
        "holds a DOCTYPE",
    ),
    "contents that are no XML": (lambda: raw_xar(b"<xar><toc>"), "is no XML"),
    "contents that are not packed": (
        lambda: struct.pack(">4s2H2QL", b"xar!", 28, 1, 6, 6, 1) + b"<xar/>",
        "The package is damaged",
    ),
    "no contents": (lambda: raw_xar(b"<xar/>"), "The package is damaged"),
    "20,001 files": (
        lambda: raw_xar(b"<xar><toc>" + FILES * 20_001 + b"</toc></xar>"),
        "too many files: more than 20,000",
    ),
    "files nested without end": (
        lambda: raw_xar(b"<xar><toc>" + b"<file>" * 200 + b"</file>" * 200 + b"</toc></xar>"),
        "nested too deeply",
    ),
    "800,001 elements": (
        lambda: raw_xar(b"<xar><toc>" + b"<a/>" * 800_001 + b"</toc></xar>"),
        "too many elements",
    ),
    "neither distribution nor component": (
        lambda: xar({"Payload": b"x"}),
        "neither a Distribution nor a PackageInfo",
    ),
    "a distribution with a DOCTYPE": (
        lambda: distribution("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>"),
        "holds a DOCTYPE",
    ),
    "a distribution of 9 MB": (
        lambda: xar({"Distribution": b"<x>" + b" " * (9 << 20) + b"</x>"}),
        "too big",
    ),
    "no id": (lambda: distribution("<x/>"), "bundle id is missing"),
    "an id with a path": (
        lambda: distribution("<x><product id='../../etc'/></x>"),
        "bundle id holds characters",
    ),
    "a file whose place is no number": (
        lambda: one_file("<offset>x</offset><length>1</length>"),
        "The package is damaged",
    ),
    "a file outside": (
        lambda: one_file("<offset>999999</offset><length>9</length>"),
        "points outside of itself",
    ),
    "a file packed in an unknown way": (
        lambda: one_file("<offset>0</offset><length>0</length><encoding style='x-lzma'/>"),
        "a method that is not read",
    ),
    "a file that is not packed as it says": (
        lambda: one_file("<offset>0</offset><length>0</length><encoding style='x-bzip2'/>"),
        "is no XML",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_malformed_packages_are_refused_at_once(read: Read, case: str) -> None:
    make, sentence = REFUSED[case]
    data = make()
    began = time.process_time()

    with pytest.raises(PackageRejected) as refusal:
        read(data)

    assert sentence in str(refusal.value)
    assert time.process_time() - began < 3


COMPONENT = (
    "<pkg-info identifier='com.example.pkg' version='1.0'>"
    "<bundle id='com.example.app' path='./App.app' CFBundleShortVersionString='1.2' "
    "CFBundleVersion='34'/>"
    "<bundle id='com.example.kit' path='./App.app/Contents/Frameworks/Kit.framework'/></pkg-info>"
)
DISTRIBUTION = (
    "<installer-gui-script><title>The App</title><product id='com.example.product' version='2'/>"
    "<volume-check><allowed-os-versions><os-version min='12.0'/></allowed-os-versions>"
    "</volume-check></installer-gui-script>"
)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"Distribution": DISTRIBUTION, "App.pkg/PackageInfo": COMPONENT},
            ("com.example.app", "The App", "1.2", "34", "12.0"),
        ),
        ({"PackageInfo": COMPONENT}, ("com.example.app", "App", "1.2", "34", None)),
        ({"PackageInfo": GOOD}, ("com.example.app", "com.example.app", "1.2", None, None)),
        (
            {"Distribution": DISTRIBUTION, "a.pkg/PackageInfo": GOOD},
            ("com.example.product", "The App", "2", None, "12.0"),
        ),
        (
            {
                "Distribution": DISTRIBUTION,
                "a.pkg/PackageInfo": COMPONENT,
                "b.pkg/PackageInfo": COMPONENT,
            },
            ("com.example.product", "The App", "2", None, "12.0"),
        ),
    ],
    ids=["both", "a component", "a component without app", "no app", "two apps"],
)
def test_a_package_is_the_app_it_installs(
    read: Read, files: dict[str, str], told: tuple[str | None, ...]
) -> None:
    found = read(xar({name: text.encode() for name, text in files.items()})).facts

    assert (found.bundle_id, found.name, found.version, found.build, found.min_os) == told
    assert not found.signing.signed
