"""Fixtures of the tests of reading packages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.inspection.facts import Hashes, Inspection
from storage.inspection.inspector import inspect

HASHES = Hashes(md5="0" * 32, sha1="1" * 40, sha256="2" * 64)

Read = Callable[[bytes], Inspection]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read bytes as if they were a file that was sent."""

    def read_bytes(data: bytes) -> Inspection:
        path = tmp_path / "upload.bin"
        path.write_bytes(data)
        return inspect(path, HASHES)

    return read_bytes
