"""The full path: any app, a new certificate or none before, and a verifier that finds nothing."""

import plistlib
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.samples.identities import OTHER_TEAM, Team, signing_identity
from bot.sandbox.samples.ipa import SampleApp
from bot.sandbox.samples.macho import MachO, image
from bot.sandbox.samples.signature import CodeSigning
from provisioning.codesign.errors import BrokenSeal, Refused
from provisioning.codesign.identity.identity import Identity, make_identity
from provisioning.codesign.resign import resign
from provisioning.codesign.structures.macho import read_slices
from provisioning.codesign.structures.profile import read_profile
from provisioning.codesign.structures.signature import Signature, read_signature
from provisioning.codesign.structures.source import BytesSource
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write
from tests.unit.provisioning.codesign.old_signature import OldSigner

ROOT = "Payload/Harbour.app/"
MAIN = ROOT + "Harbour"
SEAL = ROOT + "_CodeSignature/CodeResources"
OBJECT = struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 1, 0, 0, 0, 0) + bytes(64)


def library(name: str) -> world.Tree:
    return world.Tree(
        folder=f"Frameworks/{name}.framework", name=name, bundle_id=f"kit.{name}", library=True
    )


def extension(number: int, *inside: world.Tree) -> world.Tree:
    return world.Tree(
        folder=f"PlugIns/Ext{number}.appex",
        name=f"Ext{number}",
        bundle_id=f"{world.APP_ID}.ext{number}",
        inside=inside,
    )


def app(*inside: world.Tree, files: dict[str, bytes] | None = None) -> world.Tree:
    return world.Tree(
        folder="Payload/Harbour.app",
        name="Harbour",
        bundle_id=world.APP_ID,
        inside=inside,
        files=files or {},
    )


WATCH = world.Tree(
    folder="Watch/Wrist.app",
    name="Wrist",
    bundle_id=f"{world.APP_ID}.wrist",
    inside=(
        world.Tree(
            folder="PlugIns/WristExt.appex",
            name="WristExt",
            bundle_id=f"{world.APP_ID}.wrist.ext",
            inside=(library("Deep"),),
        ),
    ),
)
TREES = {
    "only a program": (app(), world.Style()),
    "frameworks": (app(library("One"), library("Two")), world.Style()),
    "an extension with a framework": (app(extension(1, library("Inner"))), world.Style()),
    "a watch app with an extension": (app(WATCH), world.Style()),
    "fat": (app(extension(1)), world.Style(architectures=("arm64", "x86_64"))),
    "binary seals": (app(extension(1), library("One")), world.Style(binary_seal=True)),
    "names to escape": (app(files={"R&D/<a> 'b'.txt": b"x", "Ä/ö.txt": b"y"}), world.Style()),
    "ad hoc": (app(extension(1), library("One")), world.Style(adhoc=True)),
    "unsigned": (app(WATCH, library("One")), world.Style(signed=False)),
    "unsigned and fat": (
        app(extension(1)),
        world.Style(signed=False, architectures=("arm64", "x86_64")),
    ),
}


def identifiers(tree: world.Tree) -> list[str]:
    own = [] if tree.library else [tree.bundle_id]
    return own + [found for inner in tree.inside for found in identifiers(inner)]


def signature_of(ipa: Path, name: str) -> Signature:
    source = BytesSource(world.read_entry(ipa, name))
    found = read_signature(source, read_slices(source)[0])
    assert found is not None
    return found


def old_signer(ipa: Path, *, with_sha256: bool = False) -> OldSigner:
    return OldSigner(
        info_plist=world.read_entry(ipa, ROOT + "Info.plist"),
        resources=world.read_entry(ipa, SEAL),
        with_sha256=with_sha256,
    )


@pytest.mark.parametrize("name", TREES)
def test_an_app_of_any_shape_is_signed_anew(tmp_path: Path, successor: Identity, name: str) -> None:
    tree, style = TREES[name]
    before = world.write_tree(tmp_path / "before.ipa", tree, style)
    after = tmp_path / "after.ipa"
    profiles = [world.profile(item, successor) for item in identifiers(tree)]

    summary = resign(before, successor, profiles, after, roots=world.roots())

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    assert compare(before, after) == []
    assert len(summary.bundles) == len(profiles)
    with zipfile.ZipFile(after) as archive:
        assert archive.testzip() is None


def test_an_app_with_everything_gets_a_new_certificate_everywhere(
    good: Path, tmp_path: Path, successor: Identity
) -> None:
    after = tmp_path / "after.ipa"

    summary = resign(
        good, successor, world.new_profiles(good, successor), after, roots=world.roots()
    )

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    assert compare(good, after) == []
    assert summary.kept == ()
    assert len(summary.signed) == 6
    assert summary.fingerprint == successor.fingerprint


def test_code_without_a_profile_stays_under_the_same_certificate(
    good: Path, tmp_path: Path, signer: Identity
) -> None:
    after = tmp_path / "after.ipa"

    summary = resign(good, signer, world.new_profiles(good, signer), after, roots=world.roots())

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    assert set(summary.kept) == {
        ROOT + "Frameworks/HarbourKit.framework/HarbourKit",
        ROOT + "Frameworks/libdepth.dylib",
    }


@pytest.mark.slow
def test_sixty_extensions_get_their_own_profiles(tmp_path: Path, successor: Identity) -> None:
    tree = app(*(extension(number) for number in range(59)))
    before = world.write_tree(tmp_path / "before.ipa", tree)
    after = tmp_path / "after.ipa"
    profiles = [world.profile(item, successor) for item in identifiers(tree)]

    summary = resign(before, successor, profiles, after, roots=world.roots())

    assert len(summary.bundles) == 60
    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []


def test_a_large_program_keeps_its_packed_code(
    large: Path, tmp_path: Path, successor: Identity
) -> None:
    after = tmp_path / "after.ipa"

    summary = resign(
        large, successor, world.new_profiles(large, successor), after, roots=world.roots()
    )

    assert verify(after, roots=world.roots()) == []
    assert compare(large, after) == []
    # The program alone is 1.2 MB packed; the extension and the framework are packed anew.
    assert summary.new_bytes < 300_000


def test_each_program_keeps_its_own_entitlements(
    write: Write, tmp_path: Path, successor: Identity
) -> None:
    own = {"com.apple.developer.associated-domains": [f"applinks:{n}.example" for n in range(400)]}
    before = write(SampleApp(icon="none", entitlements=own))
    after = tmp_path / "after.ipa"

    resign(before, successor, world.new_profiles(before, successor), after, roots=world.roots())

    main, share = (signature_of(after, name) for name in (MAIN, ROOT + "PlugIns/Share.appex/Share"))
    assert main.entitlements == signature_of(before, MAIN).entitlements
    assert main.entitlements is not None
    assert share.entitlements is not None
    assert main.entitlements["com.apple.developer.associated-domains"] == own.popitem()[1]
    assert "com.apple.developer.associated-domains" not in share.entitlements


def test_an_unsigned_app_gets_what_every_app_has(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(SampleApp(icon="none", signed=False, profile=None, extensions=0))
    after = tmp_path / "after.ipa"

    resign(before, signer, [world.profile(world.APP_ID, signer)], after, roots=world.roots())

    name = f"{world.TEAM.id}.{world.APP_ID}"
    assert signature_of(after, MAIN).entitlements == {
        "application-identifier": name,
        "com.apple.developer.team-identifier": world.TEAM.id,
        "get-task-allow": False,
        "keychain-access-groups": [name],
    }


def test_entitlements_can_be_given_to_an_unsigned_app(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(SampleApp(icon="none", signed=False, profile=None, extensions=0))
    after = tmp_path / "after.ipa"
    allowed = world.profile(world.APP_ID, signer, entitlements={"aps-environment": "production"})

    resign(
        before,
        signer,
        [allowed],
        after,
        entitlements={world.APP_ID: {"aps-environment": "production"}},
        roots=world.roots(),
    )

    found = signature_of(after, MAIN).entitlements
    assert found is not None
    assert found["aps-environment"] == "production"
    assert verify(after, roots=world.roots()) == []


def test_debugging_goes_only_when_somebody_agrees(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(SampleApp(icon="none", profile="development", extensions=0))
    after = tmp_path / "after.ipa"
    profiles = [world.profile(world.APP_ID, signer)]

    with pytest.raises(Refused, match="Somebody has to agree that debugging is removed"):
        resign(before, signer, profiles, after, roots=world.roots())
    assert not after.exists()
    resign(before, signer, profiles, after, drop_debugging=True, roots=world.roots())

    found = signature_of(after, MAIN).entitlements
    assert found is not None
    assert found["get-task-allow"] is False
    assert verify(after, roots=world.roots()) == []


def test_a_development_build_stays_one_under_a_development_profile(
    write: Write, tmp_path: Path
) -> None:
    before = write(SampleApp(icon="none", profile="development"))
    after = tmp_path / "after.ipa"
    sample = signing_identity(world.TEAM, "Apple Development")
    developer = make_identity(sample.key, sample.certificate, world.authorities())
    profiles = [
        world.profile(bundle_id, developer, kind="development")
        for bundle_id in (world.APP_ID, f"{world.APP_ID}.share")
    ]

    resign(before, developer, profiles, after, roots=world.roots())

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    assert compare(before, after) == []
    assert signature_of(after, MAIN).primary.exec_flags == 0x11


def test_an_enterprise_profile_lets_every_phone_in(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(SampleApp(icon="none", profile="enterprise"))
    after = tmp_path / "after.ipa"
    profiles = [
        world.profile(bundle_id, signer, kind="enterprise")
        for bundle_id in (world.APP_ID, f"{world.APP_ID}.share")
    ]

    summary = resign(before, signer, profiles, after, roots=world.roots())

    assert verify(after, "0" * 40, roots=world.roots()) == []
    assert {item.kind for item in summary.bundles} == {"enterprise"}


def test_an_app_store_build_loses_the_mark_of_testflight(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(
        SampleApp(
            icon="none",
            profile="appstore",
            extensions=0,
            entitlements={"beta-reports-active": True, "aps-environment": "production"},
        )
    )
    after = tmp_path / "after.ipa"
    allowed = world.profile(world.APP_ID, signer, entitlements={"aps-environment": "production"})

    resign(before, signer, [allowed], after, roots=world.roots())

    found = signature_of(after, MAIN).entitlements
    assert found is not None
    assert "beta-reports-active" not in found
    assert found["aps-environment"] == "production"
    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []


def test_apples_own_code_is_left_alone(tmp_path: Path, successor: Identity) -> None:
    apple = signing_identity(Team(id="APPLE00000", name="Apple Inc."), "Apple Distribution")
    signing = CodeSigning(identifier="com.apple.stub", identity=apple)
    stub = b"".join(image(MachO(name="WK"), signing))
    watch = replace(WATCH, files={"_WatchKitStub/WK": stub})
    before = world.write_tree(
        tmp_path / "before.ipa",
        app(watch, files={"Frameworks/libXCTest.dylib": stub, "code.o": OBJECT}),
    )
    after = tmp_path / "after.ipa"
    profiles = [world.profile(item, successor) for item in identifiers(app(WATCH))]

    summary = resign(before, successor, profiles, after, roots=world.roots())

    assert summary.kept == (ROOT + "Frameworks/libXCTest.dylib",)
    assert world.read_entry(after, ROOT + "Watch/Wrist.app/_WatchKitStub/WK") == stub
    assert world.read_entry(after, ROOT + "code.o") == OBJECT
    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []


def test_a_library_of_another_team_becomes_ours(tmp_path: Path, signer: Identity) -> None:
    name = "Frameworks/libvendor.dylib"
    library = world.dylib("libvendor", team=OTHER_TEAM)
    before = world.write_tree(tmp_path / "before.ipa", app(files={name: library}))
    after = tmp_path / "after.ipa"
    assert [item.sentence for item in verify(before, roots=world.roots())] == [
        "the code is signed by another team than the app."
    ]

    summary = resign(
        before, signer, [world.profile(world.APP_ID, signer)], after, roots=world.roots()
    )

    assert summary.signed == (ROOT + name, MAIN)
    assert signature_of(after, ROOT + name).primary.team == world.TEAM.id
    assert verify(after, roots=world.roots()) == []


def test_executables_are_packed_in_one_piece_on_request(
    large: Path, tmp_path: Path, successor: Identity
) -> None:
    after = tmp_path / "after.ipa"
    profiles = world.new_profiles(large, successor)

    summary = resign(large, successor, profiles, after, one_piece=True, roots=world.roots())

    assert summary.new_bytes > 1_000_000
    assert verify(after, roots=world.roots()) == []


def test_an_old_signature_becomes_a_modern_one(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    modern = write(SampleApp(icon="none", extensions=0, framework=False))
    before = world.edited(modern, tmp_path / "old.ipa", {MAIN: old_signer(modern)})
    after = tmp_path / "after.ipa"
    assert [item.sentence for item in verify(before, roots=world.roots())] == [
        "no CodeDirectory is of the kind that iOS 15 wants.",
        "there are no DER entitlements; iOS 15 wants them.",
    ]

    resign(before, signer, [world.profile(world.APP_ID, signer)], after, roots=world.roots())

    assert verify(after, roots=world.roots()) == []
    assert signature_of(after, MAIN).is_modern


def test_a_signature_with_two_directories_is_good_and_can_be_replaced(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    modern = write(SampleApp(icon="none", extensions=0, framework=False))
    edit = old_signer(modern, with_sha256=True)
    before = world.edited(modern, tmp_path / "both.ipa", {MAIN: edit})
    after = tmp_path / "after.ipa"
    assert verify(before, roots=world.roots()) == []

    resign(before, signer, [world.profile(world.APP_ID, signer)], after, roots=world.roots())

    assert len(signature_of(before, MAIN).directories) == 2
    assert len(signature_of(after, MAIN).directories) == 1
    assert verify(after, roots=world.roots()) == []


def test_a_seal_keeps_its_rules_and_all_other_hashes(
    good: Path, tmp_path: Path, successor: Identity
) -> None:
    after = tmp_path / "after.ipa"
    resign(good, successor, world.new_profiles(good, successor), after, roots=world.roots())

    old, new = (plistlib.loads(world.read_entry(path, SEAL)) for path in (good, after))

    changed = {path for path, value in old["files2"].items() if new["files2"][path] != value}
    assert old["rules"] == new["rules"]
    assert old["rules2"] == new["rules2"]
    assert list(old["files2"]) == list(new["files2"])
    assert {Path(path).name for path in changed} == {
        "embedded.mobileprovision",
        "CodeResources",
        "Share",
        "HarbourWatch",
        "HarbourClip",
        "HarbourKit",
        "libdepth.dylib",
    }


def test_order_times_and_modes_of_all_entries_stay(
    good: Path, tmp_path: Path, successor: Identity
) -> None:
    after = tmp_path / "after.ipa"
    resign(good, successor, world.new_profiles(good, successor), after, roots=world.roots())

    with zipfile.ZipFile(good) as old, zipfile.ZipFile(after) as new:
        for one, two in zip(old.infolist(), new.infolist(), strict=True):
            assert (one.filename, one.date_time) == (two.filename, two.date_time)
            assert (one.external_attr, one.compress_type) == (two.external_attr, two.compress_type)


REFUSED = {
    "simulator": (SampleApp(icon="none", simulator=True), "built for the simulator"),
    "encrypted": (SampleApp(icon="none", encrypted=True), "a copy from the App Store"),
    "other team": (SampleApp(icon="none", team=OTHER_TEAM), "signed by the team Z9Y8X7W6V5"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_signed_is_refused_with_a_sentence(
    write: Write, tmp_path: Path, signer: Identity, name: str
) -> None:
    sample, sentence = REFUSED[name]
    ids = (world.APP_ID, f"{world.APP_ID}.share")
    profiles = [world.profile(bundle_id, signer) for bundle_id in ids]

    with pytest.raises(Refused, match=sentence):
        resign(write(sample), signer, profiles, tmp_path / "out.ipa", roots=world.roots())
    assert not (tmp_path / "out.ipa").exists()


def test_a_bundle_without_a_profile_is_named(good: Path, tmp_path: Path, signer: Identity) -> None:
    profiles = [world.profile(world.APP_ID, signer)]

    with pytest.raises(Refused, match=r"no provisioning profile for com\.example\.harbour\."):
        resign(good, signer, profiles, tmp_path / "out.ipa", roots=world.roots())


def test_a_profile_for_another_certificate_is_refused(
    good: Path, tmp_path: Path, signer: Identity, successor: Identity
) -> None:
    with pytest.raises(Refused, match="does not list the certificate"):
        resign(
            good,
            signer,
            world.new_profiles(good, successor),
            tmp_path / "out.ipa",
            roots=world.roots(),
        )


def test_an_entitlement_that_the_profile_lacks_is_named(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(
        SampleApp(icon="none", extensions=0, entitlements={"com.apple.developer.healthkit": True})
    )

    with pytest.raises(Refused, match=r"the entitlement com\.apple\.developer\.healthkit"):
        resign(
            before,
            signer,
            [world.profile(world.APP_ID, signer)],
            tmp_path / "out.ipa",
            roots=world.roots(),
        )


def test_a_wildcard_profile_fits_but_an_explicit_one_is_preferred(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(SampleApp(icon="none"))
    wild = world.profile("com.example.*", signer)
    own = world.profile(world.APP_ID, signer)

    summary = resign(before, signer, [wild, own], tmp_path / "out.ipa", roots=world.roots())

    assert [item.profile for item in summary.bundles] == [own.name, wild.name]
    assert verify(tmp_path / "out.ipa", roots=world.roots()) == []
    assert "*" not in str(signature_of(tmp_path / "out.ipa", MAIN).entitlements)


@pytest.mark.parametrize("name", ["Tiles/00/000000.txt", "Info.plist", "Harbour"])
def test_an_app_that_was_changed_after_signing_is_not_signed_over(
    good: Path, tmp_path: Path, signer: Identity, name: str
) -> None:
    def flip(content: bytes) -> bytes:
        middle = min(len(content) // 2, 9_000)
        return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]

    broken = world.edited(good, tmp_path / "broken.ipa", {ROOT + name: flip})

    with pytest.raises(BrokenSeal, match="changed after it was signed"):
        resign(
            broken, signer, world.new_profiles(good, signer), tmp_path / "o", roots=world.roots()
        )


@pytest.mark.parametrize("magic", [b"\xfa\xde\x0c\xc0", b"\xfa\xde\x0c\x02", b"\xfa\xde\x0b\x01"])
def test_a_damaged_signature_is_not_taken_for_none(
    good: Path, tmp_path: Path, signer: Identity, magic: bytes
) -> None:
    broken = world.edited(
        good, tmp_path / "broken.ipa", {MAIN: lambda raw: raw.replace(magic, b"\0\0\0\0")}
    )

    with pytest.raises(BrokenSeal, match="changed after it was signed"):
        resign(
            broken, signer, world.new_profiles(good, signer), tmp_path / "o", roots=world.roots()
        )


def test_progress_is_told_in_sentences(good: Path, tmp_path: Path, signer: Identity) -> None:
    heard: list[str] = []

    summary = resign(
        good,
        signer,
        world.new_profiles(good, signer),
        tmp_path / "out.ipa",
        heard.append,
        roots=world.roots(),
    )

    assert heard[0] == "Checking the app as it came."
    assert f"Signing {ROOT}" in heard
    assert "4 executables signed, 2 left as they were." in str(summary)


def test_profiles_inside_are_the_new_ones(good: Path, tmp_path: Path, signer: Identity) -> None:
    after = tmp_path / "out.ipa"

    resign(good, signer, world.new_profiles(good, signer), after, roots=world.roots())

    found = read_profile(world.read_entry(after, ROOT + "embedded.mobileprovision"))
    assert world.NEW_PHONE in found.devices
