"""The durable engine: DBOS, which nobody else knows, runs our roads so that they survive."""

import asyncio
import contextvars
import logging
import platform
from collections.abc import AsyncGenerator, Callable, Collection, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bot.engine import upkeep
from bot.engine.errors import EngineLost
from bot.engine.flight import Flight, workflow_id
from bot.engine.timing import Timing
from bot.engine.upkeep import Counts, Upkeep
from bot.engine.walking import CUTTING
from provisioning.roads.road import Road
from storage.catalog.database import in_our_words
from storage.catalog.durable import FILE_NAME, Tables, alone, durable_tables
from storage.catalog.liveness import Liveness
from storage.errors import DatabaseDamaged

logger = logging.getLogger(__name__)

#: DBOS is one per process, and so are we.
_running: list["DurableEngine"] = []


class DurableEngine:
    """
    The Engine on DBOS; one runs in a process at a time.

    *boundary* is told `before:<step>`, `done:<step>` (the act ended, nothing kept yet) and
    `kept:<step>` of every step.
    """

    def __init__(
        self,
        database_url: str,
        *,
        data_dir: Path,
        boundary: Callable[[str], None] | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._database_url = database_url
        self._data_dir = data_dir
        self._boundary = boundary or (lambda _name: None)
        self._timing = timing or Timing()
        self._flight: Flight | None = None

    async def start(self, road: str, subject: str) -> None:
        """
        See Engine.

        Raise ValueError when there is no such road, or the engine does not run; NoSpace,
        NotWritable or DatabaseDown when the start cannot be kept.
        """
        if self._flight is None:
            raise ValueError("The engine is not running.")
        # A context of its own: DBOS would else take a start from within a step for a child's.
        starting = self._flight.start(road, subject)
        with in_our_words():
            await asyncio.create_task(starting, context=contextvars.Context())

    async def start_missing(self, road: str, subjects: Collection[str]) -> None:
        """Start *road* for those of *subjects* for which it was not started yet, in their order."""
        ids = {workflow_id(road, subject): subject for subject in subjects}
        for missing in await upkeep.unknown(ids):
            await self.start(road, ids[missing])

    async def ping(self) -> None:
        """Raise whatever DBOS raises when its tables do not answer."""
        await upkeep.ping()

    async def counts(self) -> Counts:
        """Return how many roads wait, run, failed and were set aside."""
        return await upkeep.counts()

    async def forget(self, older_than: timedelta) -> int:
        """Forget the roads that ended before *older_than* ago; return how many."""
        return await upkeep.forget(datetime.now(UTC) - older_than)

    @asynccontextmanager
    async def running(self, roads: Iterable[Road]) -> AsyncGenerator[None]:
        """
        Run *roads*: what an earlier process left undone, and what is started.

        On leaving, what runs may end within `Timing.drain` seconds; the next start goes on with the
        rest. Close the engine last: DBOS's threads are everybody's. Raise EngineLost, and
        cancel what is inside, when the others may take this process for dead.
        """
        if _running:
            raise RuntimeError("Only one engine runs in a process.")
        _running.append(self)
        try:
            async with self._alive() as life, self._flying(roads, life):
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
            life = await Liveness.claim(self._database_url, _new_name())
        try:
            yield life
        finally:
            await life.close()

    @asynccontextmanager
    async def _flying(self, roads: Iterable[Road], life: Liveness | None) -> AsyncGenerator[None]:
        """Launch, and land however the inside ends."""
        inside = asyncio.current_task()
        assert inside is not None
        tasks: list[asyncio.Task[None]] = []
        lost = asyncio.Event()
        named = {road.name: road for road in roads}
        name = life.name if life else _new_name()
        flight = Flight(named, name=name, timing=self._timing, boundary=self._boundary)
        try:
            tables = durable_tables(self._database_url, self._data_dir)
            with _naming(self._data_dir, tables):
                tables.reach()
            flight.launch(tables)
            keeper = Upkeep(flight)
            if life is None:
                await keeper.recover_all()
            else:
                tasks.append(asyncio.create_task(self._watch(life, flight, lost, inside)))
            tasks.append(asyncio.create_task(keeper.keep_up(life, self._timing.upkeep)))
            flight.let_in()
            self._flight = flight
            yield
        except asyncio.CancelledError:
            if not lost.is_set():
                raise
            inside.uncancel()
            raise EngineLost from None
        finally:
            for task in tasks:
                task.cancel()
            patience = 0 if lost.is_set() else self._timing.drain
            landing = asyncio.create_task(flight.land(patience, lost=lost.is_set()))
            await asyncio.shield(landing)
            self._flight = None
            # One that asked PostgreSQL asks it to stop when it is cancelled, and may hear nothing.
            with suppress(TimeoutError):
                async with asyncio.timeout(CUTTING):
                    await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(
        self, life: Liveness, flight: Flight, lost: asyncio.Event, inside: asyncio.Task[object]
    ) -> None:
        while True:
            await asyncio.sleep(self._timing.heartbeat)
            if not await life.holds():
                break
        logger.critical("The connection that says we are alive broke. This process stops.")
        lost.set()
        flight.stop_letting_in()
        inside.cancel()


@contextmanager
def _naming(folder: Path, tables: Tables) -> Generator[None]:
    """Say what to do about a damaged file of the engine's; leave nothing open after a failure."""
    try:
        yield
    except DatabaseDamaged as damaged:
        tables.dispose()
        raise DatabaseDamaged(
            f"{folder / FILE_NAME} is damaged: it holds what is under way. Restore it from the "
            "backup, or move it away; then what is under way begins again."
        ) from damaged
    except BaseException:
        tables.dispose()
        raise


def _new_name() -> str:
    return f"{platform.node()}-{uuid4().hex[:8]}"
