"""
Files whose events were lost: while we were away, while Slack held events back, or in an outage.

Slack repeats an event for five minutes only. So every few minutes the files since the last one we
know are listed, and whatever was not noticed is taken in like any other.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.slack.files.files import SlackFile, file_of
from bot.slack.files.sightings import SLACK, Sightings
from bot.slack.kit.payloads import at, entries, text_or_none
from bot.slack.line.meaning import FAILURES, meaning
from bot.slack.workspace import Workspace
from provisioning.errors import TellerFailed
from storage.catalog import uploads
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)

#: Events come out of order, and clocks differ.
OVERLAP = timedelta(minutes=15)
PAGE = 100
PAGES = 20


class Missed:
    """Looks for files that nobody told us of."""

    def __init__(self, workspace: Workspace, sightings: Sightings, *, organization_id: str) -> None:
        self._workspace = workspace
        self._client = workspace.clients.patient
        self._sightings = sightings
        self._organization_id = organization_id
        self._turn = asyncio.Lock()

    async def __call__(self) -> int:
        """
        Take in what was missed and return how many files were looked at.

        One look at a time: who comes while another looks, looks again afterwards. Before the first
        upload there is nothing to go on from: a new installation does not take in
        what was posted before it came.
        """
        async with self._turn:
            return await self._look()

    async def _look(self) -> int:
        async with self._workspace.database.reading() as session:
            newest = await uploads.newest_at(session, self._organization_id, SLACK)
        if newest is None or not self._workspace.standing.well:
            return 0
        try:
            return await self._since(f"{(newest - OVERLAP).timestamp():.0f}")
        except (*FAILURES, TellerFailed) as error:
            failure = error if isinstance(error, TellerFailed) else self._meaning(error)
            said = failure.data.get("slack", type(error).__name__)
            logger.info("Missed files were not looked for: %s.", said)
        return 0

    def _meaning(self, error: Exception) -> TellerFailed:
        return meaning(error, self._workspace.standing)

    async def _since(self, oldest: str) -> int:
        own = {channel_id async for channel_id in self._own_channels()}
        found = [
            (file.posted.get(channel_id, ""), file, channel_id)
            async for file in self._files(oldest)
            for channel_id in own & file.threads.keys()
        ]
        # Slack lists the newest first; releases are numbered in the order of posting.
        for posted, file, channel_id in sorted(found, key=lambda one: (one[0], one[1].id)):
            await self._see(file, channel_id, posted)
        return len(found)

    async def _see(self, file: SlackFile, channel_id: str, posted: str) -> None:
        """Take in one file; the others follow even when that does not work just now."""
        try:
            await self._sightings.see(
                file,
                channel_id=channel_id,
                thread_ts=file.threads[channel_id],
                uploader=file.uploader,
                posted=posted,
            )
        except SlipwayError as failure:
            logger.info("A missed file could not be taken in yet: %s.", failure.code)

    async def _own_channels(self) -> AsyncIterator[str]:
        """Files of public channels are listed wherever they are; ours are those we are in."""
        cursor = ""
        while True:
            answer = await self._client.users_conversations(
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor or None,
            )
            for channel in entries(answer.data, "channels"):
                yield str(channel["id"])
            cursor = text_or_none(answer.data, "response_metadata", "next_cursor") or ""
            if not cursor:
                return

    async def _files(self, oldest: str) -> AsyncIterator[SlackFile]:
        for page in range(1, PAGES + 1):
            answer = await self._client.files_list(ts_from=oldest, count=PAGE, page=page)
            for file in entries(answer.data, "files"):
                yield file_of(file)
            pages = at(answer.data, "paging", "pages")
            if not isinstance(pages, int) or page >= pages:
                return
