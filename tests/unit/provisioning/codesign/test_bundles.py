"""Bundles are found, and too many of them are refused."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.codesign import bundles
from provisioning.codesign.bundles import find_app
from provisioning.codesign.container.archive import open_archive
from provisioning.codesign.errors import Malformed, Refused
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.resign import resign
from provisioning.codesign.splicing.prepare import prepare
from provisioning.codesign.splicing.splice import splice
from provisioning.codesign.verifying.comparison import compare
from provisioning.codesign.verifying.verifier import verify
from storage.inspection.facts import Hashes
from storage.inspection.inspector import inspect as inspect_package
from tests.materialising import materialise
from tests.unit.provisioning.codesign import world
from tests.unit.provisioning.codesign.test_resign import WATCH, app, extension, library


def test_the_deepest_bundle_comes_first_and_the_app_last(tmp_path: Path) -> None:
    path = world.write_tree(tmp_path / "app.ipa", app(WATCH, extension(1, library("One"))))

    with open_archive(path) as archive:
        found = find_app(archive)

    names = [bundle.path.rstrip("/").rpartition("/")[2] for bundle in found.bundles]
    assert names == [
        "Deep.framework",
        "One.framework",
        "WristExt.appex",
        "Ext1.appex",
        "Wrist.app",
        "Harbour.app",
    ]
    assert found.main.identifier == world.APP_ID
    assert len(found.within(found.main)) == 5


def test_loose_code_belongs_to_the_innermost_bundle(good: Path) -> None:
    with open_archive(good) as archive:
        found = find_app(archive)

    assert found.main.code == ("Payload/Harbour.app/Frameworks/libdepth.dylib",)
    assert all(bundle.code == () for bundle in found.bundles[:-1])


@pytest.mark.parametrize(("name", "sentence"), [("MOST_BUNDLES", "too many"), ("MOST_CODE", "too")])
def test_too_many_of_them_are_refused(
    good: Path, monkeypatch: pytest.MonkeyPatch, name: str, sentence: str
) -> None:
    monkeypatch.setattr(bundles, name, 2)

    with open_archive(good) as archive, pytest.raises(Refused, match=sentence):
        find_app(archive)


NAMES = {"in the list": ("Ärger", "A\u0308rger"), "in the archive": ("A\u0308rger", "Ärger")}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("inner", [False, True])
def test_e15_a_name_is_compared_as_the_phone_does(
    tmp_path: Path, signer: Identity, name: str, *, inner: bool
) -> None:
    listed, stored = NAMES[name]
    before = spelled(tmp_path / "app.ipa", listed, stored, inner=inner)
    shown = inspect_package(before, digests_of(before), before.name)
    ids = [world.APP_ID, f"{world.APP_ID}.ext1"][: 1 + inner]
    profiles = [world.profile(one, signer) for one in ids]
    full, base, out = (tmp_path / one for one in ("full.ipa", "base.ipa", "out.ipa"))

    resign(before, signer, profiles, full, roots=world.roots())
    index = prepare(before, base, roots=world.roots()).index
    materialise(base, splice(base, index, signer, profiles, roots=world.roots()), out)

    assert "The app has no executable." not in shown.notes
    assert verify(before, roots=world.roots()) == []
    for after in (full, out):
        assert verify(after, world.NEW_PHONE, roots=world.roots()) == []
        assert compare(before, after) == []


def digests_of(path: Path) -> Hashes:
    content = path.read_bytes()
    return Hashes(
        **{
            kind: hashlib.new(kind, content, usedforsecurity=False).hexdigest()
            for kind in ("md5", "sha1", "sha256")
        }
    )


def spelled(path: Path, listed: str, stored: str, *, inner: bool) -> Path:
    """Write an app whose program is named *listed* in the Info.plist, *stored* in the archive."""
    tree = app(extension(1)) if inner else app()
    ext = "Payload/Harbour.app/PlugIns/Ext1.appex/"
    if inner:
        tree = replace(tree, inside=(replace(tree.inside[0], name=listed),))
    else:
        tree = replace(tree, name=listed)
    plain = world.write_tree(path.with_suffix(".plain"), tree)
    old = (ext if inner else "Payload/Harbour.app/") + listed
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(path, "w") as after:
        for info in before.infolist():
            content = before.read(info)
            if info.filename == old:
                info.filename = info.orig_filename = old.replace(listed, stored)
            after.writestr(info, content)
    return path


def without(path: Path, names: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return path


NO_APP = {
    "no app": ({"README": b""}, "no app"),
    "two apps": (
        {"Payload/A.app/Info.plist": b"", "Payload/B.app/Info.plist": b""},
        "several apps",
    ),
    "no executable": ({"Payload/A.app/x": b""}, "no executable"),
}


@pytest.mark.parametrize("name", NO_APP)
def test_an_archive_without_one_app_is_refused(tmp_path: Path, name: str) -> None:
    files, sentence = NO_APP[name]
    path = without(tmp_path / "x.ipa", files)

    with open_archive(path) as archive, pytest.raises(Refused, match=sentence):
        find_app(archive)


def test_a_damaged_info_plist_is_named(tmp_path: Path) -> None:
    path = without(tmp_path / "x.ipa", {"Payload/A.app/Info.plist": b"<plist>"})

    with open_archive(path) as archive, pytest.raises(Malformed, match=r"A\.app/Info\.plist"):
        find_app(archive)
