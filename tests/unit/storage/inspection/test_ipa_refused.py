"""IPAs that are refused, each with its sentence."""

import plistlib
import time
import zlib
from collections.abc import Callable
from functools import partial

import pytest

from storage.inspection.rejection import PackageRejected
from tests.unit.storage.inspection import ipas, plist_tricks
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import LINK, Lies, Part, parts, zip_of

NAME = ipas.PLIST.encode()
INFO = ipas.info()
NO_PLIST = "Info.plist is no property list that can be read"
TOO_BIG = "Info.plist is too big: more than 8 MB"
NO_ID = "The bundle id holds characters that no bundle id may have"
LONG_LIST = b"<plist><dict><key>x</key><array>%s</array></dict></plist>" % (b"<true/>" * 200_001)


def one(part: Part) -> bytes:
    return zip_of([part])


def with_id(value: object) -> bytes:
    return ipas.ipa(ipas.info(CFBundleIdentifier=value))


def bomb(size: int, claimed: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    raw = block * (size >> 20) + packer.flush()
    return one(Part(name=NAME, raw=raw, size=claimed))


def overlapping() -> bytes:
    """Write a thousand names for one stream that inflates to 10 MB, and no app among them."""
    first = Part(name=b"Payload/f0", data=bytes(10 << 20))
    packed = first.packed_bytes()
    others = [
        Part(name=b"Payload/f%d" % n, raw=packed, data=b"", size=10 << 20, offset=0, local=False)
        for n in range(1, 1000)
    ]
    return zip_of([first, *others])


def overlaid_arrays() -> bytes:
    """Lay arrays over each other, so that they claim together what no file holds."""
    objects: list[plist_tricks.Node] = [[0] * 1000 for _ in range(50)]
    data = plist_tricks.binary([{1: 2}, b"key", *objects])
    at = data.index(b"\xaf\x12")
    return data[:at] + data[at:].replace(b"\x00\x00\x03\xe8", b"\x00\x01\x86\xa0")


def doubled(name: str) -> bytes:
    again = Part(name=f"{ipas.ROOT}{name}".encode(), data=b"y")
    return zip_of([*parts(ipas.files(more={name: b"x"})), again])


MALFORMED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no Payload": (lambda: zip_of(parts({"Info.plist": INFO})), "no app in it"),
    "the bare folder of an app": (
        lambda: zip_of(parts({"App.app/Info.plist": INFO})),
        "no app in it, only the folder of one",
    ),
    "no Info.plist": (lambda: zip_of(parts({f"{ipas.ROOT}App": b"x"})), "no app in it"),
    "an empty archive": (lambda: zip_of([]), "no app in it"),
    "two apps": (
        lambda: zip_of(parts({**ipas.files(), "Payload/B.app/Info.plist": INFO})),
        "several apps in it",
    ),
    "two plists of one name": (
        lambda: zip_of([Part(name=NAME, data=INFO), Part(name=NAME, data=INFO)]),
        "duplicate: Payload/App.app/Info.plist",
    ),
    **{
        f"two of {name}": (partial(doubled, name), f"duplicate: {ipas.ROOT}{name}")
        for name in ("embedded.mobileprovision", "App", "PlugIns/E.appex/Info.plist")
    },
    "a plist that is a link": (
        lambda: one(Part(name=NAME, data=b"../x", attributes=LINK)),
        "Info.plist is a link",
    ),
    "200 MB of plist": (lambda: bomb(200 << 20, 200 << 20), TOO_BIG),
    "64 MB that claim 900 bytes": (lambda: bomb(64 << 20, 900), TOO_BIG),
    "a wrong checksum": (lambda: one(Part(name=NAME, data=INFO, crc=1)), "wrong checksum"),
    "encryption": (lambda: one(Part(name=NAME, data=INFO, flags=1)), "is encrypted"),
    "method 99": (lambda: one(Part(name=NAME, data=INFO, method=99)), "a method that is not read"),
    "an offset outside": (
        lambda: one(Part(name=NAME, data=INFO, offset=1 << 30)),
        "lies outside of it",
    ),
    "a size outside": (
        lambda: one(Part(name=NAME, data=INFO, packed=1 << 30)),
        "reaches outside of it",
    ),
    "a thousand names for one stream": (overlapping, "no app in it"),
    "a false count": (
        lambda: zip_of(parts(ipas.files()), Lies(count=60_000)),
        "tell different stories",
    ),
    "an id that is a number": (lambda: with_id(7), "The bundle id is missing, or is no text"),
    "an id that is a list": (lambda: with_id(["a"]), "The bundle id is missing, or is no text"),
    "no id": (lambda: with_id(None), "The bundle id is missing, or is no text"),
    "an empty id": (lambda: with_id(""), "The bundle id is missing, or is no text"),
    "an id with a script": (lambda: with_id("<script>alert(1)</script>"), NO_ID),
    "an id with a path": (lambda: with_id("../../etc"), NO_ID),
    "an id that was not filled in": (lambda: with_id("$(PRODUCT_BUNDLE_IDENTIFIER)"), NO_ID),
    "an id with a line break": (lambda: with_id("com.example.app\n"), NO_ID),
    "a long id": (lambda: with_id("a" * 256), NO_ID),
    "a root that is a list": (
        lambda: ipas.ipa(plistlib.dumps([1, 2, 3])),
        "a property list, but no dictionary",
    ),
    "a cut binary plist": (lambda: ipas.ipa(INFO[: len(INFO) // 2]), NO_PLIST),
    "a binary plist of eight bytes": (lambda: ipas.ipa(b"bplist00"), NO_PLIST),
    "JSON": (lambda: ipas.ipa(b'{"CFBundleIdentifier": "com.example.app"}'), NO_PLIST),
    "a NeXT list": (lambda: ipas.ipa(b"{ CFBundleIdentifier = app; }"), NO_PLIST),
    "nothing as plist": (lambda: ipas.ipa(b""), NO_PLIST),
    "billion laughs": (lambda: ipas.ipa(plist_tricks.billion_laughs(INFO)), NO_PLIST),
    "an external entity": (lambda: ipas.ipa(plist_tricks.external_entity(INFO)), NO_PLIST),
    "100,000 nested arrays": (
        lambda: ipas.ipa(plist_tricks.nested_arrays(100_000, INFO)),
        "nested too deeply",
    ),
    "129 nested arrays": (
        lambda: ipas.ipa(plist_tricks.nested_arrays(129, INFO)),
        "nested too deeply",
    ),
    "200,001 values": (
        lambda: ipas.ipa(ipas.info(x=[False] * 200_001)),
        "a property list with too many values",
    ),
    "200,001 objects": (
        lambda: ipas.ipa(plist_tricks.binary([{}, *[b"x"] * 200_000])),
        "a property list with too many values",
    ),
    "200,001 values in XML": (
        lambda: ipas.ipa(LONG_LIST),
        "a property list with too many values",
    ),
    "half a million tags": (
        lambda: ipas.ipa(b"<plist><array>" + b"<a>" * 500_000),
        "a property list with too many values",
    ),
    "2^40 objects": (
        lambda: ipas.ipa(plist_tricks.binary([{}], count=1 << 40)),
        NO_PLIST,
    ),
    "an offset table outside": (
        lambda: ipas.ipa(plist_tricks.binary([{}], count=9_000)),
        NO_PLIST,
    ),
    "arrays that lie over each other": (lambda: ipas.ipa(overlaid_arrays()), NO_PLIST),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_app_is_refused_at_once(read: Read, case: str) -> None:
    make, sentence = MALFORMED[case]
    data = make()
    began = time.process_time()

    with pytest.raises(PackageRejected) as refusal:
        read(data)

    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert time.process_time() - began < 2
