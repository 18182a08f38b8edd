"""Packages whose parts are each within their limits, and all together far beyond."""

import plistlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.sandbox.samples.profiles import Profile, mobileprovision
from storage.inspection.inspector import inspect
from storage.inspection.rejection import PackageRejected
from tests.samples.xar import xar
from tests.unit.storage.inspection import ipas
from tests.unit.storage.inspection.conftest import HASHES, Read
from tests.unit.storage.inspection.zips import Part, parts, zip_of

ID = b"<key>CFBundleIdentifier</key><string>com.example.app.x</string>"
HEAD = b'<plist version="1.0"><dict>' + ID + b"<key>pad</key>"
TAIL = b"</dict></plist>"
PROFILE = "embedded.mobileprovision"

#: Four megabytes of short values, as in the file that took eleven seconds.
VALUES = HEAD + b"<array>" + b"<string>a</string>\n" * 190_000 + b"</array>" + TAIL
LINES = HEAD + b"<string>" + b"\n" * 1_500_000 + b"</string>" + TAIL
TOO_MANY_LINES = HEAD + b"<string>" + b"\n" * 8_000_000 + b"</string>" + TAIL
TRANSLATIONS = (
    b"<?xml version='1.0'?><plist><dict>" + b"<key>a</key><true/>" * 55_000 + b"</dict></plist>"
)


def binary() -> bytes:
    return plistlib.dumps({"pad": list(range(150_000))}, fmt=plistlib.FMT_BINARY)


def app(
    names: Iterator[str], data: bytes, *, crc: int | None = None, size: int | None = None
) -> bytes:
    """Return an app with the same content under many names; it is packed only once."""
    raw = Part(name=b"x", data=data).packed_bytes()
    many = (
        Part(name=f"{ipas.ROOT}{name}".encode(), data=data, raw=raw, crc=crc, size=size)
        for name in names
    )
    return zip_of([*parts(ipas.files()), *many])


def extensions(file: str = "Info.plist") -> Iterator[str]:
    return (f"PlugIns/E{number}.appex/{file}" for number in range(100))


def with_profiles(data: bytes) -> bytes:
    lists = {f"{ipas.ROOT}{name}": ipas.info() for name in extensions()}
    raw = Part(name=b"x", data=data).packed_bytes()
    profiles = (
        Part(name=f"{ipas.ROOT}{name}".encode(), data=data, raw=raw) for name in extensions(PROFILE)
    )
    return zip_of([*parts(ipas.files()), *parts(lists), *profiles])


def on_a_mac(data: bytes) -> bytes:
    raw = Part(name=b"x", data=data).packed_bytes()
    root = "App.app/Contents/"
    many = (
        Part(name=f"{root}PlugIns/E{number}.appex/Contents/Info.plist".encode(), data=data, raw=raw)
        for number in range(100)
    )
    return zip_of([*parts({f"{root}Info.plist": ipas.info()}), *many])


def walked() -> bytes:
    """Return a profile that takes almost as many steps as one structure may, and then fails."""
    return b"\x30\x80" + b"\x30\x00" * 99_000


def tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return bytes((tag, 0x84)) + len(content).to_bytes(4) + content


def many_certificates() -> bytes:
    """Return a profile of 500 certificates, each with thousands of elements of open length."""
    null, signed_data, data = b"\x05\x00", "2a864886f70d010702", "2a864886f70d010701"
    empty = tlv(0x30)
    long = b"\x30\x80" + null * 3_000 + b"\0\0"
    fields = (b"\x02\x01\x01", *[empty] * 4, long)
    bag = tlv(0xA0, *[tlv(0x30, tlv(0x30, *fields))] * 500)
    content = tlv(0x30, tlv(0x06, bytes.fromhex(data)))
    body = tlv(0x30, b"\x02\x01\x01", tlv(0x31), content, bag, tlv(0x31))
    return tlv(0x30, tlv(0x06, bytes.fromhex(signed_data)), tlv(0xA0, body))


def installer() -> bytes:
    """Return an installer of as many components as are read, each with a long list of bundles."""
    inside = b"<bundle/>" * 190_000
    component = b"<pkg-info identifier='com.example.app'>" + inside + b"</pkg-info>"
    return xar({f"C{number}.pkg/PackageInfo": component for number in range(20)})


VALUES_SPENT = "The lists in the package hold too many values, all taken together."
BYTES_SPENT = "The parts of the package are too big, all taken together."
STEPS_SPENT = "The signatures in the package hold too much, all taken together."
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "lists of values": (lambda: app(extensions(), VALUES), VALUES_SPENT),
    "lists of lines": (lambda: app(extensions(), LINES), VALUES_SPENT),
    "lists of too many lines": (lambda: app(extensions(), TOO_MANY_LINES), BYTES_SPENT),
    "binary lists": (lambda: app(extensions(), binary()), VALUES_SPENT),
    "lists on a Mac": (lambda: on_a_mac(VALUES), VALUES_SPENT),
    "tables of translations": (
        lambda: app((f"{n}.lproj/InfoPlist.strings" for n in range(100)), TRANSLATIONS),
        VALUES_SPENT,
    ),
    "lists that are none": (lambda: app(extensions(), bytes(8_000_000)), BYTES_SPENT),
    "lists with a wrong checksum": (
        lambda: app(extensions(), bytes(8_000_000), crc=1),
        BYTES_SPENT,
    ),
    "lists larger than they say": (
        lambda: app(extensions(), bytes(8_000_000), size=900),
        BYTES_SPENT,
    ),
    "profiles": (lambda: with_profiles(walked()), STEPS_SPENT),
    "certificates": (lambda: ipas.ipa(more={PROFILE: many_certificates()}), STEPS_SPENT),
    "components of an installer": (installer, VALUES_SPENT),
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.slow if number % 4 else ())
        for number, case in enumerate(HOSTILE)
    ],
)
def test_e4_many_parts_are_refused_soon(tmp_path: Path, case: str) -> None:
    make, sentence = HOSTILE[case]
    path = tmp_path / "App.ipa"
    path.write_bytes(make())
    began = time.process_time()

    with pytest.raises(PackageRejected) as refusal:
        inspect(path, HASHES)

    # Half a second where nothing else runs; without a budget it took eleven and more.
    assert time.process_time() - began < 4
    assert str(refusal.value) == sentence


@pytest.mark.slow
@pytest.mark.parametrize("case", HOSTILE)
def test_e4_one_package_leaves_the_next_its_whole_allowance(read: Read, case: str) -> None:
    make, _ = HOSTILE[case]
    with pytest.raises(PackageRejected):
        read(make())

    assert read(ipas.ipa()).facts.bundle_id == "com.example.app"


def test_e4_a_large_honest_app_is_within_it(read: Read) -> None:
    devices = tuple(f"00008030-{number:016X}" for number in range(1_000))
    data = with_profiles(mobileprovision(Profile(devices=devices)))

    found = read(data).facts

    assert len(found.extensions) == 100
    assert all(part.profile_name for part in found.extensions)
