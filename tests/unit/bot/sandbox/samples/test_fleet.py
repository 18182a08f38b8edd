"""The packages that the demo posts."""

from pathlib import Path

import pytest

from bot.sandbox.studio import Studio
from storage.errors import NotFound
from storage.inspection.diff import compare
from storage.inspection.facts import Facts
from storage.inspection.inspector import inspect

OLDER, NEWER, STRANGE = "Harbour-2.4.0-241.ipa", "Harbour-2.5.0-251.ipa", "Harbour-2.5.1-253.ipa"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def studio(folder: Path) -> Studio:
    return Studio(folder)


def facts_of(name: str, studio: Studio) -> Facts:
    return inspect(studio.package(name)).facts


def test_a_package_is_written_once_and_an_unknown_one_never(studio: Studio, folder: Path) -> None:
    first = studio.package("harbour-2.4.1-2412.aab")
    written = first.read_bytes()

    assert studio.package(first.name).read_bytes() == written
    with pytest.raises(NotFound, match=r"no sample called \.\./secret"):
        studio.package("../secret")
    assert not list((folder / "samples").glob("*.half"))
    assert not (folder / "secret").exists()


def test_what_is_at_apple_is_what_the_packages_say(studio: Studio) -> None:
    facts = facts_of(NEWER, studio)

    profile = studio.apple.team.profiles.find("Harbour Ad Hoc for 4 devices")
    assert profile is not None
    assert facts.signing is not None
    assert set(facts.signing.devices) == {device.udid for device in studio.apple.team.devices}
    # The newest build claims what the older ones did not.
    spoilt = {one.name for one in studio.apple.team.profiles if one.is_invalid}
    assert spoilt == {"Harbour Ad Hoc for 3 devices"}


def test_d4_the_next_build_differs_in_what_people_look_for(studio: Studio) -> None:
    changes = compare(facts_of(OLDER, studio), facts_of(NEWER, studio))

    kinds = {change.kind for change in changes}
    assert {"version", "size", "min_os", "entitlements", "devices"} <= kinds
    assert not any(change.loud for change in changes)


def test_d4_a_build_of_another_signer_raises_the_alarm_on_both_platforms(studio: Studio) -> None:
    pairs = ((NEWER, STRANGE), ("beacon-1.2.0-610.apk", "beacon-1.2.1-618.apk"))
    for before, after in pairs:
        changes = compare(facts_of(before, studio), facts_of(after, studio))
        assert any(change.loud and "another" in change.sentence.lower() for change in changes)
