"""Samples that several tests look at, written once."""

from pathlib import Path

import pytest

from bot.sandbox.samples.apk import write_apk
from bot.sandbox.samples.facts import SampleFacts
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="session")
def ipa(folder: Path) -> SampleFacts:
    return write_ipa(folder / "Harbour.ipa")


@pytest.fixture(scope="session")
def rich_ipa(folder: Path) -> SampleFacts:
    """Everything at once: fat slices, a watch app, a clip, two extensions, data descriptors."""
    app = SampleApp(
        architectures=("x86_64", "arm64"),
        extensions=2,
        watch=True,
        clip=True,
        descriptors=True,
        zip64=True,
        tiles=3,
        payload_bytes=2_000_000,
    )
    return write_ipa(folder / "Rich.ipa", app)


@pytest.fixture(scope="session")
def apk(folder: Path) -> SampleFacts:
    return write_apk(folder / "harbour.apk")
