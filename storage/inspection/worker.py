"""Reading packages in processes of their own, so that a hostile file takes nothing down."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from storage.inspection.message import LENGTH_BYTES
from storage.inspection.rejection import BrokenArchive, NotAPackage, PackageRejected
from storage.inspection.unpacking import Wrapped

# The sheet takes long to import, and who only hears of a refusal never needs it.
if TYPE_CHECKING:
    from storage.inspection.digests import Hashes
    from storage.inspection.facts import Inspection

WALL_SECONDS = 30.0
#: The module that reads packages.
READING = "storage.inspection.process"

#: What a refusal may be more precisely, by the name that it travels under.
_REFUSALS: dict[object, type[PackageRejected]] = {
    kind.__name__: kind for kind in (NotAPackage, BrokenArchive)
}

_MAX_ANSWER = 64 << 20
_TOO_LONG = "Reading the file took too long, so it was given up."
_DIED = "Reading the file failed: it is damaged, or made to break readers."


class InspectionPool:
    """
    A few long-lived worker processes, each started when there is something for it to read.

    Use it in the event loop that entered it. `inspect` may be called, and cancelled, at any time;
    more calls than workers wait for their turn. *module* is what a worker runs: one that serves
    with something to tell is needed for `tell`.
    """

    def __init__(
        self, workers: int = 1, wall_seconds: float = WALL_SECONDS, *, module: str = READING
    ) -> None:
        self._wall_seconds = wall_seconds
        self._workers = [_Worker(module) for _ in range(workers)]
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()

    async def __aenter__(self) -> Self:
        for worker in reversed(self._workers):
            self._idle.put_nowait(worker)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            await worker.stop()

    async def inspect(self, path: Path, hashes: "Hashes", name: str | None = None) -> "Inspection":
        """
        Read the finished file at *path*; *name* is what the sender calls it.

        Raise PackageRejected when it cannot be read, takes more than its time or memory, or kills
        the worker; NotAPackage when it is of no kind that we know, BrokenArchive when nobody can
        know, Wrapped when it is a zip with one build in it.
        """
        answer, icon = await self._asked(_job(path, hashes, name))
        return _understood(answer, icon)

    async def tell(
        self, path: Path, hashes: "Hashes", name: str, *, as_json: bool, around: Sequence[str] = ()
    ) -> str:
        """
        Read a file and return what the worker writes of it for people, or for programs.

        Raise what `inspect` does. *around* are sentences about where the file lay.
        """
        job = {**_job(path, hashes, name), "as_json": as_json, "around": list(around)}
        answer, _ = await self._asked(job)
        return str(answer["text"])

    async def glance(self, part: bytes, *, start: int, size: int, name: str) -> bool | None:
        """
        Return whether a file of *size* bytes has to do with builds; None when *part* does not tell.

        *part* is what it holds from *start* on. Raise PackageRejected when that is enough to refuse
        it.
        """
        told = {"part": b64encode(part).decode(), "start": start, "size": size, "name": name}
        answer, _ = await self._asked(told)
        return answer.get("told")

    async def _asked(self, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        worker = await self._idle.get()
        try:
            answer, icon = await self._ask(worker, job)
        finally:
            self._idle.put_nowait(worker)
        if (sentence := answer.get("rejected")) is not None:
            raise _REFUSALS.get(answer.get("as"), PackageRejected)(sentence)
        if (told := answer.get("wrapped")) is not None:
            raise _wrapped(told)
        return answer, icon

    async def _ask(self, worker: "_Worker", job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(self._wall_seconds):
                answer, icon = await worker.ask(job)
        except TimeoutError as error:
            await worker.stop()
            raise PackageRejected(_TOO_LONG) from error
        except (OSError, EOFError, ValueError) as error:
            code = await worker.stop()
            raise PackageRejected(_TOO_LONG if code == -signal.SIGXCPU else _DIED) from error
        except BaseException:
            # A cancelled job is still running over there, and its answer would be the next one's.
            await worker.stop()
            raise
        if answer.get("last"):
            await worker.stop()
        return answer, icon


class _Worker:
    """One process, started anew when it is gone."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: Process | None = None

    async def start(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self.stop()
        # The environment holds secrets, which a process that reads strangers' bytes never sees.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            stdin=PIPE,
            stdout=PIPE,
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )
        return self._process

    async def ask(self, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return the answer to a job and the icon; EOFError, OSError or ValueError if it died."""
        process = await self.start()
        assert process.stdin is not None
        request = json.dumps(job).encode()
        process.stdin.write(len(request).to_bytes(LENGTH_BYTES) + request)
        await process.stdin.drain()
        answer = json.loads(await _receive(process))
        if not isinstance(answer, dict):
            raise ValueError("The worker answered with something else than an object.")  # noqa: TRY004 - it died, to us
        return answer, await _receive(process)

    async def stop(self) -> int | None:
        """Kill the process with everything it started; return its exit code. Never interrupted."""
        process, self._process = self._process, None
        if process is None:
            return None
        ending = asyncio.ensure_future(_end(process))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise
        return process.returncode


async def _end(process: Process) -> None:
    if process.returncode is None:
        # A process that is gone already may have left its number to somebody else.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    # Both pipes are seen to their end: otherwise their transports outlive the loop.
    await process.stdout.read()
    with contextlib.suppress(OSError):
        await process.stdin.wait_closed()
    await process.wait()


async def _receive(process: Process) -> bytes:
    assert process.stdout is not None
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES))
    if length > _MAX_ANSWER:
        raise ValueError("The worker's answer is longer than an answer can be.")
    return await process.stdout.readexactly(length)


def _job(path: Path, hashes: "Hashes", name: str | None) -> dict[str, Any]:
    told = {"md5": hashes.md5, "sha1": hashes.sha1, "sha256": hashes.sha256}
    return {"path": str(path), "name": name, "hashes": told}


def _wrapped(told: dict[str, Any]) -> PackageRejected:
    from storage.inspection.unpacking import Enclosed  # noqa: PLC0415 - few archives are like this

    try:
        return Wrapped(Enclosed.from_json(told))
    except (TypeError, ValueError):
        return PackageRejected(_DIED)


def _understood(answer: dict[str, Any], icon: bytes) -> "Inspection":
    from pydantic import ValidationError  # noqa: PLC0415 - see above

    from storage.inspection.facts import Facts, Inspection  # noqa: PLC0415

    try:
        facts = Facts.model_validate(answer.get("facts"))
    except ValidationError as error:
        raise PackageRejected(_DIED) from error
    return Inspection(facts=facts, icon=icon or None, notes=tuple(answer.get("notes", ())))
