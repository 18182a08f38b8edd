"""What Slack says about files, as sightings for the intake."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.house import House
from bot.slack.features.uploads import messages
from bot.slack.files.comments import Comments
from bot.slack.files.device_lists import is_device_list
from bot.slack.files.files import Files, SlackFile, file_of
from bot.slack.files.sightings import SLACK, Sightings
from bot.slack.kit.payloads import (
    Asker,
    Body,
    at,
    entries,
    is_word_of_a_person,
    text,
    text_or_none,
)
from bot.slack.workspace import Workspace
from provisioning.actors import Act
from provisioning.errors import SourceFailed, SourceGone
from storage.inspection.endings import base_name, is_build

#: Seconds. What is known must be written down before Slack gives up on the answer.
LOOK_WITHIN = 1.5


#: An address in a message's text; Slack puts each in angle brackets, before a bar and its label.
_ADDRESS = re.compile(r"https?://[^\s<>|]{1,2000}")
_SLACK_HOST = ".slack.com"


async def links_to_a_build(event: Mapping[str, Any]) -> bool:
    """Whether a person wrote the address of a build, instead of posting it."""
    return is_word_of_a_person(event) and bool(_linked(event))


async def holds_no_device_list(event: Mapping[str, Any]) -> bool:
    """Whether a message with files is for us to look at: lists of devices are for others."""
    return not is_device_list(event)


def _linked(event: Mapping[str, Any], ours: str | None = None) -> str:
    """
    Return what the first build is called that a message has a link to, empty for none.

    What begins with *ours* is handed out here.
    """
    for address in _ADDRESS.findall(text_or_none(event, "text") or ""):
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        # A file in Slack is where we see it already.
        is_here = (parts.hostname or "").endswith(_SLACK_HOST) or address.startswith(ours or "\n")
        if is_build(parts.path) and not is_here:
            return base_name(unquote(parts.path))
    return ""


class Arrivals:
    """Turns what Slack says about files into sightings."""

    def __init__(self, house: House, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tellers = house.tellers
        self._intake = house.intake
        self._permissions = house.people.permissions
        self._ours = f"{house.links.base_url}/"
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

    def linked(self, event: Body) -> None:
        """Say what to do with a build that is only a link, to whoever may bring builds in."""
        asker = Asker(
            user_id=text(event, "user"),
            team_id=text_or_none(event, "team") or "",
            channel_id=text(event, "channel"),
            thread_ts=text_or_none(event, "thread_ts"),
        )
        self._workspace.tasks.start(
            self._explain(asker, _linked(event, self._ours)), name="explain a link"
        )

    async def _explain(self, asker: Asker, name: str) -> None:
        if name and await self._permissions.may(asker.by, Act.UPLOAD):
            await self._workspace.voice.whisper(asker, messages.only_a_link(name))

    def _redraw(self, upload_ids: Iterable[str]) -> None:
        for upload_id in upload_ids:
            self._workspace.tasks.start(
                self._tellers.show_upload(upload_id), name="redraw an upload"
            )

    async def _keys(self, files: Iterable[Mapping[str, Any]]) -> list[str]:
        return [
            await self._sightings.key(file_id) for f in files if (file_id := text_or_none(f, "id"))
        ]
