"""Tallying: how far a live release went, drawn anew when that has changed."""

import logging
from datetime import timedelta
from typing import Final

from provisioning.releases.lifecycle import Standing, standing_of
from provisioning.telling.tellers import Tellers
from storage.catalog import destinations, receipts, recipients, releases, tallies
from storage.catalog.database import Database
from storage.errors import SlipwayError
from storage.records.base import now
from storage.records.distribution import RecipientState

logger = logging.getLogger(__name__)

#: A release is drawn for its figures no more often than that.
EVERY: Final = timedelta(seconds=30)
#: So many releases are drawn in one tick, those that changed first: Slack takes some fifty edits
#: in a minute, and what people did comes before figures.
AT_ONCE: Final = 5


class Tallying:
    """
    Draws releases whose figures are not those that were drawn last.

    They are counted, never added to. A release that was taken back, or superseded everywhere, keeps
    the figures that it had.
    """

    def __init__(self, database: Database, tellers: Tellers) -> None:
        self._database = database
        self._tellers = tellers

    async def redraw(self) -> int:
        """Draw what is due; return how many releases were drawn."""
        at = now()
        async with self._database.reading() as session:
            if not await tallies.are_due(session, at):
                return 0
        async with self._database.writing() as session:
            found = await tallies.take_up(session, at, until=at + EVERY, limit=AT_ONCE)
        count = 0
        for release_id, changed_at, before in found:
            figures = await self._figures(release_id)
            if figures and figures != before:
                try:
                    await self._tellers.show_release(release_id)
                except SlipwayError as failure:
                    # Its mark stays, so that it is drawn the next time.
                    logger.info("The figures of %s were not drawn: %s", release_id, failure)
                    continue
                count += 1
            async with self._database.writing() as session:
                await tallies.drawn(session, release_id, changed_at, figures or before)
        return count

    async def _figures(self, release_id: str) -> str:
        """Return how far a release went; empty for one whose figures are not followed any more."""
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            rows = await destinations.of_releases(session, [release_id])
            if standing_of(release, rows) is not Standing.LIVE:
                return ""
            counted = (await recipients.counts(session, [release_id])).get(release_id, {})
            seen = (await receipts.tallies(session, [release_id])).get(release_id, (0, 0, 0))
        return "/".join(map(str, (counted.get(RecipientState.TOLD, 0), *seen)))
