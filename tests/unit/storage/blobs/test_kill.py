"""A store outlives the sudden death of its process, and a disk that fills up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.blobs.local import LocalBlobs
from tests.programs import needed
from tests.unit.storage.blobs.streams import files_in

DIE_IN_MID_PUT = """
import asyncio, os, pathlib, signal, sys
from storage.blobs.local import LocalBlobs

async def chunks():
    for _ in range(5):
        yield bytes(1 << 20)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(LocalBlobs(pathlib.Path(sys.argv[1]), spare=0).put(chunks(), limit=1 << 40))
"""

FILL_THE_DISK = """
import asyncio, pathlib, sys
from storage.blobs.local import LocalBlobs
from storage.errors import NoSpace

async def chunks():
    for _ in range(64):
        yield bytes(1 << 20)

root = pathlib.Path(sys.argv[1])
try:
    asyncio.run(LocalBlobs(root, spare=0).put(chunks(), limit=1 << 40))
except NoSpace as error:
    print(error, [path.name for path in root.rglob("*") if path.is_file()])
"""


def test_a_kill_in_the_middle_of_a_put_leaves_no_blob(root: Path) -> None:
    died = subprocess.run(
        [sys.executable, "-c", DIE_IN_MID_PUT, str(root)], check=False, timeout=60
    )

    assert died.returncode == -signal.SIGKILL
    [half] = files_in(root)
    assert half.endswith(".part")

    LocalBlobs(root, spare=0)
    assert files_in(root) == []


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    mount = "mount -t tmpfs -o size=8m none {0} && exec {1} -c '{2}' {0}"
    script = mount.format(tmp_path, sys.executable, FILL_THE_DISK.replace("'", '"'))
    command = [needed("unshare"), "--map-root-user", "--user", "--mount", "sh", "-c", script]
    filled = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
    if filled.returncode and "Error" not in filled.stderr:
        pytest.skip(f"No small disk can be made here: {filled.stderr.strip()}")

    assert filled.stderr == ""
    assert filled.stdout.startswith("The disk of this installation is full.")
    assert filled.stdout.strip().endswith("[]")
    assert not os.path.ismount(tmp_path)
