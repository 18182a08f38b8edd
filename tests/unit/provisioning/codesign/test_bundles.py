"""Bundles are found, and too many of them are refused."""

import zipfile
from pathlib import Path

import pytest

from provisioning.codesign import bundles
from provisioning.codesign.bundles import find_app
from provisioning.codesign.container.archive import open_archive
from provisioning.codesign.errors import Malformed, Refused
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
