"""The sandbox's samples, written by other hands, say of themselves what we read in them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.sandbox.samples.androidapp import Icon, SampleApk
from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.ipa import SampleApp, write_ipa
from storage.inspection.facts import Inspection
from storage.inspection.inspector import inspect
from tests.unit.storage.inspection.conftest import HASHES

FIXTURE = Path(__file__).parents[5] / "shared/fixtures/ApiDemos-debug.apk"

IPAS: dict[str, Mapping[str, Any]] = {
    "plain": {},
    "development": {"profile": "development"},
    "enterprise": {"profile": "enterprise"},
    "app store": {"profile": "appstore"},
    "no profile": {"profile": None},
    "unsigned": {"profile": None, "signed": False},
    "watch and clip": {"watch": True, "clip": True, "extensions": 3},
    "fat": {"architectures": ("x86_64", "arm64")},
    "encrypted": {"encrypted": True},
    "descriptors and zip64": {"descriptors": True, "zip64": True},
    "for tablets": {"families": (2,)},
    "many files": {"tiles": 3000},
}
APKS: dict[str, Mapping[str, Any]] = {
    "plain": {},
    "sparse": {"coding": "sparse"},
    "short offsets": {"coding": "short"},
    "compact": {"coding": "compact"},
    "texts in UTF-8": {"utf8_manifest": True},
    "texts in UTF-16": {"utf8_resources": False},
    "version by resource": {"version_by_resource": True},
    "64-bit version": {"version_code": (7 << 32) + 3},
    "no labels": {"labels": {}},
    "descriptors": {"descriptors": True},
    "many files": {"assets": 3000},
    "launched by alias": {"launcher_alias": True},
}


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
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("case", IPAS)
def test_an_ipa_of_the_sandbox_is_read_right(tmp_path: Path, case: str) -> None:
    sample = write_ipa(tmp_path / "sample.ipa", SampleApp(**IPAS[case]))
    found = inspect(sample.path, HASHES)

    assert differences(sample, found) == {}
    assert found.notes == ()
    assert found.facts.icon


@pytest.mark.parametrize("case", APKS)
def test_an_apk_of_the_sandbox_is_read_right(tmp_path: Path, case: str) -> None:
    sample = write_apk(tmp_path / "sample.apk", SampleApk(**APKS[case]))
    found = inspect(sample.path, HASHES)

    assert differences(sample, found) == {}
    assert found.notes == ()
    assert found.facts.icon


@pytest.mark.parametrize(
    ("icon", "drawn"),
    [("raster", True), ("webp", True), ("adaptive", True), ("vector", False), ("none", False)],
)
def test_pixels_are_drawn_and_vectors_are_not(tmp_path: Path, icon: Icon, *, drawn: bool) -> None:
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


# The package lies beside the repository and is not part of it: without it there is no such test.
@pytest.mark.parametrize("path", [path for path in (FIXTURE,) if path.exists()])
def test_a_real_package_is_read_right(path: Path) -> None:
    facts = inspect(path).facts

    assert facts.bundle_id == "io.appium.android.apis"
    assert (facts.name, facts.version, facts.build) == ("API Demos", "5.0.0", "25")
    assert (facts.min_os, facts.target_sdk) == ("17", 33)
    assert facts.signing.schemes == ("v1", "v2")
