"""IPAs that people really send, and what must come out of them."""

import plistlib
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.sandbox.samples import cms, drawing
from bot.sandbox.samples.identities import profile_signer, signing_identity
from bot.sandbox.samples.macho import MachO, image
from bot.sandbox.samples.profiles import Profile, mobileprovision
from provisioning.installing.installability import judge
from storage.inspection.facts import Inspection
from storage.inspection.rejection import PackageRejected
from storage.inspection.sheet import render
from storage.inspection.systems import least_system
from tests.unit.storage.inspection import ipas, plist_tricks
from tests.unit.storage.inspection.conftest import Read
from tests.unit.storage.inspection.zips import LINK, Lies, Part, parts, zip_of

DATA_TYPE = bytes.fromhex("2a864886f70d010701")
EXPIRES = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
PROFILE = "embedded.mobileprovision"


def profiled(read: Read, profile: bytes) -> Inspection:
    return read(ipas.ipa(more={PROFILE: profile}))


def test_an_app_says_what_it_is(read: Read) -> None:
    found = read(ipas.ipa()).facts

    assert (found.platform, found.kind) == ("ios", "ipa")
    assert (found.bundle_id, found.name) == ("com.example.app", "App")
    assert (found.version, found.build, found.min_os) == ("1.2", "34", "15.0")
    assert found.device_families == ("iphone", "ipad")
    assert (found.md5, found.sha1, found.sha256) == ("0" * 32, "1" * 40, "2" * 64)
    assert not found.icon
    assert not found.signing.signed


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({}, "App"),
        ({"CFBundleDisplayName": None, "CFBundleName": "Short"}, "Short"),
        ({"CFBundleDisplayName": None}, "App"),
        ({"CFBundleDisplayName": "", "CFBundleName": "Short"}, "Short"),
        ({"CFBundleDisplayName": 7, "CFBundleName": ["x"]}, "App"),
        ({"CFBundleDisplayName": "x" * 1_000_000}, "x" * 255),
        ({"CFBundleDisplayName": "a\u202eb\x07\nc  d\u2028"}, "ab c d"),
        ({"CFBundleDisplayName": "\u200e\x00", "CFBundleExecutable": "Main"}, "Main"),
    ],
)
def test_the_name_is_the_one_under_the_icon(read: Read, keys: dict[str, object], name: str) -> None:
    assert read(ipas.ipa(ipas.info(**keys))).facts.name == name


@pytest.mark.parametrize(
    ("value", "families"),
    [
        ([1, 2], ("iphone", "ipad")),
        (1, ("iphone",)),
        ("2", ("ipad",)),
        (["1", "7"], ("iphone", "vision")),
        ([3], ("tv",)),
        ([4, 4, 99], ("watch",)),
        ("tablet", ()),
        ({"1": 1}, ()),
        (None, ()),
    ],
)
def test_device_families_come_in_many_types(
    read: Read, value: object, families: tuple[str, ...]
) -> None:
    assert read(ipas.ipa(ipas.info(UIDeviceFamily=value))).facts.device_families == families


@pytest.mark.parametrize("value", [1.5, {"a": 1}, ["1.2"], True, b"1.2"])
def test_a_version_of_another_type_counts_as_absent(read: Read, value: object) -> None:
    found = read(ipas.ipa(ipas.info(CFBundleShortVersionString=value, CFBundleVersion=value)))

    assert (found.facts.version, found.facts.build) == (None, None)


def test_the_plist_may_be_xml(read: Read) -> None:
    plist = plistlib.dumps(ipas.INFO, fmt=plistlib.FMT_XML)

    assert read(ipas.ipa(plist)).facts.bundle_id == "com.example.app"


def test_plists_of_other_programs_do_not_count(read: Read) -> None:
    other = ipas.info(CFBundleIdentifier="com.example.other", CFBundleDisplayName="Other")
    first = {
        f"{ipas.ROOT}Watch/W.app/Info.plist": other,
        f"{ipas.ROOT}PlugIns/E.appex/Info.plist": other,
        f"{ipas.ROOT}Frameworks/F.framework/Info.plist": other,
        "Payload/Info.plist": other,
        "__MACOSX/Payload/App.app/Info.plist": other,
    }

    assert read(zip_of(parts({**first, **ipas.files()}))).facts.bundle_id == "com.example.app"


def test_a_zipped_xcode_archive_is_read_with_a_note(read: Read) -> None:
    inside = "App.xcarchive/Products/Applications/App.app/Info.plist"
    found = read(zip_of(parts({"App.xcarchive/Info.plist": b"", inside: ipas.info()})))

    assert found.facts.bundle_id == "com.example.app"
    assert found.facts.kind == "xcarchive"
    assert "It is an Xcode archive: export an IPA from it to install the app." in found.notes


def test_parts_of_the_app_are_listed_with_their_profiles(read: Read) -> None:
    point = {"NSExtensionPointIdentifier": "com.apple.widgetkit-extension"}
    widget = ipas.info(CFBundleIdentifier="com.example.app.widget", NSExtension=point)
    watch = ipas.info(CFBundleIdentifier="com.example.app.watch")
    clip = ipas.info(CFBundleIdentifier="com.example.app.Clip")
    more = {
        "PlugIns/W.appex/Info.plist": widget,
        f"PlugIns/W.appex/{PROFILE}": mobileprovision(Profile(name="Widget", expires=EXPIRES)),
        "Watch/V.app/Info.plist": watch,
        "Watch/V.app/PlugIns/X.appex/Info.plist": ipas.info(CFBundleIdentifier="<script>"),
        "AppClips/C.app/Info.plist": clip,
        "PlugIns/Broken.appex/Info.plist": b"{}",
    }
    found = read(ipas.ipa(more=more))

    kinds = {(part.kind, part.bundle_id) for part in found.facts.extensions}
    assert kinds == {
        ("extension", "com.example.app.widget"),
        ("watch", "com.example.app.watch"),
        ("appclip", "com.example.app.Clip"),
        ("extension", None),
    }
    first = found.facts.extensions[0]
    assert (first.point, first.profile_name) == ("com.apple.widgetkit-extension", "Widget")
    assert first.expires_at == EXPIRES
    assert first.path == "Payload/App.app/PlugIns/W.appex"
    assert found.notes.count("An extension's Info.plist is no property list that can be read.") == 1


def test_names_in_other_languages_are_read_in_every_coding(read: Read) -> None:
    strings = '/* name */\n"CFBundleDisplayName" = "Die \\"App\\"";\nOther = "x";\n'
    table = {"fr": {"CFBundleName": "L'app"}, "it": {"Other": "x"}}
    more = {
        "de.lproj/InfoPlist.strings": strings.encode("utf-16"),
        "es.lproj/InfoPlist.strings": b'CFBundleName = "La app";',
        "nl.lproj/InfoPlist.strings": plistlib.dumps({"CFBundleDisplayName": "De app"}),
        "sv.lproj/InfoPlist.strings": b"bplist00 broken",
        "InfoPlist.loctable": plistlib.dumps(table, fmt=plistlib.FMT_BINARY),
    }

    assert read(ipas.ipa(more=more)).facts.localized_names == {
        "de": 'Die "App"',
        "es": "La app",
        "nl": "De app",
        "fr": "L'app",
    }


@pytest.mark.parametrize(
    ("profile", "kind"),
    [
        (Profile(kind="development"), "development"),
        (Profile(kind="adhoc"), "adhoc"),
        (Profile(kind="enterprise"), "enterprise"),
        (Profile(kind="appstore"), "appstore"),
        (Profile(kind="adhoc", devices=()), "adhoc"),
        (Profile(kind="adhoc", platforms=("OSX",)), "development"),
        (Profile(kind="enterprise", platforms=("OSX",)), "developer-id"),
    ],
)
def test_the_profile_tells_how_the_app_is_signed(read: Read, profile: Profile, kind: str) -> None:
    assert profiled(read, mobileprovision(profile)).facts.signing.kind == kind


@pytest.mark.parametrize("open_lengths", [False, True])
@pytest.mark.parametrize("binary", [False, True])
def test_the_profile_tells_team_devices_and_end(
    read: Read, *, open_lengths: bool, binary: bool
) -> None:
    identity = signing_identity()
    profile = Profile(expires=EXPIRES, certificates=(identity.der,))
    coded = mobileprovision(profile, open_lengths=open_lengths, binary=binary)
    signing = profiled(read, coded).facts.signing

    assert signing.signed
    assert (signing.team_id, signing.team_name) == (profile.team.id, profile.team.name)
    assert (signing.profile_name, signing.profile_uuid) == (profile.name, profile.uuid)
    assert signing.expires_at == EXPIRES
    assert signing.expires_at is not None
    assert signing.expires_at.tzinfo is UTC
    assert signing.devices == tuple(profile.devices)
    assert signing.certificates == (identity.fingerprint,)
    assert signing.signers[0].startswith("iPhone ")
    assert signing.entitlements["get-task-allow"] is False
    assert str(signing.entitlements["application-identifier"]).endswith(".com.example.harbour")
    assert signing.profile_platforms == ("iOS", "xrOS", "visionOS")


@pytest.mark.parametrize(
    "profile",
    [
        lambda: b"",
        lambda: bytes(range(256)) * 4,
        lambda: (
            b"<?xml version='1.0'?><plist><dict><key>Name</key><string>x</string></dict></plist>"
        ),
        lambda: b"\x30\x84\x7f\xff\xff\xff" + bytes(100),
        lambda: b"\x30\x80" * 5000,
        lambda: b"\x30\x80" + b"\x30\x00" * 200_000,
        lambda: b"\x30" + b"\x82\xff\xff" + b"\x30\x00" * 32767,
        lambda: cms.enveloping(b"no list", profile_signer(), ()),
        lambda: cms.enveloping(plistlib.dumps([1, 2]), profile_signer(), ()),
        lambda: mobileprovision(Profile())[:-700],
        lambda: bytes((4 << 20) + 1),
        lambda: mobileprovision(Profile()).replace(DATA_TYPE, DATA_TYPE[:-1] + b"\5", 1),
        lambda: mobileprovision(Profile()).replace(b"\6\x09" + DATA_TYPE, b"\2\x09" + DATA_TYPE, 1),
        lambda: mobileprovision(Profile()).replace(b"\2\1\1\x31", b"\1\1\1\x31", 1),
        lambda: mobileprovision(Profile(), open_lengths=True).replace(b"\x24\x80", b"\x30\x80", 1),
        lambda: cms.enveloping(
            plistlib.dumps({"A": {"Inner": 1}}, fmt=plistlib.FMT_BINARY).replace(
                b"\x55Inner", b"\x45Inner"
            ),
            profile_signer(),
            (),
        ),
    ],
    ids=[
        "nothing",
        "random bytes",
        "a bare list",
        "a length past the end",
        "nested without end",
        "too many elements without a length",
        "too many children",
        "no list inside",
        "a list that is no dictionary",
        "cut",
        "more than 4 MB",
        "a content of another type",
        "a type that is no object identifier",
        "a version that is no number",
        "a content that is no string of octets",
        "a key that is no text",
    ],
)
def test_an_unreadable_profile_costs_a_note_only(read: Read, profile: Callable[[], bytes]) -> None:
    found = profiled(read, profile())

    assert found.facts.bundle_id == "com.example.app"
    assert found.facts.signing.kind is None
    assert len(found.notes) == 2
    assert any(note.startswith("The provisioning profile is unreadable: ") for note in found.notes)


def test_entitlements_that_share_and_circle_are_copied_with_a_budget(read: Read) -> None:
    trick = plist_tricks.with_trick(
        [{1: 2, 3: 0}, b"shared", [4, 4], b"itself", *_moved_shared(4)], b"Entitlements", Name="P"
    )
    found = profiled(read, cms.enveloping(trick, profile_signer(), ()))

    assert found.facts.signing.profile_name == "P"
    assert len(str(found.facts.signing.entitlements)) < 1_000_000
    assert found.facts.as_json()["signing"]["entitlements"]


def _moved_shared(by: int) -> list[list[int] | bytes]:
    return [
        [number + by for number in item] if isinstance(item, list) else b"end"
        for item in plist_tricks.shared_arrays()
    ]


def test_devices_and_certificates_of_the_wrong_type_do_not_count(read: Read) -> None:
    content = {
        "ProvisionedDevices": ["00008030-000A1B2C3D4E5F6A", 7, "<b>", "x" * 99],
        "DeveloperCertificates": [b"no certificate", "text"],
        "TeamIdentifier": "TEAM",
        "ExpirationDate": "tomorrow",
        "Entitlements": ["get-task-allow"],
    }
    plist = plistlib.dumps(content)
    signing = profiled(read, cms.enveloping(plist, profile_signer(), ())).facts.signing

    assert signing.devices == ("00008030-000A1B2C3D4E5F6A",)
    assert len(signing.certificates) == 1
    assert signing.signers == ("a certificate without a name",)
    assert (signing.team_id, signing.expires_at, signing.entitlements) == (None, None, {})


def test_a_text_where_a_list_should_be_names_no_device(read: Read) -> None:
    plist = plistlib.dumps({"ProvisionedDevices": "00008030-000A1B2C3D4E5F6A", "Platform": "OSX"})
    signing = profiled(read, cms.enveloping(plist, profile_signer(), ())).facts.signing

    assert (signing.kind, signing.devices, signing.profile_platforms) == ("appstore", (), ())


def test_an_executable_is_found_in_either_form_of_unicode(read: Read) -> None:
    program = image(MachO(name="x", architectures=("arm64",)))
    name = unicodedata.normalize("NFD", "Häfen")
    found = read(ipas.ipa(ipas.info(CFBundleExecutable="H\u00e4fen"), {name: b"".join(program)}))

    assert found.facts.architectures == ("arm64",)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("platform", "families", "system"),
    [
        ("XROS", [7], "visionOS"),
        ("XROS", [1, 2], "visionOS"),
        ("XROS", None, "visionOS"),
        ("AppleTVOS", None, "tvOS"),
        ("WatchOS", None, "watchOS"),
        ("iPhoneOS", [7], "visionOS"),
        ("iPhoneOS", [1, 2, 7], "iOS"),
        (None, None, "iOS"),
    ],
)
def test_e3_an_app_is_shown_for_the_system_that_it_was_built_for(
    read: Read, platform: str | None, families: list[int] | None, system: str
) -> None:
    built_for = None if platform is None else [platform]
    plist = ipas.info(CFBundleSupportedPlatforms=built_for, UIDeviceFamily=families)
    facts = read(ipas.ipa(plist)).facts
    judged = judge(facts, None, at=EXPIRES)

    assert (facts.platform, facts.system) == ("ios", system)
    assert f"ipa for {system}\n" in render(facts)
    assert least_system(facts) == f"{system} 15.0"
    assert ("which Xcode or Apple Configurator installs" in judged.obstacles[0]) is (
        system != "iOS"
    )


def test_e3_a_damaged_profile_is_not_called_absent(read: Read) -> None:
    damaged = profiled(read, b"0\x82\x14\xaf garbage").facts
    absent = read(ipas.ipa()).facts

    assert damaged.signing.profile_unreadable
    assert not absent.signing.profile_unreadable
    assert "there is one, and it cannot be read" in render(damaged)
    (sentence,) = judge(damaged, None, at=EXPIRES).obstacles
    assert "provisioning profile cannot be read" in sentence
    (sentence,) = judge(absent, None, at=EXPIRES).obstacles
    assert "has no provisioning profile" in sentence


def dotted(files: dict[str, bytes]) -> list[Part]:
    folders = [Part(name=b"./Payload/"), Part(name=b"./Payload/App.app/")]
    return [*folders, *parts({f"./{name}": data for name, data in files.items()})]


def test_e3_names_that_begin_with_a_dot_are_read(read: Read) -> None:
    program = b"".join(image(MachO(name="x", architectures=("arm64",))))
    icons = {"CFBundlePrimaryIcon": {"CFBundleIconFiles": ["AppIcon60x60"]}}
    strings = b'CFBundleDisplayName = "Die App";'
    more = {
        "App": program,
        "AppIcon60x60@2x.png": drawing.png(drawing.boat_icon(120)),
        "de.lproj/InfoPlist.strings": strings,
        PROFILE: mobileprovision(Profile(kind="adhoc")),
        "PlugIns/W.appex/Info.plist": ipas.info(CFBundleIdentifier="com.example.app.w"),
    }
    files = ipas.files(ipas.info(CFBundleIcons=icons), more)
    plain, found = read(zip_of(parts(files))), read(zip_of(dotted(files)))

    assert found == plain.__class__(
        facts=plain.facts.model_copy(update={"size": found.facts.size}),
        icon=plain.icon,
        notes=found.notes,
    )
    assert found.notes[:-1] == plain.notes
    assert "begin with “./”" in found.notes[-1]
    assert found.facts.extensions
    assert found.facts.icon


def test_e3_one_name_with_and_without_a_dot_is_a_duplicate(read: Read) -> None:
    other = parts({"./Payload/App.app/App": b"x", "Payload/App.app/App": b"x"})

    with pytest.raises(PackageRejected, match="duplicate"):
        read(zip_of([*dotted(ipas.files()), *other]))


def test_a_simulator_build_is_told(read: Read) -> None:
    found = read(ipas.ipa(ipas.info(CFBundleSupportedPlatforms=["iPhoneSimulator"])))

    assert found.facts.simulator
    assert "It was built for a simulator: no device can install it." in found.notes


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "..\\..\\x", "C:\\x", "Payload/App.app/a\0.png"]
)
def test_hostile_names_are_names(read: Read, name: str) -> None:
    entries = [*parts(ipas.files()), Part(name=name.encode(), data=b"x")]

    assert read(zip_of(entries)).facts.bundle_id == "com.example.app"


def test_a_link_beside_the_app_is_inert(read: Read) -> None:
    link = Part(name=b"Payload/App.app/x", data=b"/etc/passwd", attributes=LINK)

    assert read(zip_of([*parts(ipas.files()), link])).facts.bundle_id == "com.example.app"


def test_data_in_front_of_the_archive_is_no_harm(read: Read) -> None:
    data = zip_of(parts(ipas.files()), Lies(front=b"x" * 4000))

    assert read(data).facts.bundle_id == "com.example.app"


def test_a_plist_that_shares_arrays_is_read_at_once(read: Read) -> None:
    plist = plist_tricks.with_trick(
        plist_tricks.shared_arrays(), CFBundleIdentifier="com.example.app"
    )

    assert read(ipas.ipa(plist)).facts.bundle_id == "com.example.app"


def test_a_plist_that_holds_itself_is_read_at_once(read: Read) -> None:
    plist = plist_tricks.with_trick([{1: 0}, b"me"], CFBundleIdentifier="com.example.app")

    assert read(ipas.ipa(plist)).facts.bundle_id == "com.example.app"


def test_an_icon_is_drawn_anew(read: Read) -> None:
    png = drawing.png(drawing.boat_icon(120)) + b"<script>alert(1)</script>"
    icons = {"CFBundlePrimaryIcon": {"CFBundleIconFiles": ["AppIcon60x60"]}}
    more = {"AppIcon60x60@2x.png": png, "AppIcon60x60Other.png": b"no picture"}
    found = read(ipas.ipa(ipas.info(CFBundleIcons=icons), more))

    assert found.facts.icon
    assert found.icon is not None
    assert found.icon.startswith(b"\x89PNG")
    assert b"<script>" not in found.icon


@pytest.mark.parametrize(
    "keys",
    [
        {"CFBundleIcons": ["x"]},
        {"CFBundleIcons": {"CFBundlePrimaryIcon": "Icon"}},
        {"CFBundleIconFiles": {"a": 1}},
        {"CFBundleIconFiles": [1, b"Icon", "", "../../etc/passwd"]},
        {"CFBundleIconFile": 3.5},
    ],
)
def test_icon_keys_of_the_wrong_type_count_as_absent(read: Read, keys: dict[str, object]) -> None:
    found = read(ipas.ipa(ipas.info(**keys), {"Icon.png": drawing.png(drawing.boat_icon(9))}))

    assert not found.facts.icon
