"""The process that signs: where it writes, and that it does not outlive the one that asked it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from provisioning.signing.apart import run_apart
from tests.unit.bot.engine.flying import until

#: As `provisioning.signing.signer` is, but that its work is to tell where it would write.
TELLS = """
import tempfile
from provisioning.signing.apart import serve
serve(lambda job: {"folder": tempfile.gettempdir()})
"""
#: Its work never ends; it says in a file which process it is.
WAITS = """
import os, time
from pathlib import Path
from provisioning.signing.apart import serve

def work(job):
    half = Path(job["out"] + ".half")
    half.write_text(str(os.getpid()))
    half.replace(job["out"])
    time.sleep(600)

serve(work)
"""
ASKS = """
import asyncio, sys
from pathlib import Path
from provisioning.signing.apart import run_apart
room = Path(sys.argv[1])
asyncio.run(run_apart("waits", {"out": str(room / "pid")}, room=room))
"""


async def test_e16_what_is_too_large_for_memory_is_written_into_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tells.py").write_text(TELLS)
    monkeypatch.syspath_prepend(tmp_path)

    assert await run_apart("tells", {}, room=tmp_path) == {"folder": str(tmp_path)}


async def test_e16_a_signer_ends_with_the_house_even_if_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text(WAITS)
    await ends_with_its_house(ASKS, tmp_path)


async def ends_with_its_house(house: str, room: Path) -> None:
    """Kill the house that a script is; the process that it started, which is `pid`, ends then."""
    path = os.pathsep.join([str(room), *sys.path])
    living = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", house, str(room)), env={"PYTHONPATH": path}
    )
    told = room / "pid"
    await until(lambda: told.exists() and bool(told.read_text()))
    signer = int(told.read_text())
    try:
        assert is_running(signer)
        living.kill()
        await living.wait()
        await until(lambda: not is_running(signer))
    finally:
        if is_running(signer):
            os.kill(signer, signal.SIGKILL)


def is_running(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # Nobody may be there to bury it.
