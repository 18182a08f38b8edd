"""What Slack says about files, as sightings for the intake."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from bot.house import House
from bot.slack.files.comments import Comments
from bot.slack.files.files import Files, SlackFile, file_of
from bot.slack.files.sightings import SLACK, Sightings
from bot.slack.kit.payloads import Body, at, entries, text, text_or_none
from bot.slack.workspace import Workspace
from provisioning.errors import SourceFailed, SourceGone

#: Seconds. What is known must be written down before Slack gives up on the answer.
LOOK_WITHIN = 1.5


class Arrivals:
    """Turns what Slack says about files into sightings."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tellers = house.tellers
        self._intake = house.intake
        self._sightings = Sightings(workspace, house.intake)
        self._comments = Comments(workspace)
        # Slack waits for the answer to an event while the file is looked at.
        self._files = Files(workspace.clients.hurried, workspace.standing)

    async def shared(self, event: Body) -> None:
        """See a file that was shared in a channel; the event has its id and nothing else."""
        file_id = text_or_none(event, "file_id") or text(event, "file", "id")
        channel_id = text(event, "channel_id")
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                file = await self._files.look(file_id)
        except SourceGone:
            return
        except (SourceFailed, TimeoutError):
            # Fetching asks again and with more patience; a file without a name stays silent.
            file = SlackFile(id=file_id)
        await self._sightings.see(
            file,
            channel_id=channel_id,
            thread_ts=file.threads.get(channel_id),
            uploader=file.uploader or text_or_none(event, "user_id") or "",
        )

    async def posted(self, event: Body) -> None:
        """See the files of a message, whose text is known, too."""
        channel_id = text(event, "channel")
        thread_ts = text_or_none(event, "thread_ts") or text(event, "ts")
        files = [file_of(entry) for entry in entries(event, "files")]
        builds = any(file.may_be_build for file in files)
        comment = await self._comments.notes(event) if builds else ""
        for file in files:
            if not file.name and file.access == "check_file_info":
                continue  # `file_shared` follows, and asks.
            await self._sightings.see(
                file,
                channel_id=channel_id,
                thread_ts=thread_ts,
                uploader=file.uploader or text_or_none(event, "user") or "",
                notes=comment,
                posted=text_or_none(event, "ts"),
            )

    async def changed(self, event: Body) -> None:
        """Follow an edited text that came with files."""
        message = at(event, "message") or {}
        if text_or_none(message, "text") == text_or_none(event, "previous_message", "text"):
            return
        words = await self._comments.notes(message)
        for key in await self._keys(entries(message, "files")):
            upload = await self._intake.rephrased(key, words)
            if upload is not None:
                self._redraw([upload.id])

    async def deleted(self, event: Body) -> None:
        """Follow a message with files that was deleted in one channel."""
        channel_id = text(event, "channel")
        for key in await self._keys(entries(event, "previous_message", "files")):
            await self._intake.place_gone(key, SLACK, channel_id)

    async def gone(self, event: Body) -> None:
        """Stop taking in a file that was deleted everywhere."""
        file_id = text_or_none(event, "file_id") or text(event, "file", "id")
        upload = await self._intake.source_gone(await self._sightings.key(file_id))
        if upload is not None:
            self._redraw([upload.id])

    def _redraw(self, upload_ids: Iterable[str]) -> None:
        for upload_id in upload_ids:
            self._workspace.tasks.start(
                self._tellers.show_upload(upload_id), name="redraw an upload"
            )

    async def _keys(self, files: Iterable[Mapping[str, Any]]) -> list[str]:
        return [
            await self._sightings.key(file_id) for f in files if (file_id := text_or_none(f, "id"))
        ]
