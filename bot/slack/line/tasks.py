"""Tasks that somebody holds: work that a listener starts and does not wait for."""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

logger = logging.getLogger(__name__)


#: What the work of this moment is a part of, if anybody wants to know when all of it has ended.
_whole: ContextVar["Undertaking | None"] = ContextVar("undertaking", default=None)


class Undertaking:
    """
    Work of several tasks: those that are started while it is begun, and whatever they start.

    `ended` is set when the last one has ended, `was_cut` when one of them was cancelled.
    """

    def __init__(self) -> None:
        self._running = 0
        self.ended = asyncio.Event()
        self.was_cut = False

    @contextmanager
    def begun(self) -> Generator[None]:
        """Count the tasks that are started inside."""
        token = _whole.set(self)
        try:
            yield
        finally:
            _whole.reset(token)

    def add(self, task: asyncio.Task[None]) -> None:
        self._running += 1
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._running -= 1
        self.was_cut = self.was_cut or task.cancelled()
        if not self._running:
            self.ended.set()


class Tasks:
    """
    Holds what runs on after an answer to Slack.

    A task that nobody holds may vanish in the middle. What must survive the process belongs on the
    engine; what runs here is redrawn or asked for again.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run *work* and log its failure under *name*."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        whole = _whole.get()
        if whole is not None:
            whole.add(task)
        return task

    async def settle(self) -> None:
        """Wait until nothing runs, work begun meanwhile included."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def close(self, patience: float = 2.0) -> None:
        """Give what runs some seconds to end, then stop it."""
        if self._running:
            await asyncio.wait(self._running, timeout=patience)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error(
                "%s failed: %s.",
                task.get_name(),
                type(error).__name__,
                extra={"task": task.get_name()},
            )
