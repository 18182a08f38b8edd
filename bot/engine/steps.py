"""One step of a road, run so that what it returned outlives the process."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

from dbos import DBOS, StepOptions

from storage.errors import SlipwayError

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

#: How often an act is tried before its error leaves the step.
TRIES = 5

#: Each pause is this many times the one before.
GROWTH = 3.0


class StepFailed(SlipwayError):
    """A step did not succeed, although it was tried several times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurableStep:
    """
    A `Step` whose outcomes the durable engine keeps.

    An error is tried again after *first_pause* seconds, and then after growing pauses. An error of
    ours says what is so and not what went wrong on the way: it is final, unless its class says by
    `transient = True` that it may pass by itself. What finally leaves a step is the same after a
    restart: one of our errors, or StepFailed for any other.
    """

    road: str
    first_pause: float
    boundary: Callable[[str], None]
    room: Mapping[str, asyncio.Semaphore] = field(default_factory=dict)  #: By name of the step.

    async def __call__(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        ran = False

        async def attempt() -> dict[str, Any]:
            nonlocal ran
            ran = True
            async with self._room_for(name):
                self.boundary(f"before:{name}")
                try:
                    value = _plain(await act(*args, **kwargs))
                except Exception as error:
                    if _may_pass(error) and not _last_try():
                        raise
                    logger.warning("Step %s of road %s failed.", name, self.road, exc_info=error)
                    return _failure(error)
                self.boundary(f"done:{name}")
                return {"kept": value}

        outcome = await DBOS.run_step_async(self._options(name), attempt)
        if ran:
            self.boundary(f"kept:{name}")
        if "failed" in outcome:
            raise _known_errors().get(outcome["failed"], StepFailed)(outcome["sentence"])
        return cast("T", outcome["kept"])

    async def briefly(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self(name, act, *args, **kwargs)

    async def pause(self, name: str, seconds: float) -> None:
        await self(name, asyncio.sleep, seconds)

    def _room_for(self, name: str) -> AbstractAsyncContextManager[None]:
        return self.room.get(name) or nullcontext()

    def _options(self, name: str) -> StepOptions:
        return {
            "name": name,
            "retries_allowed": True,
            "max_attempts": TRIES,
            "interval_seconds": self.first_pause,
            "backoff_rate": GROWTH,
        }


def _plain(value: T) -> T:
    """Return *value* as it is read back after a restart. Raise TypeError for what is no JSON."""
    return cast("T", json.loads(json.dumps(value, allow_nan=False)))


def _may_pass(error: Exception) -> bool:
    # A TypeError is a mistake of ours and will be there the next time too.
    return not isinstance(error, SlipwayError | TypeError) or getattr(error, "transient", False)


def _last_try() -> bool:
    status = DBOS.step_status
    return status is None or (status.current_attempt or 0) + 1 >= TRIES


def _failure(error: Exception) -> dict[str, Any]:
    # What others say in their errors may hold addresses with tokens: it goes to the log at most.
    sentence = str(error) if isinstance(error, SlipwayError) else ""
    return {"failed": _name_of(type(error)), "sentence": sentence}


def _known_errors() -> dict[str, type[SlipwayError]]:
    """Return every error of ours by its name; they are few, and a failure is rare."""
    known, waiting = {}, [SlipwayError]
    while waiting:
        error = waiting.pop()
        known[_name_of(error)] = error
        waiting.extend(error.__subclasses__())
    return known


def _name_of(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
