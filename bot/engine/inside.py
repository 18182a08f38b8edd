"""
What we need of DBOS beyond what it promises: here and nowhere else, each with its reason.

Everything is checked by the engine's own tests, and pyproject.toml holds DBOS to one minor version.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from dbos import DBOS, _sys_db
from dbos._core import execute_dequeued_workflow

#: What DBOS knows of a workflow that was claimed.
Claimed = Any

#: How long the thread that listens for DBOS's notifications sleeps before it finds that it may end.
LISTENING = 0.05


class Landed(Exception):
    """The engine landed, so its database is not waited for any longer."""


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
        _sys_db.time = self._clock  # type: ignore[attr-defined, assignment] # see _Clock

    def stop_waiting(self) -> None:
        """Let no thread go on waiting for a database that is gone."""
        self._clock.landed.set()
        _sys_db.time = time  # type: ignore[attr-defined]

    def waiting(self) -> list[str]:
        """Return the roads that have something to begin."""
        return self._dbos._sys_db.get_queue_partitions(self._queue)

    def claim(self, road: str, room: int) -> list[Claimed]:
        """
        Take at most *room* of what waits on *road*, oldest first, as ours to walk.

        On SQLite what began to wait in the same second is as old as another. Several processes may claim at once. A road that was claimed too often is set aside.
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
