"""The packages that the demo posts."""

from pathlib import Path

import pytest

from bot.sandbox.samples.fleet import package
from storage.errors import NotFound
from storage.inspection.diff import compare
from storage.inspection.facts import Facts
from storage.inspection.inspector import inspect

OLDER, NEWER, STRANGE = "Harbour-2.4.0-241.ipa", "Harbour-2.5.0-251.ipa", "Harbour-2.5.1-253.ipa"


def facts_of(name: str, folder: Path) -> Facts:
    return inspect(package(name, folder / "samples", folder / "keys")).facts


def test_a_package_is_written_once_and_an_unknown_one_never(tmp_path: Path) -> None:
    first = package("harbour-2.4.1-2412.aab", tmp_path / "samples", tmp_path / "keys")
    written = first.read_bytes()

    assert package(first.name, first.parent, tmp_path / "keys").read_bytes() == written
    with pytest.raises(NotFound, match=r"no sample called \.\./secret"):
        package("../secret", tmp_path / "samples", tmp_path / "keys")
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_d4_the_next_build_differs_in_what_people_look_for(tmp_path: Path) -> None:
    changes = compare(facts_of(OLDER, tmp_path), facts_of(NEWER, tmp_path))

    kinds = {change.kind for change in changes}
    assert {"version", "size", "min_os", "entitlements", "devices"} <= kinds
    assert not any(change.loud for change in changes)


def test_d4_a_build_of_another_signer_raises_the_alarm_on_both_platforms(tmp_path: Path) -> None:
    pairs = ((NEWER, STRANGE), ("beacon-1.2.0-610.apk", "beacon-1.2.1-618.apk"))
    for before, after in pairs:
        changes = compare(facts_of(before, tmp_path), facts_of(after, tmp_path))
        assert any(change.loud and "another" in change.sentence.lower() for change in changes)
