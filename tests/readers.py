"""
Processes that read packages, lent to one house after another: each takes 0.2 s of a core to start.

What becomes of those that a house starts itself is tested in tests/unit/storage/inspection.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest

from storage.inspection import worker
from storage.inspection.worker import READING, InspectionPool


class Lent:
    """What asyncio's Process would be, of a process that goes on when the loop has ended."""

    def __init__(self, living: subprocess.Popen[bytes]) -> None:
        assert living.stdin is not None
        assert living.stdout is not None
        self.living = living
        self.stdin = Writer(living.stdin.fileno())
        self.stdout = asyncio.StreamReader()
        self._incoming = os.fdopen(os.dup(living.stdout.fileno()), "rb", buffering=0)
        self._transport: asyncio.ReadTransport | None = None

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(self.stdout)
        self._transport, _ = await loop.connect_read_pipe(lambda: protocol, self._incoming)

    async def let_go(self) -> None:
        """Stop listening, so that another loop can."""
        assert self._transport is not None
        self._transport.close()
        await asyncio.sleep(0)  # Its pipe is closed in the loop's next round.

    @property
    def returncode(self) -> int | None:
        return self.living.poll()


class Writer:
    """What asyncio's StreamWriter would be, for messages that fit into a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, message: bytes) -> None:
        while message:
            message = message[os.write(self._descriptor, message) :]

    async def drain(self) -> None:
        """Nothing is kept back."""


class Borrower(worker._Worker):
    """A worker of a pool that borrows its process; one that did not end its job is killed."""

    def __init__(self, idle: list[subprocess.Popen[bytes]]) -> None:
        super().__init__(READING)
        self._idle = idle
        self._lent: Lent | None = None
        self._is_at_rest = True

    async def start(self) -> Any:  # noqa: ANN401 - as good as a Process
        if self._lent is not None and self._lent.returncode is None:
            return self._lent
        await self.stop()
        lent = Lent(self._idle.pop() if self._idle else _started())
        await lent.listen()
        self._lent = lent
        return lent

    async def ask(self, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        self._is_at_rest = False
        answer, icon = await super().ask(job)
        self._is_at_rest = not answer.get("last")
        return answer, icon

    async def stop(self) -> int | None:
        lent, self._lent = self._lent, None
        if lent is None:
            return None
        await lent.let_go()
        return _end(lent.living)

    async def hand_back(self) -> None:
        if self._lent is None or not self._is_at_rest or self._lent.returncode is not None:
            await self.stop()
            return
        await self._lent.let_go()
        self._idle.append(self._lent.living)
        self._lent = None


@pytest.fixture(scope="session")
def lent_readers() -> Generator[type[InspectionPool]]:
    """Return a pool for houses that hands its processes back to the session."""
    idle: list[subprocess.Popen[bytes]] = []

    class Pool(InspectionPool):
        def __init__(self, workers: int = 1) -> None:
            super().__init__(workers=0)
            self._workers: list[Borrower] = [Borrower(idle) for _ in range(workers)]  # type: ignore[assignment]

        async def __aexit__(self, *_: object) -> None:
            for borrower in self._workers:
                await borrower.hand_back()

    yield Pool
    for living in idle:
        _end(living)


def _started() -> subprocess.Popen[bytes]:
    """Start a process as the pool does."""
    return subprocess.Popen(
        [sys.executable, "-m", READING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )


def _end(living: subprocess.Popen[bytes]) -> int:
    if living.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(living.pid, signal.SIGKILL)
    with living:  # Closes its pipes, and waits.
        pass
    return living.returncode
