"""Finding the thread for a card: the message that carried the file."""

import asyncio

from bot.slack.files.files import Files
from bot.slack.files.sightings import SLACK
from provisioning.errors import SourceFailed, SourceUnreachable
from provisioning.releases.cards import UploadCard
from storage.catalog import uploads
from storage.catalog.database import Database
from storage.records.upload import UploadPlace

#: Slack fills in `shares` a moment after the event, or its message event comes first. A card
#: without a thread is better than one that comes late.
PAUSES = (0.0, 0.15, 0.25, 0.3)


class Threads:
    """Looks for the message of a file where the event did not name it."""

    def __init__(self, files: Files, database: Database) -> None:
        self._files = files
        self._database = database

    async def of(self, card: UploadCard, channel_id: str) -> str | None:
        """
        Return the ts to reply to, None when Slack does not know it within most of a second.

        Raise SourceUnreachable while Slack does not answer: without it nothing can be fetched
        either, and a card that stands beside its thread stays there.
        """
        if not card.key.startswith(f"{SLACK}:"):
            return None  # It did not come as a file.
        file_id = card.key.rpartition(":")[2]
        for pause in PAUSES:
            await asyncio.sleep(pause)
            async with self._database.reading() as session:
                place = await uploads.place_in(session, card.upload_id, SLACK, channel_id)
            if place is not None and place.thread is not None:
                return place.thread
            try:
                file = await self._files.look(file_id)
            except SourceUnreachable:
                raise
            except SourceFailed:
                return None
            if (thread_ts := file.threads.get(channel_id)) is not None:
                async with self._database.writing() as session:
                    await uploads.add_place(session, _place(card, channel_id, thread_ts))
                return thread_ts
        return None


def _place(card: UploadCard, channel_id: str, thread_ts: str) -> UploadPlace:
    return UploadPlace(upload_id=card.upload_id, teller=SLACK, address=channel_id, thread=thread_ts)
