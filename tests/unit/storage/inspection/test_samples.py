"""The sandbox's samples, written by other hands, say of themselves what we read in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from bot.sandbox.samples.androidapp import Icon, SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from storage.inspection import rasteriser
from storage.inspection.facts import Facts, Inspection
from storage.inspection.inspector import inspect
from tests.programs import needed
from tests.samples import gallery
from tests.unit.storage.inspection.conftest import HASHES

FIXTURE = Path(__file__).parents[5] / "shared/fixtures/ApiDemos-debug.apk"

# What a reader may know better than the writer claims: the bundle's inner package has it.
_BETTER = {"min_os"}
# Packages that do not say, or that hold an app in a zip in a zip in a zip, which is not read.
_SILENT = {("no-resources.apk", "labels"), ("plain.msixupload", "name")}


def differences(sample: SampleFacts, found: Inspection) -> dict[str, tuple[object, object]]:
    facts, signing = found.facts, found.facts.signing
    uuids = {name: uuid.lower() for name, uuid in sample.uuids.items()}
    pairs = {
        "platform": (sample.platform, facts.platform),
        "kind": (sample.kind, facts.kind),
        "bundle_id": (sample.bundle_id, facts.bundle_id),
        "name": (sample.name, facts.name),
        "version": (sample.version, facts.version),
        "build": (sample.build, facts.build),
        "min_os": (sample.min_os, facts.min_os),
        "signing": (sample.signing or None, signing.kind),
        "team": ((sample.team_id or None), signing.team_id),
        "team name": (sample.team_name or None, signing.team_name),
        "end": (sample.expires_at, signing.expires_at),
        "devices": (tuple(sample.devices), signing.devices),
        "certificates": (tuple(sample.certificates), signing.certificates),
        "permissions": (tuple(sample.permissions), facts.permissions),
        "target": (sample.target_sdk, facts.target_sdk),
        "abis": (sorted(sample.abis), sorted(facts.abis)),
        "labels": ({k: v for k, v in sample.labels.items() if k}, facts.localized_names),
        "uuids": (uuids, dict(zip(facts.architectures, facts.uuids, strict=False))),
        "extensions": (set(sample.extensions), {part.bundle_id for part in facts.extensions}),
    }
    wrong = {name: pair for name, pair in pairs.items() if (pair[0] or None) != (pair[1] or None)}
    return {name: pair for name, pair in wrong.items() if pair[0] or name not in _BETTER}


@pytest.mark.parametrize("name", gallery.exhibits())
def test_an_exhibit_is_read_right(tmp_path: Path, name: str) -> None:
    if name.endswith(".dmg"):
        needed("7zz", "7z")
    sample = gallery.exhibits()[name](tmp_path / name)
    found = inspect(sample.path, HASHES)
    wrong = differences(sample, found)

    assert {key: pair for key, pair in wrong.items() if (name, key) not in _SILENT} == {}
    assert found.facts.signing.signed or not sample.certificates
    assert Facts(**found.facts.as_json()) == found.facts
    assert not any("unreadable" in note or "left out" in note for note in found.notes)


@pytest.mark.parametrize(
    ("icon", "drawn"),
    [
        ("raster", True),
        ("webp", True),
        ("adaptive", True),
        ("vector", rasteriser.is_installed()),
        ("none", False),
    ],
)
def test_every_kind_of_icon_is_drawn(tmp_path: Path, icon: Icon, *, drawn: bool) -> None:
    sample = write_apk(tmp_path / "sample.apk", SampleApk(icon=icon))

    assert inspect(sample.path, HASHES).facts.icon is drawn


@pytest.mark.parametrize(("icon", "drawn"), [("cgbi", True), ("plain", True), ("none", False)])
def test_both_kinds_of_png_are_drawn(
    tmp_path: Path, icon: Literal["cgbi", "plain", "none"], *, drawn: bool
) -> None:
    sample = write_ipa(tmp_path / "sample.ipa", SampleApp(icon=icon))

    assert inspect(sample.path, HASHES).facts.icon is drawn


def test_encryption_of_the_app_store_is_told(tmp_path: Path) -> None:
    sample = write_ipa(tmp_path / "sample.ipa", SampleApp(encrypted=True))

    assert inspect(sample.path, HASHES).facts.encrypted


def test_a_simulator_build_is_told(tmp_path: Path) -> None:
    sample = write_ipa(tmp_path / "sample.ipa", SampleApp(simulator=True))

    assert inspect(sample.path, HASHES).facts.simulator


@pytest.mark.parametrize("write", [write_ipa, write_apk])
def test_digests_are_made_where_none_are_given(
    tmp_path: Path, write: Callable[[Path], SampleFacts]
) -> None:
    path = write(tmp_path / "sample").path
    facts = inspect(path).facts

    assert (len(facts.md5), len(facts.sha1), len(facts.sha256)) == (32, 40, 64)
    assert facts.size == path.stat().st_size


if FIXTURE.exists():  # It is not part of the project, so there is nothing to skip without it.

    def test_a_real_package_is_read_right() -> None:
        facts = inspect(FIXTURE).facts

        assert facts.bundle_id == "io.appium.android.apis"
        assert (facts.name, facts.version, facts.build) == ("API Demos", "5.0.0", "25")
        assert (facts.min_os, facts.target_sdk) == ("17", 33)
        assert facts.signing.schemes == ("v1", "v2")
