"""What the clock asks for: begin what was not begun, and forget what nobody needs."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.engine.engine import DurableEngine
from provisioning.roads.road import Road
from storage.blobs.local import LocalBlobs
from storage.catalog import builds, seen, symbols, variants
from storage.catalog.database import Database
from storage.records.base import now

logger = logging.getLogger(__name__)

#: A start that was not kept by now got lost between the record and the engine.
GRACE = timedelta(seconds=30)
#: Slack delivers an event again for an hour at most.
SEEN_FOR = timedelta(days=2)
#: How long the engine remembers what ended; starting it again within is no new start.
ROADS_FOR = timedelta(days=14)
#: A blob is older than this before it counts as an orphan: its record comes right after it.
ORPHAN_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """Each method may run in every replica at once."""

    database: Database
    engine: DurableEngine
    blobs: LocalBlobs
    roads: Sequence[Road]

    async def begin_what_was_not_begun(self) -> None:
        """Close the gap between a commit and its start: starting twice is one start."""
        for road in self.roads:
            try:
                late = await road.unfinished(now() - GRACE, now() - ROADS_FOR)
                await self.engine.start_missing(road.name, late)
            except Exception:
                logger.exception("What is unfinished on the road %s was not begun.", road.name)

    async def forget(self) -> None:
        """Forget deliveries of Slack's and roads that ended long ago."""
        async with self.database.writing() as session:
            await seen.forget(session, now() - SEEN_FOR)
        await self.engine.forget(ROADS_FOR)

    async def sweep_orphans(self) -> None:
        """Remove blobs that no record came to need."""
        removed = await self.blobs.sweep(self._needed, older_than=ORPHAN_AFTER)
        if removed:
            logger.info("Removed %s orphan blobs.", len(removed))

    async def _needed(self, digests: Sequence[str]) -> set[str]:
        async with self.database.reading() as session:
            return (
                await builds.blobs_in_use(session, digests)
                | await variants.blobs_in_use(session, digests)
                | await symbols.blobs_in_use(session, digests)
            )
