"""Every exhibit can be written, is told apart from the others, and is what it says."""

import zipfile
from pathlib import Path

import pytest

from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.identities import root_authority
from provisioning.codesign.verifying.verifier import verify
from storage.inspection.inspector import inspect
from tests.samples.gallery import exhibits, hang


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SampleFacts]:
    return {facts.path.name: facts for facts in hang(tmp_path_factory.mktemp("gallery"))}


@pytest.mark.slow
def test_there_are_enough_to_learn_from(wall: dict[str, SampleFacts]) -> None:
    assert set(wall) == set(exhibits())
    assert len(wall) >= 90
    assert len({facts.path.read_bytes() for facts in wall.values()}) == len(wall)


def test_every_kind_of_package_hangs_there(wall: dict[str, SampleFacts]) -> None:
    assert {facts.kind for facts in wall.values()} == {
        "ipa",
        "xcarchive",
        "apk",
        "aab",
        "apks",
        "xapk",
        "app.zip",
        "dmg",
        "pkg",
        "msix",
        "appx",
        "msixbundle",
        "msi",
        "exe",
        "dsym",
        "mapping",
    }


@pytest.mark.parametrize("name", exhibits())
def test_what_is_a_zip_is_a_sound_one(wall: dict[str, SampleFacts], name: str) -> None:
    path: Path = wall[name].path
    if wall[name].kind in {"dmg", "pkg", "msi", "exe"}:
        assert not zipfile.is_zipfile(path)
        return
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("name", [name for name in exhibits() if name.endswith((".ipa", ".apk"))])
def test_our_own_reader_finds_the_facts(wall: dict[str, SampleFacts], name: str) -> None:
    told = wall[name]
    read = inspect(told.path).facts
    signing = read.signing
    assert (read.platform, read.kind) == (told.platform, told.kind)
    assert (read.bundle_id, read.name) == (told.bundle_id, told.name)
    assert (read.version, read.build, read.min_os) == (told.version, told.build, told.min_os)
    assert (signing.kind or "", signing.team_id or "") == (told.signing, told.team_id)
    assert signing.expires_at == told.expires_at
    assert (signing.devices, signing.certificates) == (told.devices, told.certificates)
    assert (read.permissions, read.target_sdk) == (told.permissions, told.target_sdk)
    assert read.abis == told.abis
    assert {item.bundle_id for item in read.extensions} == set(told.extensions)
    assert set(read.uuids) == set(told.uuids.values())


@pytest.mark.parametrize("name", ["plain.ipa", "sixty-bundles.ipa", "escaped-names.ipa"])
def test_the_verifier_finds_nothing_wrong(wall: dict[str, SampleFacts], name: str) -> None:
    roots = [root_authority().certificate]
    assert verify(wall[name].path, wall[name].devices[0], roots=roots) == []
