"""What the durable engine does beside running roads: count, forget, and look after the lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dbos import DBOS, WorkflowStatus

from storage.catalog.liveness import Liveness

logger = logging.getLogger(__name__)

#: Told of the road and the subject that are set aside.
Parked = Callable[[str, str], Awaitable[None]]

Status = Literal[
    "DELAYED",
    "ENQUEUED",
    "PENDING",
    "SUCCESS",
    "ERROR",
    "CANCELLED",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED",
]

WAITING: tuple[Status, ...] = ("DELAYED", "ENQUEUED")
RUNNING: Status = "PENDING"
FAILED: Status = "ERROR"
SET_ASIDE: Status = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"

#: We cancel nothing else, so this means: set aside, and somebody was told.
TOLD: Status = "CANCELLED"

#: How many roads are forgotten at once.
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many roads wait to begin, run, broke off, and were set aside."""

    waiting: int
    running: int
    failed: int
    parked: int


class Upkeep:
    """Looks after the workflows that DBOS keeps. Everything here needs a running engine."""

    def __init__(self, parked: Parked | None) -> None:
        self._parked = parked

    async def counts(self) -> Counts:
        found = await _workflows((*WAITING, RUNNING, FAILED, SET_ASIDE, TOLD))
        states = [workflow.status for workflow in found]
        return Counts(
            waiting=sum(states.count(state) for state in WAITING),
            running=states.count(RUNNING),
            failed=states.count(FAILED),
            parked=states.count(SET_ASIDE) + states.count(TOLD),
        )

    async def forget(self, before: datetime) -> int:
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

    async def keep_up(self, life: Liveness | None, pause: float) -> None:
        """Look for the lost, again and again; an error of one look is not the end."""
        while True:
            try:
                if life is not None:
                    await self._take_over_from_the_dead(life)
                await self._tell_of_the_parked()
            except Exception:
                logger.exception("The engine could not look after its roads; it will try again.")
            await asyncio.sleep(pause)

    async def _take_over_from_the_dead(self, life: Liveness) -> None:
        """Hand the work of replicas whose claim to be alive is gone back to the queue."""
        running = await _workflows((RUNNING,))
        others = {workflow.executor_id for workflow in running} - {life.name, None}
        for name in sorted(other for other in others if other):
            if not await life.try_lock(name):
                continue
            try:
                await recover(name)
            finally:
                await life.unlock(name)
            logger.warning("Replica %s is gone; its roads go on elsewhere.", name)

    async def _tell_of_the_parked(self) -> None:
        for workflow in await _workflows((SET_ASIDE,)):
            road, _, subject = workflow.workflow_id.partition(":")
            logger.error("The road %s is set aside.", road, extra={"subject": subject})
            try:
                if self._parked is not None:
                    await self._parked(road, subject)
            except Exception:
                logger.exception("Nobody could be told of it; it will be tried again.")
            else:
                await DBOS.cancel_workflow_async(workflow.workflow_id)


async def recover(executor_id: str) -> None:
    """
    Hand the work of a dead executor back to the queue.

    DBOS's own function is internal, but the public one (`resume_workflow`) forgets how often a road
    has taken its process down. This is the only place that calls it.
    """
    await asyncio.to_thread(DBOS._recover_pending_workflows, [executor_id])  # noqa: SLF001 - see above


async def _workflows(states: Collection[Status]) -> list[WorkflowStatus]:
    return await DBOS.list_workflows_async(status=list(states), load_input=False, load_output=False)
