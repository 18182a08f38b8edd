"""A process of its own for strangers' bytes: little memory, little time, no environment."""

import asyncio
import json
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

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
#: Bytes of a line in which a process asks something, and of what it answers in the end. It reads
#: strangers' bytes, so what it says is read like a stranger's.
LONGEST_LINE: Final = 256
LONGEST_ANSWER: Final = 16 << 20
_REFUSALS: Final[Mapping[str, type[CodesignError]]] = {
    kind.__name__: kind for kind in (BrokenSeal, Malformed, NeedsFullPath, Refused)
}


#: Answers what a process asks, both JSON. It raises Overstepped for what none of ours would ask.
Reply = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


class SigningFailed(ProvisioningError):
    """Signing this app took too long or too much memory, so it was given up."""


class Overstepped(SigningFailed):
    """Reading this app asked for what it must not, so nothing was signed. Export it again."""


async def nothing_to_ask(_question: Mapping[str, Any]) -> NoReturn:
    """Answer nothing: the `Reply` for a process that has to ask nothing."""
    raise Overstepped


async def run_apart(
    module: str,
    job: Mapping[str, Any],
    *,
    room: Path,
    reply: Reply = nothing_to_ask,
    wall_seconds: float = WALL_SECONDS,
) -> dict[str, Any]:
    """
    Let `python -m MODULE` do *job*, and return its answer; both are JSON and go through pipes.

    What it asks meanwhile, a short line each, is answered by *reply*. Files that it needs for
    itself go into *room*. Raise the CodesignError that it met; SigningFailed when it died or took
    longer than *wall_seconds*, and Overstepped when it said what none of ours would say.
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
            answer = await _converse(process, job, reply)
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        raise SigningFailed from None
    finally:
        await _end(process)
    return _understood(answer)


async def _converse(process: Process, job: Mapping[str, Any], reply: Reply) -> bytes:
    """Hand the job over, answer what is asked about it, and return what came of it."""
    assert process.stdin is not None
    assert process.stdout is not None
    await _tell(process.stdin, job)
    while True:
        question = await _heard(process.stdout)
        if "answer" in question:
            return await process.stdout.readexactly(_length_of(question["answer"]))
        await _tell(process.stdin, await reply(question))


async def _tell(stream: asyncio.StreamWriter, message: Mapping[str, Any]) -> None:
    stream.write(json.dumps(message).encode() + b"\n")
    await stream.drain()


async def _heard(stream: asyncio.StreamReader) -> dict[str, Any]:
    try:
        line = await stream.readuntil(b"\n")
        question = json.loads(line) if len(line) <= LONGEST_LINE else None
    except (asyncio.LimitOverrunError, ValueError, RecursionError):
        raise Overstepped from None
    if not isinstance(question, dict):
        raise Overstepped
    return question


def _length_of(value: object) -> int:
    if isinstance(value, int) and 0 <= value <= LONGEST_ANSWER:
        return value
    raise Overstepped


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


def _understood(answer: bytes) -> dict[str, Any]:
    try:
        values = json.loads(answer)
        if "refused" not in values:
            return dict(values)
        refusal = _REFUSALS.get(values["kind"], Refused)(str(values["refused"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SigningFailed from None
    raise refusal


def serve(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """
    Do the one job that is the first line of standard input, within the limits, and answer.

    The one argument is the process that asks for it: without it nobody wants the answer.
    """
    tether(int(sys.argv[1]))
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        answer = work(_next_line())
    except CodesignError as refusal:
        answer = {"refused": str(refusal), "kind": type(refusal).__name__}
    except OSError as trouble:
        # A full disk says nothing of the app: it may be tried again.
        sys.exit(f"An app could not be signed: {trouble.strerror}.")
    content = json.dumps(answer).encode()
    _say(json.dumps({"answer": len(content)}).encode() + b"\n" + content)


def ask(question: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the process that wants a job done, and wait for its answer: in a process of `serve`."""
    _say(json.dumps(question).encode() + b"\n")
    return _next_line()


def _say(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _next_line() -> dict[str, Any]:
    line = sys.stdin.buffer.readline()
    if not line:
        sys.exit("Nobody waits for this app to be signed any more.")
    values: dict[str, Any] = json.loads(line)
    return values


def _limit(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(what, (soft, hard))
