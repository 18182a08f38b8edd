"""The outside: how the doctor reaches the world and this machine."""

import resource
import shutil
import ssl
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

#: In seconds, for one request.
ANSWER_WITHIN = 8.0


def _free_space(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _open_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """
    What is asked of the world: names, trust, free bytes, how many files may be open, the time.

    A machine behind its own proxy may resolve the public name to an address inside; the doctor
    sees what this machine sees.
    """

    resolver: Callable[[], AbstractResolver] = ThreadedResolver
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    free_space: Callable[[Path], int] = field(default=_free_space)
    open_files: Callable[[], int] = field(default=_open_files)
    now: Callable[[], float] = field(default=time.time)

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[aiohttp.ClientSession]:
        """Lend a session that asks as a phone would: without the proxy of this machine."""
        connector = aiohttp.TCPConnector(resolver=self.resolver(), ssl=self.trust())
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            yield session
