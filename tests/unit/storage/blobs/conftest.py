"""A store of blobs in a folder of the test's own."""

from pathlib import Path

import pytest

from storage.blobs.local import LocalBlobs


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> LocalBlobs:
    return LocalBlobs(root, spare=0)
