"""APKs that people really send, and those that lie."""

import struct
import time
from collections.abc import Callable, Mapping

import pytest

from bot.sandbox.samples import drawing
from bot.sandbox.samples.binaryxml import Element, Reference, Value, binary_xml, chunk
from bot.sandbox.samples.resourcetable import Coding, Config
from storage.inspection.rejection import PackageRejected
from tests.unit.storage.inspection import apks
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import Part, parts, zip_of

MANIFEST = apks.MANIFEST.encode()
NAME = "android:name"


def launcher(name: str = "activity", **attributes: Value) -> Element:
    """Return an activity that the launcher starts."""
    action = Element("action", {NAME: "android.intent.action.MAIN"})
    category = Element("category", {NAME: "android.intent.category.LAUNCHER"})
    filter_ = Element("intent-filter", {}, (action, category))
    named = {key.replace("android_", "android:"): value for key, value in attributes.items()}
    return Element(name, {NAME: ".Main", **named}, (filter_,))


def with_application(attributes: Mapping[str, Value], *children: Element) -> bytes:
    root = apks.root()
    application = Element("application", attributes, children)
    return binary_xml(Element("manifest", root.attributes, (application,)))


def labelled(coding: Coding = "dense", *, utf8: bool = True) -> bytes:
    names: dict[Config, Value] = {
        Config(locale="fr"): "L'appli",
        Config(locale="pt-BR"): "O app",
        Config(locale="en"): "The app",
        Config(): "Die App",
    }
    table = apks.table({("string", "other"): "x", ("string", "name"): names})
    label = Reference(table.id("string", "name"))
    plain = apks.manifest({"android:label": label})
    return apks.apk(plain, {"resources.arsc": table.coded(utf8=utf8, coding=coding)})


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        (b"Hafen \xe2\x9a\x93 \xed\xa0\xbd\xed\xba\xa2", "Hafen \u2693 \U0001f6a2"),
        (b"\xed\xa0\xbd\xed\xba\xa2\xed\xa0\xbd\xed\xba\xa2", "\U0001f6a2\U0001f6a2"),
        (b"plain \xf0\x9f\x9a\xa2", "plain \U0001f6a2"),
        (b"nul\xc0\x80l", "null"),
        (b"half \xed\xa0\xbd!", "half \ufffd\ufffd\ufffd!"),
        (b"turned \xed\xba\xa2\xed\xa0\xbd!", "turned " + 6 * "\ufffd" + "!"),
        (b"\xe6\xbc\x94\xe7\xa4\xba \xed\x9f\xbf", "\u6f14\u793a \ud7ff"),
    ],
    ids=["as aapt2", "two ships", "plain UTF-8", "a NUL", "half a pair", "turned", "below"],
)
def test_e1_a_text_is_read_in_both_forms_of_utf8(read: Read, coded: bytes, text: str) -> None:
    table = apks.table({("string", "name"): "#" * len(coded)})
    label = Reference(table.id("string", "name"))
    resources = table.coded().replace(b"#" * len(coded), coded)
    found = read(apks.apk(apks.manifest({"android:label": label}), {"resources.arsc": resources}))

    assert found.facts.name == text


@pytest.mark.parametrize("utf8", [True, False])
def test_e1_a_name_with_a_ship_comes_out_as_it_was(read: Read, *, utf8: bool) -> None:
    name = "Hafen \u2693 \u6f14\u793a \U0001f6a2"
    table = apks.table({("string", "name"): {Config(): name, Config(locale="de"): name + "!"}})
    label = Reference(table.id("string", "name"))
    more = {"resources.arsc": table.coded(utf8=utf8)}
    found = read(apks.apk(apks.manifest({"android:label": label}), more)).facts

    assert (found.name, found.localized_names) == (name, {"de": name + "!"})


def test_an_app_says_what_it_is(read: Read) -> None:
    sdk = Element("uses-sdk", {"android:minSdkVersion": 24, "android:targetSdkVersion": 35})
    wishes = [
        Element("uses-permission", {NAME: "android.permission.CAMERA"}),
        Element("uses-permission-sdk-23", {NAME: "android.permission.NFC"}),
        Element("uses-permission", {NAME: "android.permission.CAMERA"}),
        Element("uses-feature", {NAME: "android.hardware.type.watch"}),
        Element("permission", {NAME: "com.example.app.OWN"}),
    ]
    plain = apks.manifest({"android:label": "App", "android:debuggable": True}, (sdk, *wishes))
    more = {"lib/arm64-v8a/liba.so": b"", "lib/x86/libb.so": b"", "lib/x86/deep/er.so": b""}
    found = read(apks.apk(plain, more)).facts

    assert (found.platform, found.kind) == ("android", "apk")
    assert (found.bundle_id, found.name) == ("com.example.app", "App")
    assert (found.version, found.build) == ("1.2", "34")
    assert (found.min_os, found.target_sdk, found.max_sdk) == ("24", 35, None)
    assert found.permissions == ("android.permission.CAMERA", "android.permission.NFC")
    assert found.features == ("android.hardware.type.watch",)
    assert found.device_families == ("watch",)
    assert found.abis == ("arm64-v8a", "x86")
    assert found.debuggable
    assert not found.signing.signed


@pytest.mark.parametrize("utf8", [False, True])
@pytest.mark.parametrize("coding", ["dense", "sparse", "short", "compact"])
def test_the_label_is_found_in_every_coding(read: Read, coding: Coding, *, utf8: bool) -> None:
    found = read(labelled(coding, utf8=utf8)).facts

    assert found.name == "Die App"
    assert found.localized_names == {"fr": "L'appli", "pt-BR": "O app", "en": "The app"}


def test_english_comes_next_where_there_is_no_default(read: Read) -> None:
    names: dict[Config, Value] = {Config(locale="de"): "Deutsch", Config(locale="en-GB"): "English"}
    table = apks.table({("string", "name"): names})
    plain = apks.manifest({"android:label": Reference(table.id("string", "name"))})

    assert read(apks.apk(plain, {"resources.arsc": table.coded()})).facts.name == "English"


def test_a_version_may_be_a_resource_that_is_a_resource(read: Read) -> None:
    table = apks.table({("string", "a"): "9.9-beta", ("string", "b"): Reference(0x7F010000)})
    plain = apks.manifest(android_versionName=Reference(table.id("string", "b")))

    assert read(apks.apk(plain, {"resources.arsc": table.coded()})).facts.version == "9.9-beta"


def test_references_in_a_circle_lead_nowhere(read: Read) -> None:
    circle = {("string", "a"): Reference(0x7F010001), ("string", "b"): Reference(0x7F010000)}
    plain = apks.manifest(
        {"android:label": Reference(0x7F010000), "android:icon": Reference(0x7F010001)}
    )

    assert read(apks.apk(plain, {"resources.arsc": apks.table(circle).coded()})).facts.name is None


def test_the_launched_activity_names_an_app_that_does_not(read: Read) -> None:
    other = Element("activity", {NAME: ".Other", "android:label": "Other"})
    plain = with_application({}, other, launcher("activity-alias", android_label="Alias"))

    assert read(apks.apk(plain)).facts.name == "Alias"


def test_a_query_for_other_apps_launches_nothing(read: Read) -> None:
    (filter_,) = launcher().children
    query = Element("queries", {}, (Element("intent", {}, filter_.children),))
    other = Element("activity", {NAME: ".Other", "android:label": "Other"})
    application = Element("application", {}, (other,))
    plain = binary_xml(Element("manifest", apks.root().attributes, (application, query)))

    assert read(apks.apk(plain)).facts.name is None


def test_a_version_code_may_have_64_bits(read: Read) -> None:
    plain = apks.manifest(android_versionCode=-5, android_versionCodeMajor=3)

    assert read(apks.apk(plain)).facts.build == str((3 << 32) | (2**32 - 5))


def test_a_split_is_told(read: Read) -> None:
    assert read(apks.apk(apks.manifest(split="config.de"))).facts.split == "config.de"


@pytest.mark.parametrize("utf8", [False, True])
def test_long_texts_are_read_in_both_codings(read: Read, *, utf8: bool) -> None:
    plain = binary_xml(apks.root({"android:label": "ä" * 300}), utf8=utf8)

    assert read(apks.apk(plain)).facts.name == "ä" * 255


def icon_apk(paths: Mapping[Config, Value], more: Mapping[str, bytes]) -> bytes:
    table = apks.table({("mipmap", "icon"): paths})
    plain = apks.manifest({"android:icon": Reference(table.id("mipmap", "icon"))})
    return apks.apk(plain, {"resources.arsc": table.coded(), **more})


def test_the_densest_picture_is_the_icon(read: Read) -> None:
    paths: dict[Config, Value] = {
        Config(density=160): "res/a.png",
        Config(density=640): "res/b",
        Config(density=0xFFFE): "res/c.xml",
    }
    more = {
        "res/a.png": drawing.png(drawing.boat_icon(48)),
        "res/b": drawing.webp(drawing.boat_icon(192)),
        "res/c.xml": b"\3\0\x08\0",
    }
    found = read(icon_apk(paths, more))

    assert found.icon is not None
    assert int.from_bytes(found.icon[16:20]) == 192


def test_a_drawing_without_pixels_is_no_icon(read: Read) -> None:
    found = read(icon_apk({Config(density=0xFFFE): "res/c.xml"}, {"res/c.xml": b"<svg/>"}))

    assert found.icon is None


def test_icons_that_refer_to_each_other_cost_nothing(read: Read) -> None:
    configs = [Config(density=density) for density in range(1, 40)]
    names = [("mipmap", f"icon{number}") for number in range(12)]
    numbers = [Reference(0x7F010000 + number) for number in range(12)]
    values = {name: {c: numbers[(i + n) % 12] for n, c in enumerate(configs)}
              for i, name in enumerate(names)}  # fmt: skip
    table = apks.table(values)
    plain = apks.manifest({"android:icon": numbers[0]})
    began = time.process_time()
    found = read(apks.apk(plain, {"resources.arsc": table.coded()}))

    assert found.icon is None
    assert time.process_time() - began < 2


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "", "res/absent.png", "\0"])
def test_an_icon_elsewhere_is_no_icon(read: Read, path: str) -> None:
    found = read(icon_apk({Config(): path}, {}))

    assert found.icon is None
    assert found.facts.bundle_id == "com.example.app"


def lying(change: Callable[[bytearray], None]) -> bytes:
    data = bytearray(apks.manifest({"android:label": "App"}))
    change(data)
    return apks.apk(bytes(data))


def set_word(at: int, value: int) -> Callable[[bytearray], None]:
    return lambda data: struct.pack_into("<L", data, at, value)


def wide_namespace_end(data: bytearray) -> None:
    at = len(data) - 24
    assert data[at : at + 2] == b"\x01\x01"
    struct.pack_into("<L", data, at + 4, 0)


def single(**lies: object) -> bytes:
    part = Part(name=MANIFEST, data=apks.manifest(), **lies)  # type: ignore[arg-type]
    return zip_of([part])


ACCEPTED: dict[str, Callable[[], bytes]] = {
    "no resources": lambda: apks.apk(apks.manifest({"android:label": Reference(0x7F010000)})),
    "an encryption bit": lambda: single(flags=1),
    "method 0x5555": lambda: single(method=0x5555),
    "a wrong checksum of the manifest": lambda: single(crc=5),
    "a folder of the manifest's name": lambda: apks.apk(more={"AndroidManifest.xml/x": b"x"}),
    "a first chunk of type 0": lambda: lying(set_word(0, 0x00080000)),
    "a wrong total size": lambda: lying(set_word(4, 12)),
    "2^31 texts": lambda: lying(set_word(16, 0x7FFFFFFF)),
    "an end of a namespace of size 0": lambda: lying(wide_namespace_end),
    "resources of random bytes": lambda: apks.apk(
        apks.manifest({"android:label": Reference(0x7F010000)}), {"resources.arsc": b"\x91" * 999}
    ),
    "resources of nothing": lambda: apks.apk(more={"resources.arsc": b""}),
    "resources with a wrong checksum": lambda: zip_of(
        [Part(name=MANIFEST, data=apks.manifest()), Part(name=b"resources.arsc", data=b"x", crc=1)]
    ),
    "a signature that is none": lambda: apks.apk(
        more={"META-INF/CERT.RSA": b"x", "META-INF/CERT.SF": b"x"}
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_android_takes_is_taken(read: Read, case: str) -> None:
    assert read(ACCEPTED[case]()).facts.bundle_id == "com.example.app"


def damaged_resources(change: Callable[[bytearray], None]) -> bytes:
    table = apks.table({("string", "name"): "App"})
    data = bytearray(table.coded())
    change(data)
    plain = apks.manifest({"android:label": Reference(table.id("string", "name"))})
    return apks.apk(plain, {"resources.arsc": bytes(data)})


def cut_in_half(data: bytearray) -> None:
    del data[len(data) // 2 :]


@pytest.mark.parametrize(
    ("change", "name"),
    [(set_word(20, 0x7FFFFFFF), "App"), (cut_in_half, None), (set_word(16, 0), None)],
    ids=["2^31 texts", "cut in half", "a pool of size 0"],
)
def test_damaged_resources_cost_the_label_at_most(
    read: Read, change: Callable[[bytearray], None], name: str | None
) -> None:
    found = read(damaged_resources(change)).facts

    assert found.bundle_id == "com.example.app"
    assert found.name == name


def nested(levels: int) -> bytes:
    """Write so many open elements."""
    strings = apks.manifest()
    start = chunk(
        0x0102, struct.pack("<2I", 1, 0xFFFFFFFF), struct.pack("<2I6H", 0, 0, *[20] * 2, *[0] * 4)
    )
    at = strings.index(struct.pack("<2HI", 0x0102, 16, 0)[:4])
    return apks.apk(strings[:at] + strings[at:].split(b"\x03\x01")[0] + start * levels)


def zero_chunk(data: bytearray) -> None:
    at = data.index(struct.pack("<2H", 0x0102, 16))
    struct.pack_into("<L", data, at + 4, 0)


def last_chunk_zero(data: bytearray) -> None:
    at = data.rindex(struct.pack("<2H", 0x0103, 16))
    struct.pack_into("<L", data, at + 4, 0)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a manifest of plain text": (
        lambda: apks.apk(b"<?xml version='1.0'?><manifest package='com.example.app'/>"),
        "plain text, which no device installs",
    ),
    "a manifest of nothing": (lambda: apks.apk(b""), "is damaged"),
    "a manifest of random bytes": (lambda: apks.apk(b"\x91" * 4000), "is damaged"),
    "two manifests": (
        lambda: zip_of([Part(name=MANIFEST, data=apks.manifest())] * 2),
        "duplicate: AndroidManifest.xml",
    ),
    "two tables of resources": (
        lambda: zip_of(
            [
                *parts({apks.MANIFEST: apks.manifest()}),
                *[Part(name=b"resources.arsc", data=b"x")] * 2,
            ]
        ),
        "duplicate: resources.arsc",
    ),
    "a manifest of another local name": (
        lambda: single(local_name=b"AndroidManifest.xmL"),
        "two headers of AndroidManifest.xml tell different stories",
    ),
    "a chunk of size 0": (lambda: lying(zero_chunk), "is damaged"),
    "a pool of size 0": (lambda: lying(set_word(12, 0)), "is damaged"),
    "a last chunk of size 0": (lambda: lying(last_chunk_zero), "is damaged"),
    "200,000 nested elements": (lambda: nested(200_000), "nested too deeply"),
    "129 levels": (lambda: nested(128), "nested too deeply"),
    "another root": (
        lambda: apks.apk(binary_xml(Element("resources", {"package": "x"}))),
        "holds no manifest",
    ),
    "no package": (lambda: apks.apk(apks.manifest(package=7)), "package name is missing"),
    "a package with a script": (
        lambda: apks.apk(apks.manifest(package="<script>")),
        "The package name holds characters",
    ),
    "16 MB of manifest": (
        lambda: apks.apk(bytes((16 << 20) + 1)),
        "AndroidManifest.xml is too big: more than 16 MB",
    ),
    "a cut manifest": (lambda: lying(cut_in_half), "is damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_android_refuses_is_refused_at_once(read: Read, case: str) -> None:
    make, sentence = REFUSED[case]
    data = make()
    began = time.process_time()

    with pytest.raises(PackageRejected) as refusal:
        read(data)

    assert sentence in str(refusal.value)
    assert time.process_time() - began < 2


def test_resources_of_more_than_128_megabytes_are_not_read(read: Read) -> None:
    part = Part(name=b"resources.arsc", data=b"x", size=(128 << 20) + 1)
    found = read(zip_of([*parts({apks.MANIFEST: apks.manifest()}), part]))

    (note,) = found.notes
    assert note.startswith("Names and icons are unknown, the resources are unreadable: ")
    assert note.endswith("resources.arsc is too big: more than 128 MB.")
