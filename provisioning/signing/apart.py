"""A process of its own for strangers' bytes: little memory, little time, no environment."""

import asyncio
import json
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from provisioning.codesign.errors import (
    BrokenSeal,
    CodesignError,
    Malformed,
    NeedsFullPath,
    Refused,
)
from provisioning.errors import ProvisioningError
from provisioning.signing.tether import tether

MEMORY: Final = 1 << 30
CPU_SECONDS: Final = 300
WALL_SECONDS: Final = 900.0
_REFUSALS: Final[Mapping[str, type[CodesignError]]] = {
    kind.__name__: kind for kind in (BrokenSeal, Malformed, NeedsFullPath, Refused)
}


class SigningFailed(ProvisioningError):
    """Signing this app took too long or too much memory, so it was given up."""


async def run_apart(
    module: str, job: Mapping[str, Any], *, room: Path, wall_seconds: float = WALL_SECONDS
) -> dict[str, Any]:
    """
    Let `python -m MODULE` do *job*, and return its answer; both are JSON and go through pipes.

    Files that it needs for itself go into *room*. Raise the CodesignError that it met, or
    SigningFailed when it died or took longer than *wall_seconds*.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, str(os.getpid())),
        stdin=PIPE,
        stdout=PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(room)},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(wall_seconds):
            answer, _ = await process.communicate(json.dumps(job).encode())
    except TimeoutError:
        raise SigningFailed from None
    finally:
        await _end(process)
    return _understood(answer)


async def _end(process: Process) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


def _understood(answer: bytes) -> dict[str, Any]:
    try:
        values = json.loads(answer)
        if "refused" not in values:
            return dict(values)
        refusal = _REFUSALS.get(values["kind"], Refused)(str(values["refused"]))
    except (ValueError, KeyError, TypeError):
        raise SigningFailed from None
    raise refusal


def serve(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """
    Do the one job that stands on standard input, within the limits, and answer.

    The one argument is the process that asks: without it nobody wants the answer, and what it told,
    a key perhaps, must not stay in memory.
    """
    tether(int(sys.argv[1]))
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        answer = work(json.load(sys.stdin))
    except CodesignError as refusal:
        answer = {"refused": str(refusal), "kind": type(refusal).__name__}
    except OSError as trouble:
        # A full disk says nothing of the app: it may be tried again.
        sys.exit(f"An app could not be signed: {trouble.strerror}.")
    sys.stdout.write(json.dumps(answer))


def _limit(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(what, (soft, hard))
