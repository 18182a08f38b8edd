"""One step of a road, run so that what it returned outlives the process."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar, cast

from dbos import DBOS

from bot.engine.outcomes import Outcome, failure, plain, success, value_of
from bot.engine.patience import Patience, may_pass
from bot.engine.timing import Timing

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DurableStep:
    """
    A `Step` whose outcomes the durable engine keeps.

    All tries of a step are one step of DBOS's: the pauses between them are ours, so that *rest*
    can end them when the engine lands, and nobody is kept out of *room* meanwhile. What finally
    leaves a step is the same after a restart: one of our errors, or StepFailed for any other.
    """

    road: str
    timing: Timing
    boundary: Callable[[str], None]
    rest: Callable[[float], Awaitable[None]]
    room: Mapping[str, asyncio.Semaphore] = field(default_factory=dict)  #: By name of the step.

    async def __call__(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(name, lambda: act(*args, **kwargs), within=self.timing.patience)

    async def briefly(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(name, lambda: act(*args, **kwargs), within=self.timing.brief)

    async def pause(self, name: str, seconds: float) -> None:
        due = await self(name, _moment_in, seconds)
        await self.rest(due - time.time())

    async def _run(self, name: str, act: Callable[[], Awaitable[T]], *, within: float) -> T:
        ran = False

        async def attempt() -> Outcome:
            nonlocal ran
            ran = True
            return await self._try(name, act, Patience(self.timing, within))

        outcome = await DBOS.run_step_async({"name": name}, attempt)
        if ran:
            self.boundary(f"kept:{name}")
        return cast("T", value_of(outcome))

    async def _try(
        self, name: str, act: Callable[[], Awaitable[object]], patience: Patience
    ) -> Outcome:
        """Try again and again; return what came of it."""
        while True:
            async with self._room_for(name):
                self.boundary(f"before:{name}")
                try:
                    value = plain(await act())
                except Exception as error:  # noqa: BLE001 - patience decides what becomes of it
                    pause = patience.pause_after(error)
                    if pause is None:
                        self._note(name, error, "It is not tried again.")
                        return failure(error)
                    self._note(name, error, f"It is tried again in {pause:.3g} s.")
                else:
                    self.boundary(f"done:{name}")
                    return success(value)
            await self.rest(pause)

    def _note(self, name: str, error: Exception, what_now: str) -> None:
        """Write an outage down in one line, and a surprise with where it came from."""
        logger.warning(
            "Step %s of road %s failed (%s). %s",
            name,
            self.road,
            type(error).__name__,
            what_now,
            exc_info=None if may_pass(error) else error,
        )

    def _room_for(self, name: str) -> AbstractAsyncContextManager[None]:
        return self.room.get(name) or nullcontext()


async def _moment_in(seconds: float) -> float:
    """Return the moment *seconds* from now, by the clock that goes on while nothing runs."""
    return time.time() + seconds
