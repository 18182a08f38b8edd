"""`slipway demo` as a process of its own."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from tests.forked import Forked

#: The whole house starts and walks a road; other tests may keep the machine busy meanwhile.
PATIENCE = 120.0
ADDRESS = re.compile(r"Open\s+(http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a process said, and its exit code."""

    code: int
    out: str
    err: str


async def _started(*arguments: object) -> Forked:
    return await Forked.start("demo", *map(str, arguments), environment={})


async def demo(*arguments: object) -> Ended:
    """Run the demo to its end."""
    process = await _started(*arguments)
    return await _ended(process)


async def _ended(process: Forked) -> Ended:
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        raise
    assert process.returncode is not None
    return Ended(code=process.returncode, out=out.decode(), err=err.decode())


class Open:
    """A demo that waits for people."""

    def __init__(self, process: Forked, url: str, greeting: str) -> None:
        self._process = process
        self.url = url
        self.greeting = greeting

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def terminated(self) -> Ended:
        """Ask it to stop, as `kill` and a service manager do."""
        self._process.terminate()
        return await _ended(self._process)


@asynccontextmanager
async def opened(*arguments: object) -> AsyncGenerator[Open]:
    """Start the demo and wait until it says where it can be seen."""
    process = await _started(*arguments)
    try:
        said = ""
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while "Ctrl-C" not in said:
                line = await process.stdout.readline()
                assert line, (said, await _ended(process))
                said += line.decode()
        found = ADDRESS.search(said)
        assert found is not None, said
        yield Open(process, found[1], said)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
