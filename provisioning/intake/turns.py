"""Turns: what was posted first is written down first."""

import asyncio
import time
from collections.abc import Awaitable, Callable

#: In seconds. Another replica's uploads end without a word to this process.
GLANCE = 1.0


class Turns:
    """Lets whoever waits look again as soon as something ended, or a little later anyway."""

    def __init__(self) -> None:
        self._moved = asyncio.Event()

    def moved(self) -> None:
        """Say that an upload ended in this process."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def until(self, is_free: Callable[[], Awaitable[bool]], patience: float) -> bool:
        """Wait until *is_free*, for *patience* seconds at most; return whether it is."""
        deadline = time.monotonic() + patience
        while True:
            moved = self._moved
            if await is_free():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            try:
                async with asyncio.timeout(min(left, GLANCE)):
                    await moved.wait()
            except TimeoutError:
                continue
