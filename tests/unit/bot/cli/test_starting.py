"""What the command line imports before it knows what is asked for, and how often it reads."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.inspection.digests import digests
from tests.unit.storage.inspection import ipas

#: What takes tens of milliseconds to import each, and which no package is read with.
HEAVY = ("structlog", "pydantic_settings", "sqlmodel", "slack_bolt", "aiohttp", "cryptography")
#: What reading takes, in one of the two processes or in both; asking for help takes none of it.
READING = ("asyncio", "pydantic", "PIL", "storage.inspection.inspector")


def loaded(code: str, *words: str | Path) -> set[str]:
    """Return the modules that a fresh interpreter has after some code."""
    ending = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
    done = subprocess.run(
        [sys.executable, "-c", ending + code, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return set(done.stderr.split())


def test_e5_the_command_line_starts_with_nothing_that_a_command_brings() -> None:
    found = loaded("import bot.cli.main")

    assert "bot.cli.packages" in found
    assert not found & {*HEAVY, *READING}


@pytest.mark.parametrize("content", [b"hello", ipas.ipa()], ids=["refused", "read"])
def test_e5_inspect_leaves_reading_to_its_worker(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "App.ipa"
    path.write_bytes(content)
    found = loaded("from bot.cli.main import main; main()", "inspect", path)

    assert "storage.inspection.worker" in found
    assert not found & {*HEAVY, *READING} - {"asyncio"}


def test_e5_three_digests_take_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 10_000
    path = tmp_path / "App.ipa"
    path.write_bytes(data)
    read, real = [], os.pread

    def counting(descriptor: int, length: int, offset: int) -> bytes:
        read.append(real(descriptor, length, offset))
        return read[-1]

    monkeypatch.setattr(os, "pread", counting)
    with path.open("rb") as file:
        found = digests(file.fileno())

    assert b"".join(read) == data
    assert (found.md5, found.sha1, found.sha256) == (
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        hashlib.sha256(data).hexdigest(),
    )
