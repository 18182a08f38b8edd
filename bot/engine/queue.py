"""The one queue of all roads: lets in what waits, as far as each road has room."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress

from bot.engine.inside import Claimed, Inside

logger = logging.getLogger(__name__)

#: The queue as DBOS knows it; the roads are its partitions.
QUEUE = "roads"


class Queue:
    """
    Begins what waits on the roads; one of a process.

    *at_once* is how much may be under way on each road, so a road with a long queue keeps no other
    one waiting. What is started here is rung for and begins at once; the database is asked every
    *polling* seconds for what others started.
    """

    def __init__(self, inside: Inside, at_once: Mapping[str, int], polling: float) -> None:
        self._inside = inside
        self._at_once = at_once
        self._polling = polling
        self._bell = asyncio.Event()
        self._rung: set[str] = set()
        self._full: set[str] = set()  # Roads that may have more waiting than there was room for.
        self._under_way: dict[str, str] = {}  # The road of each workflow.
        self._closed = False
        self._careful_until = 0.0
        self._loop = asyncio.get_running_loop()
        self._next_look = self._loop.time()

    def ring(self, road: str) -> None:
        """Say that something waits on *road*."""
        self._rung.add(road)
        self._bell.set()

    def look(self) -> None:
        """Say that something may wait on any road."""
        self._next_look = self._loop.time()
        self._bell.set()

    def be_careful(self, seconds: float) -> None:
        """
        Let in one at a time on each road for a while.

        What waits has taken its process down more than once: it may do so again, and what is under
        way beside it would be set aside with it.
        """
        self._careful_until = self._loop.time() + seconds

    def leave(self, workflow_id: str) -> None:
        """Say that a workflow is under way no longer, so that there is room for another."""
        road = self._under_way.pop(workflow_id, None)
        if road in self._full:
            self._full.discard(road)
            self.ring(road)

    def under_way(self) -> list[str]:
        """Return the workflows that were let in and did not leave."""
        return list(self._under_way)

    def close(self) -> None:
        """Let nothing more in; `run` returns soon."""
        self._closed = True
        self._bell.set()

    async def run(self) -> None:
        """Let in what waits until the queue is closed; an error of one turn is not the end."""
        while not self._closed:
            try:
                for road in await self._asking():
                    await self._let_in(road)
            except Exception:
                logger.exception("The queue could not be read; it will be tried again.")
                self._look_again()

    async def _asking(self) -> Iterable[str]:
        """Wait; return the roads on which something may wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._next_look):
                await self._bell.wait()
        self._bell.clear()
        rung, self._rung = self._rung, set()
        if self._loop.time() < self._next_look:
            return rung
        # Looked for even while the bell goes on ringing: it does not ring for others' starts.
        self._look_again()
        return await asyncio.to_thread(self._inside.waiting)

    def _look_again(self) -> None:
        self._next_look = self._loop.time() + self._polling

    async def _let_in(self, road: str) -> None:
        if self._closed or road not in self._at_once:
            return
        room = self._most(road) - Counter(self._under_way.values())[road]
        claimed = await asyncio.to_thread(self._inside.claim, road, room) if room > 0 else []
        if len(claimed) >= room:
            self._full.add(road)
        # All at once: what waits here to be begun is ours by the tables, and no stray.
        self._under_way.update((one["workflow_uuid"], road) for one in claimed)
        for one in claimed:
            await self._begin(one)

    def _most(self, road: str) -> int:
        careful = self._loop.time() < self._careful_until
        return min(self._at_once[road], 1) if careful else self._at_once[road]

    async def _begin(self, claimed: Claimed) -> None:
        workflow_id = claimed["workflow_uuid"]
        try:
            await asyncio.to_thread(self._inside.begin, claimed)
        except Exception as error:  # noqa: BLE001 - it is set aside, or tried again after a restart
            logger.warning("The road of %s did not begin: %s", workflow_id, error)
            self.leave(workflow_id)
