"""The durable engine: DBOS, which nobody else knows, runs our roads so that they survive."""

import asyncio
import contextvars
import logging
import platform
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from bot.engine.steps import DurableStep
from bot.engine.upkeep import Counts, Parked, Upkeep
from provisioning.roads.road import Walk
from storage.catalog.durable import Tables, alone, durable_tables
from storage.catalog.liveness import Liveness
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)

#: Work begun under another version is not taken up again. Change it only together with a road whose
#: steps an older process could have left half-way in another order.
VERSION = "1"

#: A road as DBOS knows it; its argument is the subject.
Workflow = Callable[[str], Coroutine[Any, Any, None]]

#: One process on SQLite is always the same one, so it finds its own work again.
EMBEDDED = "embedded"

#: A road that takes the process down with it this often is set aside.
RECOVERIES = 3

#: DBOS is one per process, and so are we.
_running: list["DurableEngine"] = []

#: DBOS runs its own database calls, and everybody's `asyncio.to_thread`, on this many threads.
THREADS = 32


class EngineLost(SlipwayError):
    """This Slipway lost PostgreSQL, so others may go on with its work. It stops: start it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    How much is done at once, and how patiently.

    *roads* is by name of a road; *steps* is by `road/step` and across all walks of the road, so
    that a build may be greeted while others are still being fetched. Times are in seconds.
    """

    roads: Mapping[str, int] = field(default_factory=lambda: {"take_in": 16})
    others: int = 8  #: For roads that *roads* does not name.
    steps: Mapping[str, int] = field(
        default_factory=lambda: {"take_in/fetch": 2, "take_in/inspect": 2}
    )
    polling: float = 0.25  #: How soon a start is noticed.
    first_pause: float = 1.0  #: Before a failed step is tried again.
    drain: float = 8.0  #: What runs may take this long to end when the engine stops.
    upkeep: float = 5.0  #: How often the engine looks for dead replicas and set-aside roads.
    heartbeat: float = 2.0  #: How often a replica makes sure that it counts as alive.


class DurableEngine:
    """
    The Engine on DBOS; one runs in a process at a time.

    *roads* is read when the engine starts, so it may be filled until then. *boundary* is told
    `before:<step>`, `done:<step>` (the act ended, nothing kept yet) and `kept:<step>` of every
    step. *parked* is told of a road and its subject when the road has taken the process down
    several times: it is not tried again. It is told at least once.
    """

    def __init__(
        self,
        database_url: str,
        roads: Mapping[str, Walk],
        *,
        data_dir: Path,
        parked: Parked | None = None,
        boundary: Callable[[str], None] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._database_url = database_url
        self._roads = roads
        self._data_dir = data_dir
        self._boundary = boundary or (lambda _name: None)
        self._pace = pace or Pace()
        self._upkeep = Upkeep(parked)
        self._workflows: dict[str, Workflow] = {}
        self._walking: set[asyncio.Task[None]] = set()
        self._dbos: DBOS | None = None
        self._tables: Tables | None = None
        self._landing = False

    async def start(self, road: str, subject: str) -> None:
        """See Engine. The engine must be running."""
        if road not in self._workflows:
            raise ValueError(f"There is no road {road}, or the engine is not running.")
        # A context of its own: DBOS would else take a start from within a step for a child's.
        await asyncio.create_task(self._enqueue(road, subject), context=contextvars.Context())

    async def _enqueue(self, road: str, subject: str) -> None:
        with SetWorkflowID(f"{road}:{subject}"):
            await DBOS.enqueue_workflow_async(road, self._workflows[road], subject)

    async def counts(self) -> Counts:
        """Return how many roads wait, run, failed and were set aside."""
        return await self._upkeep.counts()

    async def forget(self, older_than: timedelta) -> int:
        """Forget the roads that ended before *older_than* ago; return how many."""
        return await self._upkeep.forget(datetime.now(UTC) - older_than)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """
        Run roads: what an earlier process left undone, and what is started.

        On leaving, what runs may end within the pace's `drain` seconds; the next start goes on with
        the rest. Close the engine last: DBOS's threads are everybody's. Raise EngineLost, and
        cancel what is inside, when the others may take this process for dead.
        """
        if _running:
            raise RuntimeError("Only one engine runs in a process.")
        _running.append(self)
        try:
            async with self._alive() as life, self._guarded(life):
                yield
        finally:
            _running.clear()

    @asynccontextmanager
    async def _alive(self) -> AsyncGenerator[Liveness | None]:
        """Be the only process on SQLite, or one with a name of its own on PostgreSQL."""
        if self._database_url.startswith("sqlite"):
            with alone(self._data_dir):
                yield None
            return
        life = None
        while life is None:
            name = f"{platform.node()}-{uuid4().hex[:8]}"
            life = await Liveness.claim(self._database_url, name)
        try:
            yield life
        finally:
            await life.close()

    @asynccontextmanager
    async def _guarded(self, life: Liveness | None) -> AsyncGenerator[None]:
        """Launch, and land however the inside ends."""
        inside = asyncio.current_task()
        assert inside is not None
        tasks: list[asyncio.Task[None]] = []
        lost = asyncio.Event()
        try:
            await self._launch(life.name if life else EMBEDDED)
            tasks.append(asyncio.create_task(self._upkeep.keep_up(life, self._pace.upkeep)))
            if life is not None:
                tasks.append(asyncio.create_task(self._watch(life, lost, inside)))
            yield
        except asyncio.CancelledError:
            if not lost.is_set():
                raise
            inside.uncancel()
            raise EngineLost from None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            patience = 0 if lost.is_set() else self._pace.drain
            await asyncio.shield(asyncio.create_task(self._land(patience)))

    async def _watch(
        self, life: Liveness, lost: asyncio.Event, inside: asyncio.Task[object]
    ) -> None:
        while True:
            await asyncio.sleep(self._pace.heartbeat)
            if not await life.holds():
                break
        logger.critical("The connection that says we are alive broke. This process stops.")
        lost.set()
        self._stop_taking()
        inside.cancel()

    async def _launch(self, executor_id: str) -> None:
        _tame_the_log()
        self._tables = durable_tables(self._database_url, self._data_dir)
        config: DBOSConfig = {
            "name": "slipway",
            "application_version": VERSION,
            "executor_id": executor_id,
            "system_database_engine": self._tables,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": THREADS,
            "use_listen_notify": False,  # We wait for nothing that it would tell.
            "notification_listener_polling_interval_sec": 0.2,  # Nobody listens; it delays the end.
            "log_level": "WARNING",
        }
        self._dbos = DBOS(config=config)
        self._workflows = {road: self._durable(road, walk) for road, walk in self._roads.items()}
        DBOS.launch()
        for road in self._workflows:
            await DBOS.register_queue_async(
                road,
                worker_concurrency=self._pace.roads.get(road, self._pace.others),
                polling_interval_sec=self._pace.polling,
                on_conflict="always_update",
            )

    def _durable(self, road: str, walk: Walk) -> Workflow:
        step = self._step_of(road)

        @DBOS.workflow(name=road, max_recovery_attempts=RECOVERIES)
        async def workflow(subject: str) -> None:
            await self._walk(road, walk, step, subject)

        return workflow

    def _step_of(self, road: str) -> DurableStep:
        room = {
            name.removeprefix(f"{road}/"): asyncio.Semaphore(count)
            for name, count in self._pace.steps.items()
            if name.startswith(f"{road}/")
        }
        return DurableStep(
            road=road, first_pause=self._pace.first_pause, boundary=self._boundary, room=room
        )

    async def _walk(self, road: str, walk: Walk, step: DurableStep, subject: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._landing:
            raise asyncio.CancelledError  # Taken from the queue too late; the next start has it.
        self._walking.add(task)
        try:
            await walk(step, subject)
        except Exception:
            logger.exception("The road %s broke off.", road, extra={"subject": subject})
            raise
        finally:
            self._walking.discard(task)

    def _stop_taking(self) -> None:
        if self._dbos is not None:
            for event in self._dbos.background_thread_stop_events:
                event.set()

    async def _land(self, patience: float) -> None:
        """Let what runs end for *patience* seconds, cut the rest, and take DBOS down."""
        self._landing = True
        self._stop_taking()
        if self._walking:
            await asyncio.wait(self._walking, timeout=patience)
        cut = set(self._walking)
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)
        threads = ThreadPoolExecutor(THREADS)
        loop = asyncio.get_running_loop()
        loop.set_default_executor(threads)  # DBOS made its own the loop's, and closes it now.
        await loop.run_in_executor(threads, self._take_down)

    def _take_down(self) -> None:
        DBOS.destroy(destroy_registry=True)
        if self._tables is not None:
            self._tables.dispose()
        self._workflows, self._dbos, self._tables = {}, None, None
        self._landing = False


def _tame_the_log() -> None:
    """Let DBOS's lines go where ours go, but for those about what we cut ourselves."""
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # With one of its own DBOS adds none to the console.
    log.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Asyncio task cancelled")
