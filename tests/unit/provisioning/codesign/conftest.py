"""Signed apps that many tests look at; each is written once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox.samples.ipa import SampleApp, write_ipa
from provisioning.codesign.identity.identity import Identity
from provisioning.codesign.splicing.index import Index
from provisioning.codesign.splicing.prepare import prepare
from tests.unit.provisioning.codesign import world

Write = Callable[[SampleApp], Path]


@pytest.fixture(scope="session")
def signer() -> Identity:
    """Return who signed the samples."""
    return world.identity()


@pytest.fixture(scope="session")
def successor() -> Identity:
    """Return the same team's next certificate."""
    return world.identity(2)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a sample app; each call another file."""
    written: list[Path] = []

    def write_one(app: SampleApp) -> Path:
        path = tmp_path / f"app{len(written)}.ipa"
        write_ipa(path, app)
        written.append(path)
        return path

    return write_one


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an app with everything in it: framework, extension, watch app, App Clip, library."""
    path = tmp_path_factory.mktemp("good") / "good.ipa"
    library = {"Frameworks/libdepth.dylib": world.dylib("libdepth"), "R&D/<notes>.txt": b"deep"}
    write_ipa(path, SampleApp(watch=True, clip=True, extra=library, icon="none", tiles=20))
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an app whose program is large enough for its stream to be cut."""
    path = tmp_path_factory.mktemp("large") / "large.ipa"
    write_ipa(path, SampleApp(executable_bytes=3_000_000, icon="none", descriptors=True))
    return path


@pytest.fixture(scope="session")
def prepared(good: Path) -> tuple[Path, Index]:
    """Prepare the good app; the file comes with its index."""
    path = good.with_name("prepared.ipa")
    return path, prepare(good, path, roots=world.roots()).index
