"""Faults in signatures: signed anew or refused, by either path alike; never kept, never hidden."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp
from provisioning.codesign.errors import NeedsFullPath, Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.conftest import Write
from tests.unit.provisioning.codesign.faulty_signature import FAULTS, PROGRAM_FAULTS, Faulty
from tests.unit.provisioning.codesign.test_resign import app, extension, library

#: Which of these a splice mends, because it makes the envelope of a program anew.
SPLICED = {
    "digest of other content",
    "no cdhashes",
    "attributes out of order",
    "content attached",
}


def app_with_faulty_frameworks(path: Path, fault: Faulty) -> Path:
    kits = [replace(library(name), edit=fault) for name in ("One", "Two")]
    return world.write_tree(path, app(*kits, library("Good"), extension(1)))


def app_with_faulty_program(path: Path, fault: Faulty) -> Path:
    return world.write_tree(path, app(library("Good"), replace(extension(1), edit=fault)))


def profiles(signer: Identity) -> list[Profile]:
    return [world.profile(name, signer) for name in (world.APP_ID, f"{world.APP_ID}.ext1")]


@pytest.mark.parametrize("name", FAULTS)
def test_e6_a_faulty_framework_is_signed_anew_and_a_good_one_stays(
    tmp_path: Path, signer: Identity, name: str
) -> None:
    before = app_with_faulty_frameworks(tmp_path / "before.ipa", FAULTS[name])
    after = tmp_path / "after.ipa"
    assert verify(before, roots=world.roots()) != []

    summary = resign(before, signer, profiles(signer), after, roots=world.roots())

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    assert summary.kept == ("Payload/Harbour.app/Frameworks/Good.framework/Good",)
    assert compare(before, after) == []


def test_e6_a_faulty_library_outside_a_bundle_is_signed_anew(
    tmp_path: Path, signer: Identity
) -> None:
    libraries = {
        "Frameworks/libgood.dylib": world.dylib("libgood"),
        "Frameworks/libbad.dylib": FAULTS["no cdhashes"](world.dylib("libbad")),
        "Frameworks/libbare.dylib": world.dylib("libbare", signed=False),
    }
    before = world.write_tree(tmp_path / "before.ipa", app(files=libraries))
    after = tmp_path / "after.ipa"

    with pytest.raises(NeedsFullPath, match=r"lib(bad|bare)\.dylib has to be signed anew"):
        prepare(before, after, roots=world.roots())
    summary = resign(before, signer, profiles(signer)[:1], after, roots=world.roots())

    assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
    assert summary.kept == ("Payload/Harbour.app/Frameworks/libgood.dylib",)


@pytest.mark.parametrize("path", ["full", "splice"])
def test_e8_a_program_that_is_not_marked_as_one_is_refused_by_either_path(
    good: Path, tmp_path: Path, signer: Identity, path: str
) -> None:
    before = tmp_path / "before.ipa"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(before, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "Payload/Harbour.app/Harbour":
                info.external_attr = 0o100644 << 16
            new.writestr(info, content)
    ways: dict[str, Callable[[Path], object]] = {
        "full": lambda out: resign(
            before, signer, world.new_profiles(good, signer), out, roots=world.roots()
        ),
        "splice": lambda out: prepare(before, out, roots=world.roots()),
    }

    with pytest.raises(Refused, match="not marked as executable"):
        ways[path](tmp_path / "out.ipa")
    assert not (tmp_path / "out.ipa").exists()


@pytest.mark.parametrize("name", FAULTS)
def test_e8_an_app_with_a_faulty_framework_is_not_spliced(tmp_path: Path, name: str) -> None:
    before = app_with_faulty_frameworks(tmp_path / "before.ipa", FAULTS[name])

    with pytest.raises(NeedsFullPath, match="has to be signed anew"):
        prepare(before, tmp_path / "out.ipa", roots=world.roots())
    assert not (tmp_path / "out.ipa").exists()


@pytest.mark.parametrize("name", PROGRAM_FAULTS)
def test_e8_a_faulty_program_comes_out_well_signed_by_either_path(
    tmp_path: Path, signer: Identity, name: str
) -> None:
    before = app_with_faulty_program(tmp_path / "before.ipa", PROGRAM_FAULTS[name])
    full, path, out = (tmp_path / name for name in ("full.ipa", "prepared.ipa", "out.ipa"))
    assert verify(before, roots=world.roots()) != []

    resign(before, signer, profiles(signer), full, roots=world.roots())
    assert verify(full, world.NEW_PHONE, roots=world.roots()) == []

    if name not in SPLICED:
        with pytest.raises(NeedsFullPath):
            prepare(before, path, roots=world.roots())
        return
    index = prepare(before, path, roots=world.roots()).index
    materialise(path, splice(path, index, signer, profiles(signer), roots=world.roots()), out)
    assert verify(out, world.NEW_PHONE, roots=world.roots()) == []
    assert compare(full, out) == []


def test_e6_what_signing_cannot_mend_is_refused_and_nothing_is_written(
    good: Path, tmp_path: Path, signer: Identity
) -> None:
    # The signer's own root is not among those that are trusted, so no phone would take it.
    strangers = [world.identity(2).certificate]
    new = world.new_profiles(good, signer)

    with pytest.raises(Refused, match="would not run after it was signed again"):
        resign(good, signer, new, tmp_path / "out.ipa", roots=strangers)
    assert not (tmp_path / "out.ipa").exists()


def test_e8_a_splice_that_would_not_do_is_not_handed_out(
    good: Path, prepared: tuple[Path, Index], signer: Identity
) -> None:
    new = world.new_profiles(good, signer)
    strangers = [world.identity(2).certificate]

    with pytest.raises(NeedsFullPath, match="do not make it run"):
        splice(*prepared, signer, new, roots=strangers)


def test_e7_an_encrypted_app_is_refused_before_anything_is_prepared(
    write: Write, tmp_path: Path, signer: Identity
) -> None:
    before = write(SampleApp(icon="none", encrypted=True))
    out = tmp_path / "out.ipa"
    new = world.new_profiles(before, signer)

    with pytest.raises(Refused, match="a copy from the App Store") as full:
        resign(before, signer, new, out, roots=world.roots())
    with pytest.raises(Refused, match="a copy from the App Store") as spliced:
        prepare(before, out, roots=world.roots())
    assert str(spliced.value) == str(full.value)
    assert not isinstance(spliced.value, NeedsFullPath)
    assert not out.exists()


def test_e7_one_encrypted_framework_is_enough(tmp_path: Path) -> None:
    before = world.write_tree(
        tmp_path / "before.ipa", app(replace(library("One"), encrypted=True), library("Two"))
    )

    with pytest.raises(Refused, match=r"One is encrypted"):
        prepare(before, tmp_path / "out.ipa", roots=world.roots())


def test_e7_an_app_for_the_simulator_is_not_prepared_either(write: Write, tmp_path: Path) -> None:
    before = write(SampleApp(icon="none", simulator=True))

    with pytest.raises(Refused, match="built for the simulator"):
        prepare(before, tmp_path / "out.ipa", roots=world.roots())
