"""
`slipway` in a process of its own, forked from one that has everything imported.

A fresh interpreter takes three seconds of a core before it does anything; a test that looks at what
a process does, and not at how Python starts, need not pay for that.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Self

from bot.cli.main import main
from tests.forking import forking

#: In seconds: what a command may take that is waited for.
PATIENCE = 60.0


class Forked:
    """A running command, with as much of `asyncio.subprocess.Process` as tests use."""

    def __init__(
        self, process: BaseProcess, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader
    ) -> None:
        self._process = process
        self.stdout = stdout
        self.stderr = stderr

    @classmethod
    async def start(cls, *arguments: str, environment: Mapping[str, str]) -> Self:
        """Start `slipway` with *arguments* and nothing else in its environment."""
        process, out, err = await asyncio.to_thread(_start, arguments, environment)
        return cls(process, await _reader(out), await _reader(err))

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        await asyncio.to_thread(self._process.join)
        assert self._process.exitcode is not None
        return self._process.exitcode

    async def communicate(self) -> tuple[bytes, bytes]:
        said = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return said[0], said[1]

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def run(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `slipway` to its end, as `subprocess.run` does."""
    process, *pipes = _start(arguments, environment)
    said = ["", ""]

    def read(number: int, pipe: Connection) -> None:
        with pipe, os.fdopen(os.dup(pipe.fileno()), encoding="utf-8") as file:
            said[number] = file.read()

    readers = [threading.Thread(target=read, args=each) for each in enumerate(pipes)]
    for reader in readers:
        reader.start()
    process.join(PATIENCE)
    process.kill()
    process.join()
    for reader in readers:
        reader.join()
    assert process.exitcode is not None
    return subprocess.CompletedProcess(arguments, process.exitcode, *said)


def _start(
    arguments: tuple[str, ...], environment: Mapping[str, str]
) -> tuple[BaseProcess, Connection, Connection]:
    (out, theirs), (err, their_errors) = forking.Pipe(duplex=False), forking.Pipe(duplex=False)
    with theirs, their_errors:
        process = forking.Process(
            target=_live, args=(theirs, their_errors, arguments, dict(environment)), daemon=True
        )
        process.start()
    return process, out, err


async def _reader(pipe: Connection) -> asyncio.StreamReader:
    """Return what reads a pipe from now on."""
    reader = asyncio.StreamReader()
    with pipe:
        file = os.fdopen(os.dup(pipe.fileno()), "rb", buffering=0)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader


def _live(
    out: Connection, err: Connection, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    for pipe, number in ((out, 1), (err, 2)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdout.reconfigure(line_buffering=False)  # type: ignore[union-attr] # As at a pipe.
    os.environ.clear()  # noqa: TID251 - it stands for the environment of a fresh process
    os.environ.update(environment)  # noqa: TID251
    sys.argv = ["slipway", *arguments]
    main()
