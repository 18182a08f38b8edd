"""The walks of this process: each gives up aloud when it breaks off, and all end when it lands."""

import asyncio
import logging
from collections.abc import Callable

from dbos import error as dbos_error

from bot.engine.errors import StepFailed
from bot.engine.inside import NotKept
from bot.engine.steps import DurableStep
from bot.engine.timing import Timing
from provisioning.roads.road import Road, Step
from storage.catalog.outage import is_outage
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)

#: The step by which every road gives up.
GIVE_UP = "give up"

#: Seconds in which a walk ends after it was cut.
CUTTING = 1.0


class Walking:
    """Walks roads; made anew each time the engine starts."""

    def __init__(self, timing: Timing, boundary: Callable[[str], None]) -> None:
        self._timing = timing
        self._boundary = boundary
        self._tasks: set[asyncio.Task[object]] = set()
        self._landing = asyncio.Event()

    def step_of(self, road: Road) -> DurableStep:
        """Return the step for all walks of a road."""
        return DurableStep(
            road=road.name,
            timing=self._timing,
            boundary=self._boundary,
            rest=self.rest,
            room={name: asyncio.Semaphore(count) for name, count in road.heavy.items()},
        )

    async def walk(self, road: Road, step: Step, subject: str) -> None:
        """
        Walk a road to its end, or give up aloud and raise what broke it off.

        Raise NotKept when the engine's own tables cannot be asked: that is no failure of the road.
        """
        task = asyncio.current_task()
        assert task is not None
        if self._landing.is_set():
            raise asyncio.CancelledError  # Taken from the queue too late; the next start has it.
        # Until DBOS has kept what came of it, which it does in the same task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await road.walk(step, subject)
        except Exception as error:
            if is_outage(error):
                raise NotKept from error
            logger.exception("The road %s broke off.", road.name, extra={"subject": subject})
            await self._give_up(road, step, subject, error)
            raise

    async def land(self, patience: float) -> None:
        """Cut what rests, let what runs end for *patience* seconds, then cut that too."""
        self._landing.set()
        left = set(self._tasks)
        if left:
            _, left = await asyncio.wait(left, timeout=patience)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CUTTING)

    async def _give_up(self, road: Road, step: Step, subject: str, error: Exception) -> None:
        sentence = str(error if isinstance(error, SlipwayError) else StepFailed())
        try:
            try:
                await step(GIVE_UP, road.give_up, subject, sentence)
            except dbos_error.DBOSException:  # The steps are other ones than those that were kept.
                await road.give_up(subject, sentence)
        except Exception:
            logger.exception("Nobody could be told of it.", extra={"subject": subject})

    async def rest(self, seconds: float) -> None:
        """Do nothing for a while. Raise CancelledError when the engine lands meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._landing.wait()
        except TimeoutError:
            return
        raise asyncio.CancelledError
