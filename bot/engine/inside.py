"""
What we need of DBOS beyond what it promises: here and nowhere else, each with its reason.

Everything is checked by the engine's own tests, and pyproject.toml holds DBOS to one minor version.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from dbos import DBOS, _sys_db
from dbos._core import execute_dequeued_workflow

from storage.catalog.outage import is_outage

#: The module that asks the database.
_dbos_module: Any = _sys_db

#: What DBOS knows of a workflow that was claimed.
Claimed = Any

#: Seconds for which a thread may still wait for its database when everything ends.
ANSWERING = 0.3

#: How long the thread that listens for DBOS's notifications sleeps before it finds that it may end.
LISTENING = 0.05


class NotKept(BaseException):
    """
    The engine's own tables took nothing just now, so a road goes on later from where it was.

    It is no Exception: DBOS keeps those as what came of the step, and a walk may handle them.
    """


class Landed(BaseException):
    """The engine landed, so its database is not waited for any longer. No step's outcome either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """
    A queue as DBOS's claim reads it.

    A queue of DBOS's own would have one limit for all its partitions, and ours differ by road.
    """

    name: str
    _partition_worker_concurrency: int
    _worker_concurrency: None = None
    _concurrency: None = None
    _partition_concurrency: None = None
    _limiter: None = None
    _partition_limiter: None = None


class Inside:
    """
    A launched DBOS from within.

    *queue* is the one queue of all roads, *version* and *name* are those of this process.
    """

    def __init__(self, dbos: DBOS, *, queue: str, version: str, name: str) -> None:
        self._dbos = dbos
        self._queue = queue
        self._version = version
        self._name = name
        self._clock = _Clock()
        self._loop = asyncio.get_running_loop()
        dbos._background_event_loop.target_loop = self._our_loop  # type: ignore[method-assign]
        self._keep = dbos._sys_db.record_operation_result
        dbos._sys_db.record_operation_result = self._keep_or_not  # type: ignore[method-assign]

    def quieten(self) -> None:
        """
        End the threads whose work we do ourselves or have no use for.

        They ask the database every second: for new queues, for the internal queue, for schedules,
        for delayed and late workflows, for notifications. There is no setting that leaves them out.
        """
        for event in self._dbos.background_thread_stop_events:
            event.set()
        self._dbos._background_jobs_stop_event.set()
        self._dbos._sys_db._run_background_processes = False
        _dbos_module.time = self._clock  # See _Clock.

    def take_down(self, sever: Callable[[], None]) -> None:
        """
        Take DBOS down, and its threads: each may hold a connection, and keeps the process alive.

        DBOS leaves them to themselves. *sever* breaks the connections of those that still wait for
        an answer after a moment.
        """
        threads = self._dbos._executor
        self._clock.landed.set()
        DBOS.destroy(destroy_registry=True)
        until = time.monotonic() + ANSWERING
        for thread in list(threads._threads):
            thread.join(max(0.0, until - time.monotonic()))
        sever()
        threads.shutdown()
        if _dbos_module.time is self._clock:
            _dbos_module.time = time

    def waiting(self) -> list[str]:
        """Return the roads that have something to begin."""
        return self._dbos._sys_db.get_queue_partitions(self._queue)

    def claim(self, road: str, room: int) -> list[Claimed]:
        """
        Take at most *room* of what waits on *road*, oldest first, as ours to walk.

        On SQLite all that began to wait within a second is equally old. Several processes may claim
        at once. What was claimed too often is set aside when it is begun.
        """
        owner = str(uuid4())
        limits: Any = _Room(name=self._queue, _partition_worker_concurrency=room)
        ids, _ = self._dbos._sys_db.start_queued_workflows(
            limits, self._name, self._version, road, owner_xid=owner
        )
        found = {
            status["workflow_uuid"]: {**status, "owner_xid": owner}
            for status in self._dbos._sys_db.get_workflow_statuses(ids)
            if status["status"] == "PENDING"
        }
        return [found[one] for one in ids if one in found]

    def _our_loop(self) -> asyncio.AbstractEventLoop:
        """
        Return the loop that walks run on.

        DBOS takes one of its own while ours stands still, but what a walk uses belongs to ours.
        """
        return self._loop

    def _keep_or_not(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as DBOS has it
        """Keep what came of a step. Raise NotKept, where DBOS would keep the outage instead."""
        try:
            return self._keep(*arguments, **named)
        except Exception as error:
            if is_outage(error):
                raise NotKept from error
            raise

    def begin(self, claimed: Claimed) -> None:
        """Walk what was claimed, on the loop that DBOS was launched from; call it elsewhere."""
        execute_dequeued_workflow(self._dbos, claimed, claimed["owner_xid"])

    def recover(self, executors: Sequence[str]) -> None:
        """
        Hand the work of dead executors back to the queue.

        The public function (`resume_workflow`) forgets how often a road has taken its process down.
        """
        self._dbos._recover_pending_workflows(list(executors))


class _Clock:
    """
    The module `time` as DBOS sees it, whose sleep ends when the engine lands.

    DBOS tries a lost database again for ever, sleeping for up to a minute and a half between two
    tries, in threads that the process has to wait for before it may end.
    """

    def __init__(self) -> None:
        self.landed = threading.Event()

    def sleep(self, seconds: float) -> None:
        if self.landed.wait(seconds):
            raise Landed

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(time, name)
