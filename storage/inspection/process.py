"""
The process in which strangers' bytes are read: `python -m storage.inspection.process`.

It reads jobs from standard input and answers on standard output, each message a JSON object behind
its length. It has little memory and little time, writes no file and opens no connection. When it
dies of a file, one upload is refused and nothing else happens.
"""

import json
import resource
import sys
import time
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from storage.inspection.digests import Hashes
from storage.inspection.facts import Inspection
from storage.inspection.inspector import glance, inspect
from storage.inspection.message import LENGTH_BYTES
from storage.inspection.rejection import PackageRejected
from storage.inspection.source import Glimpse
from storage.inspection.unpacking import Wrapped

MEMORY = 512 << 20
CPU_SECONDS = 10

# With this much address space in use the next job might not fit: the process asks for a successor.
_WORN_OUT = MEMORY * 5 // 8


class Tell(Protocol):
    """Writes what a person reads of a package; *around* are sentences about where it lay."""

    def __call__(self, found: Inspection, *, as_json: bool, around: Sequence[str]) -> str: ...


def serve(tell: Tell | None = None) -> None:
    """Serve jobs until standard input ends. What *tell* writes is asked for by some of them."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while (job := _receive(incoming)) is not None:
        # The limit counts from the start of the process, so that it moves on with every job.
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + CPU_SECONDS)
        answer, icon = _answer(job, tell)
        answer["last"] = _address_space() > _WORN_OUT
        _send(outgoing, json.dumps(answer).encode())
        _send(outgoing, icon)
        outgoing.flush()
        if answer["last"]:
            return


def _answer(job: dict[str, Any], tell: Tell | None) -> tuple[dict[str, Any], bytes]:
    try:
        if "part" in job:
            part = Glimpse(data=b64decode(job["part"]), start=job["start"], size=job["size"])
            return {"told": glance(part, job["name"])}, b""
        found = inspect(Path(job["path"]), Hashes(**job["hashes"]), job["name"])
    except Wrapped as found_inside:
        return {"wrapped": found_inside.enclosed.as_json()}, b""
    except PackageRejected as reason:
        return {"rejected": str(reason), "as": type(reason).__name__}, b""
    except OSError:
        return {"rejected": "The file could not be opened to read it."}, b""
    if tell is not None and "around" in job:
        return {"text": tell(found, as_json=job["as_json"], around=job["around"])}, b""
    return {"facts": found.facts.as_json(), "notes": list(found.notes)}, found.icon or b""


def _address_space() -> int:
    """Return how many bytes are mapped, 0 where the system does not tell."""
    # The peak in `getrusage` is no use: it survives exec, and is the parent's at first.
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize()


def _receive(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    job: dict[str, Any] = json.loads(stream.read(int.from_bytes(head)))
    return job


def _send(stream: BinaryIO, data: bytes) -> None:
    stream.write(len(data).to_bytes(LENGTH_BYTES))
    stream.write(data)


def _limit(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(what, (soft, hard))


if __name__ == "__main__":
    serve()
