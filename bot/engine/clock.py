"""The clock: it ticks, and nothing else. What is due stands in the records, not here."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

Act = Callable[[], Awaitable[object]]


class Clock:
    """
    Calls acts again and again, in every replica.

    An act that takes longer than its interval is not called beside itself, and missed calls are
    made up for by one. Its errors are logged; it is called again all the same.
    """

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._acting: set[asyncio.Task[None]] = set()

    def every(self, seconds: float, name: str, act: Act, *, at_start: bool = False) -> None:
        """Call *act* every so many *seconds*, the first time after as many or *at_start*."""
        first = {"next_run_time": datetime.now(UTC)} if at_start else {}
        self._scheduler.add_job(
            partial(self._tick, name, act), "interval", seconds=seconds, id=name, name=name, **first
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Tick. On leaving, what is being done is cancelled and waited for."""
        self._scheduler.start()
        try:
            yield
        finally:
            self._scheduler.shutdown(wait=False)
            for task in self._acting:
                task.cancel()
            # The shutdown itself is only a note to the loop, which this lets it read.
            await asyncio.gather(asyncio.sleep(0), *self._acting, return_exceptions=True)

    async def _tick(self, name: str, act: Act) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._acting.add(task)
        try:
            await act()
        except asyncio.CancelledError:
            # The clock stops; its library would log a job that ends like this as a failure.
            logger.info("The clock's act %s was cut off.", name)
        except Exception:
            logger.exception("The clock's act %s failed; it will be called again.", name)
        finally:
            self._acting.discard(task)
