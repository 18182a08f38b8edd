"""What the durable engine does beside running roads: count, forget, and look after the lost."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dbos import DBOS, WorkflowStatus

from bot.engine.errors import SetAside
from bot.engine.flight import Flight
from bot.engine.patience import may_pass
from storage.catalog.liveness import Liveness

logger = logging.getLogger(__name__)

Status = Literal[
    "DELAYED",
    "ENQUEUED",
    "PENDING",
    "SUCCESS",
    "ERROR",
    "CANCELLED",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED",
]

WAITING: Status = "ENQUEUED"
RUNNING: Status = "PENDING"
FAILED: Status = "ERROR"
SET_ASIDE: Status = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"

#: We cancel nothing else, so this means: set aside, and somebody was told.
TOLD: Status = "CANCELLED"

#: How many roads are looked at, or forgotten, at once.
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many roads wait to begin, run, broke off, and were set aside."""

    waiting: int
    running: int
    failed: int
    parked: int


class Upkeep:
    """Looks after the workflows that DBOS keeps. Everything here needs a launched flight."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._strays: set[str] = set()

    async def recover_all(self) -> None:
        """Hand the work of every other process back to the queue: all are known to be dead."""
        others = await self._others()
        await self._flight.recover(list(others), carefully=any(others.values()))

    async def keep_up(self, life: Liveness | None, pause: float) -> None:
        """Look for the lost, again and again; an error of one look is not the end."""
        while True:
            try:
                if life is not None:
                    await self._take_over_from_the_dead(life)
                await self._find_the_strays()
                await self._tell_of_the_parked()
            except Exception:
                logger.exception("The engine could not look after its roads; it will try again.")
            await asyncio.sleep(pause)

    async def _take_over_from_the_dead(self, life: Liveness) -> None:
        """Hand the work of replicas whose claim to be alive is gone back to the queue."""
        for name, again in (await self._others()).items():
            if not await life.try_lock(name):
                continue
            try:
                await self._flight.recover([name], carefully=again)
            finally:
                await life.unlock(name)
            logger.warning("Replica %s is gone; its roads go on elsewhere.", name)

    async def _others(self) -> dict[str, bool]:
        """
        Return the processes that have, or had, something under way.

        True stands for those whose work had taken another process down before.
        """
        others: dict[str, bool] = {}
        for workflow in await _workflows((RUNNING,)):
            name = workflow.executor_id
            if name and name != self._flight.name:
                again = (workflow.recovery_attempts or 0) > 1
                others[name] = again or others.get(name, False)
        return others

    async def _find_the_strays(self) -> None:
        """
        Hand back what is ours by the tables and is not under way here.

        Its beginning or its end could not be written down. What just ended looks the same for a
        moment, so it is looked at twice.
        """
        ours = await _workflows((RUNNING,), executor_id=self._flight.name)
        under_way = self._flight.under_way()
        strays = {workflow.workflow_id for workflow in ours} - set(under_way)
        lost = sorted(strays & self._strays)
        self._strays = strays
        if lost:
            logger.warning("%s roads were under way nowhere; they go on.", len(lost))
            await self._flight.resume(lost)

    async def _tell_of_the_parked(self) -> None:
        """Have every road that was set aside give up, until it could."""
        roads = self._flight.roads
        for workflow in await _workflows((SET_ASIDE,)):
            road, _, subject = workflow.workflow_id.partition(":")
            try:
                if road in roads:
                    await roads[road].give_up(subject, str(SetAside()))
            except Exception as error:
                logger.warning(
                    "The road %s is set aside, and nobody could be told yet (%s).",
                    road,
                    type(error).__name__,
                    extra={"subject": subject},
                    exc_info=None if may_pass(error) else error,
                )
            else:
                await DBOS.cancel_workflow_async(workflow.workflow_id)
                logger.error(
                    "The road %s is set aside; people were told.", road, extra={"subject": subject}
                )


async def ping() -> None:
    await DBOS.list_workflows_async(limit=1, load_input=False, load_output=False)


async def counts() -> Counts:
    found = await _workflows((WAITING, RUNNING, FAILED, SET_ASIDE, TOLD))
    states = [workflow.status for workflow in found]
    return Counts(
        waiting=states.count(WAITING),
        running=states.count(RUNNING),
        failed=states.count(FAILED),
        parked=states.count(SET_ASIDE) + states.count(TOLD),
    )


async def forget(before: datetime) -> int:
    """Forget what ended before a moment; what was set aside stays until somebody is told."""
    forgotten = 0
    while True:
        old = await DBOS.list_workflows_async(
            status=["SUCCESS", FAILED, TOLD],
            completed_before=before.isoformat(),
            limit=BATCH,
            load_input=False,
            load_output=False,
        )
        if not old:
            return forgotten
        await DBOS.delete_workflows_async([workflow.workflow_id for workflow in old])
        forgotten += len(old)


async def unknown(workflow_ids: Collection[str]) -> list[str]:
    """Return those of *workflow_ids* that were never started, in their order."""
    known: set[str] = set()
    asked = list(workflow_ids)
    for start in range(0, len(asked), BATCH):
        found = await DBOS.list_workflows_async(
            workflow_ids=asked[start : start + BATCH], load_input=False, load_output=False
        )
        known.update(workflow.workflow_id for workflow in found)
    return [one for one in asked if one not in known]


async def _workflows(
    states: Collection[Status], *, executor_id: str | None = None
) -> list[WorkflowStatus]:
    return await DBOS.list_workflows_async(
        status=list(states), executor_id=executor_id, load_input=False, load_output=False
    )
