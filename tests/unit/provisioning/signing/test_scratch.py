"""The workroom: folders that are gone when their work is done, or the one who did it."""

import asyncio
import sys
from pathlib import Path

from provisioning.signing.scratch import Workroom

#: Writes a file into a lent folder, says so, and is killed.
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from provisioning.signing.scratch import Workroom

async def work():
    async with Workroom(Path(sys.argv[1])).lend() as room:
        (room / "half.ipa").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(work())
"""


async def test_e16_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(
    tmp_path: Path,
) -> None:
    room = Workroom(tmp_path)
    async with room.lend() as own:
        (own / "mine").touch()
        killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(tmp_path))
        assert await killed.wait() < 0
        assert len(names_in(tmp_path)) == 2
        async with room.lend() as other:
            assert names_in(tmp_path) == {own.name, other.name}
        assert (own / "mine").exists()
    assert names_in(tmp_path) == set()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
