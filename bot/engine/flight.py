"""DBOS from its launch to its landing."""

import asyncio
import contextvars
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID

from bot.engine.inside import LISTENING, Inside, NotKept
from bot.engine.queue import QUEUE, Queue
from bot.engine.timing import Timing
from bot.engine.walking import Walking
from provisioning.roads.road import Road
from storage.catalog.durable import Tables

logger = logging.getLogger(__name__)

#: Work begun under another version is not taken up again. Change it only together with a road whose
#: steps an older process could have left half-way in another order.
VERSION = "1"

#: A road as DBOS knows it; its argument is the subject.
Workflow = Callable[[str], Coroutine[Any, Any, None]]

#: A road that takes the process down with it this often is set aside.
RECOVERIES = 3

#: DBOS runs its own database calls, and everybody's `asyncio.to_thread`, on this many threads.
THREADS = 32

#: Seconds in which each of the last acts of a landing ends, or is left to itself.
LANDING = 0.75


class Flight:
    """
    One launch of DBOS, with the roads that are walked on it.

    *name* is no other process's, so DBOS finds nothing of its own when it is launched: the work of
    the dead is handed back before anything is let in.
    """

    def __init__(
        self,
        roads: Mapping[str, Road],
        *,
        name: str,
        timing: Timing,
        boundary: Callable[[str], None],
    ) -> None:
        self.roads = roads
        self.name = name
        self._timing = timing
        self._walking = Walking(timing, boundary)
        self._workflows: dict[str, Workflow] = {}
        self._letting_in: asyncio.Task[None] | None = None
        self._tables: Tables | None = None
        self._inside: Inside | None = None

    def launch(self, tables: Tables) -> None:
        """Take *tables* over and launch DBOS. The loop that runs is the one roads are walked on."""
        _tame_the_log()
        self._tables = tables
        dbos = DBOS(config=self._config(tables))
        self._workflows = {name: self._durable(road) for name, road in self.roads.items()}
        DBOS.launch()
        self._inside = inside = Inside(dbos, queue=QUEUE, version=VERSION, name=self.name)
        inside.quieten()
        at_once = {name: road.at_once for name, road in self.roads.items()}
        self._queue = Queue(inside, at_once, self._timing.polling)

    def let_in(self) -> None:
        """Begin what waits, from now on."""
        self._letting_in = asyncio.create_task(self._queue.run(), name="the queue of roads")

    async def start(self, road: str, subject: str) -> None:
        """Keep a start, in a context that knows of no other workflow. Raise ValueError."""
        if road not in self._workflows:
            raise ValueError(f"There is no road {road}.")
        with SetWorkflowID(workflow_id(road, subject)), SetEnqueueOptions(queue_partition_key=road):
            await DBOS.enqueue_workflow_async(QUEUE, self._workflows[road], subject)
        self._queue.ring(road)

    def under_way(self) -> list[str]:
        """Return what is being walked here, or just beginning to be."""
        return self._queue.under_way()

    async def recover(self, executors: Sequence[str], *, carefully: bool) -> None:
        """Hand the work of dead processes back to the queue; it counts as taken down with them."""
        assert self._inside is not None
        if carefully:
            self._queue.be_careful(self._timing.care)
        await asyncio.to_thread(self._inside.recover, executors)
        self._queue.look()

    async def resume(self, ids: Sequence[str]) -> None:
        """Hand work of our own back to the queue."""
        # A context of its own: DBOS would else keep this as a step of the road that asks.
        resuming = DBOS.resume_workflows_async(list(ids), queue_name=QUEUE)
        await asyncio.create_task(resuming, context=contextvars.Context())
        self._queue.look()

    def stop_letting_in(self) -> None:
        if self._letting_in is not None:
            self._queue.close()

    async def land(self, patience: float, *, lost: bool) -> None:
        """
        Let what runs end for *patience* seconds, cut the rest, and take DBOS down.

        What was cut is handed back, so that it does not count as taken down with the process. When
        we are *lost*, it is the others' already.
        """
        self.stop_letting_in()
        await self._walking.land(patience)
        if self._letting_in is not None:
            await asyncio.wait({self._letting_in}, timeout=LANDING)
            self._letting_in.cancel()
            if not lost:
                await self._hand_back(self._queue.under_way())
        await self._take_down()

    async def _hand_back(self, cut: list[str]) -> None:
        if not cut:
            return
        try:
            async with asyncio.timeout(LANDING):
                await self.resume(cut)
        except Exception as error:  # noqa: BLE001 - the next start finds them all the same
            logger.warning("What was cut could not be handed back (%s).", type(error).__name__)

    async def _take_down(self) -> None:
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="slipway")
        loop = asyncio.get_running_loop()
        loop.set_default_executor(threads)  # DBOS made its own the loop's, and closes it now.
        down = loop.run_in_executor(threads, self._destroy)
        done, _ = await asyncio.wait({down}, timeout=LANDING)
        if not done:
            logger.warning("Some threads of the engine still work; they are left to end.")

    def _destroy(self) -> None:
        if self._tables is None:
            return
        if self._inside is None:
            DBOS.destroy(destroy_registry=True)  # It was not launched.
        else:
            self._inside.take_down(self._tables.sever)
        self._tables.dispose()

    def _config(self, tables: Tables) -> DBOSConfig:
        return {
            "name": "slipway",
            "application_version": VERSION,
            "executor_id": self.name,
            "system_database_engine": tables.engine,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": THREADS,
            "use_listen_notify": False,  # We wait for nothing that it would tell.
            "notification_listener_polling_interval_sec": LISTENING,
            "log_level": "WARNING",
        }

    def _durable(self, road: Road) -> Workflow:
        step = self._walking.step_of(road)

        @DBOS.workflow(name=road.name, max_recovery_attempts=RECOVERIES)
        async def workflow(subject: str) -> None:
            task = asyncio.current_task()
            assert task is not None
            leave = partial(self._leave, workflow_id(road.name, subject))
            # It is under way until DBOS has kept what came of it, which it does in the same task.
            task.add_done_callback(leave)
            try:
                await self._walking.walk(road, step, subject)
            except asyncio.CancelledError:
                task.remove_done_callback(leave)  # It stays under way, and is handed back.
                raise
            except NotKept:
                # For DBOS it is still under way, and here no longer: upkeep finds and resumes it.
                logger.warning("A step of %s could not be kept; it goes on when it can.", road.name)
                raise asyncio.CancelledError from None

        return workflow

    def _leave(self, one: str, _task: asyncio.Task[None]) -> None:
        self._queue.leave(one)


def workflow_id(road: str, subject: str) -> str:
    return f"{road}:{subject}"


def _tame_the_log() -> None:
    """Let DBOS's lines go where ours go, but for those about what we cut, or logged, ourselves."""
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # With one of its own DBOS adds none to the console.
    log.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(("Asyncio task cancelled", "Exception encountered in as"))
