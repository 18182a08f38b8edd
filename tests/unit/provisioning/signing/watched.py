"""
The signing process, which tells everything that it ever knew: `python -m` this, in its place.

Beside what it makes it leaves `told` (all of standard input), `environment`, `arguments`, and
`memory`, which is all that it could write to once the app was signed.
"""

import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from provisioning.signing.apart import serve
from provisioning.signing.signer import work

OWN = Path("/proc/self")


class Copying:
    """Standard input, of which a copy is kept."""

    def __init__(self, copy: Path) -> None:
        self._inner = sys.stdin.buffer
        self._copy = copy

    def readline(self) -> bytes:
        line = self._inner.readline()
        with self._copy.open("ab") as file:
            file.write(line)
        return line


def watched(job: dict[str, Any]) -> dict[str, Any]:
    answer = work(job)
    room = Path(tempfile.gettempdir())
    (room / "environment").write_bytes((OWN / "environ").read_bytes())
    (room / "arguments").write_bytes((OWN / "cmdline").read_bytes())
    with (room / "memory").open("wb", buffering=0) as out, (OWN / "mem").open("rb", 0) as memory:
        for line in (OWN / "maps").read_text().splitlines():
            place, rights, *_ = line.split()
            start, end = (int(text, 16) for text in place.split("-"))
            if "w" in rights:
                copy(memory.fileno(), out.fileno(), start, end)
    return answer


def copy(memory: int, out: int, start: int, end: int) -> None:
    for at in range(start, end, 1 << 16):
        try:
            os.write(out, os.pread(memory, min(1 << 16, end - at), at))
        except OSError:
            return  # Some places are there and cannot be read.


if __name__ == "__main__":
    sys.stdin = SimpleNamespace(buffer=Copying(Path(tempfile.gettempdir()) / "told"))
    serve(watched)
