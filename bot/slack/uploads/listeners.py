"""Listens for files that people post, and for the buttons on an upload's card."""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import blocks, names
from bot.slack.errors import form_errors, is_for_people, problem
from bot.slack.parts import SlackParts
from bot.slack.payloads import Body, at, click_of, entries, submission_of, text, text_or_none
from bot.slack.uploads import views
from bot.slack.uploads.files import Files, SlackFile, file_of
from provisioning.builds import Sighting
from provisioning.errors import SourceFailed, SourceGone
from provisioning.people import Act
from provisioning.releases import NewApp
from storage.errors import SlipwayError
from storage.records.upload import Upload

logger = logging.getLogger(__name__)

#: What stands for the notes when the file came without a text.
NOTES_LIMIT = 5000
#: Slack's `<https://…|label>`, `<@U1|ann>`, `<#C1|qa>`, `<!here>` in the text of a message.
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>")
_NAMED = re.compile(r"<(?P<sign>[@#!])[^|>]+\|@?(?P<name>[^>]*)>")
_UNNAMED = re.compile(r"<[@#!][^>]*>")

FIELDS = {"name": names.APP_NAME, "display_name": names.APP_DISPLAY_NAME}


class Arrivals:
    """Turns what Slack says about files into sightings."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self._intake = parts.intake
        # Slack waits for the answer to an event while the file is looked at.
        self._files = Files(parts.workspace.clients.hurried, parts.workspace.standing)

    async def shared(self, event: Body) -> None:
        """See a file that was shared in a channel; the event has its id and nothing else."""
        file_id = text_or_none(event, "file_id") or text(event, "file", "id")
        channel_id = text(event, "channel_id")
        try:
            file = await self._files.look(file_id)
        except SourceGone:
            return
        except SourceFailed:
            # Fetching asks again and with more patience; a file without a name stays silent.
            file = SlackFile(id=file_id)
        await self._see(
            file,
            channel_id=channel_id,
            thread_ts=file.threads.get(channel_id),
            uploader=file.uploader or text_or_none(event, "user_id") or "",
        )

    async def posted(self, event: Body) -> None:
        """See the files of a message, whose text is known, too."""
        channel_id = text(event, "channel")
        thread_ts = text_or_none(event, "thread_ts") or text(event, "ts")
        comment = text_or_none(event, "text") or ""
        for entry in entries(event, "files"):
            file = file_of(entry)
            if not file.name and file.access == "check_file_info":
                continue  # `file_shared` follows, and asks.
            await self._see(
                file,
                channel_id=channel_id,
                thread_ts=thread_ts,
                uploader=file.uploader or text_or_none(event, "user") or "",
                notes=comment,
            )

    async def changed(self, event: Body) -> None:
        """Follow an edited text that came with files."""
        message = at(event, "message") or {}
        if text_or_none(message, "text") == text_or_none(event, "previous_message", "text"):
            return
        for key in await self._keys(entries(message, "files")):
            upload = await self._intake.rephrased(key, _notes(text_or_none(message, "text") or ""))
            if upload is not None:
                self._redraw([upload.id])

    async def deleted(self, event: Body) -> None:
        """Follow a message with files that was deleted in one channel."""
        channel_id = text(event, "channel")
        for key in await self._keys(entries(event, "previous_message", "files")):
            await self._intake.place_gone(key, channel_id)

    async def gone(self, event: Body) -> None:
        """Stop taking in a file that was deleted everywhere."""
        file_id = text_or_none(event, "file_id") or text(event, "file", "id")
        upload = await self._intake.source_gone(await self._key(file_id))
        if upload is not None:
            self._redraw([upload.id])

    def _redraw(self, upload_ids: Iterable[str]) -> None:
        for upload_id in upload_ids:
            self._parts.workspace.tasks.start(
                self._parts.announcer.show_upload(upload_id), name="redraw an upload"
            )

    async def _see(
        self,
        file: SlackFile,
        *,
        channel_id: str,
        thread_ts: str | None,
        uploader: str,
        notes: str = "",
    ) -> Upload | None:
        if not file.id or not file.may_be_build or not uploader:
            return None
        return await self._intake.receive(
            Sighting(
                key=await self._key(file.id),
                team_id=(await self._parts.workspace.whoami()).team_id,
                source="slack",
                source_ref={"file_id": file.id},
                file_name=file.name,
                size=file.size,
                uploader=uploader,
                channel_id=channel_id,
                thread_ts=thread_ts,
                notes=_notes(notes),
                quiet=not file.looks_like_build,
            )
        )

    async def _keys(self, files: Iterable[Mapping[str, Any]]) -> list[str]:
        return [await self._key(file_id) for f in files if (file_id := text_or_none(f, "id"))]

    async def _key(self, file_id: str) -> str:
        return f"slack:{(await self._parts.workspace.whoami()).team_id}:{file_id}"


def _notes(comment: str) -> str:
    """Return a message's text as the person typed it: Slack's brackets and escapes are undone."""
    typed = _LINK.sub(r"\1", comment)
    typed = _NAMED.sub(lambda found: found["sign"].replace("!", "@") + found["name"], typed)
    typed = _UNNAMED.sub("", typed)
    typed = typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return typed.strip()[:NOTES_LIMIT]


def register(app: AsyncApp, parts: SlackParts) -> None:
    """Let *app* listen."""
    arrivals = Arrivals(parts)
    _register_events(app, arrivals)
    _register_buttons(app, parts)
    _register_form(app, parts)


def _register_events(app: AsyncApp, arrivals: Arrivals) -> None:
    @app.event("file_shared")
    async def on_file_shared(event: dict[str, Any]) -> None:
        await arrivals.shared(event)

    @app.event("file_deleted")
    async def on_file_deleted(event: dict[str, Any]) -> None:
        await arrivals.gone(event)

    @app.event({"type": "message", "subtype": "file_share"})
    async def on_message_with_files(event: dict[str, Any]) -> None:
        await arrivals.posted(event)

    @app.event({"type": "message", "subtype": "message_changed"})
    async def on_message_changed(event: dict[str, Any]) -> None:
        await arrivals.changed(event)

    @app.event({"type": "message", "subtype": "message_deleted"})
    async def on_message_deleted(event: dict[str, Any]) -> None:
        await arrivals.deleted(event)


def _register_buttons(app: AsyncApp, parts: SlackParts) -> None:
    @app.action(names.DISMISS)
    async def on_dismiss(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await parts.releases.dismiss(click.subject, click.asker.user_id)
        await parts.announcer.show_release(click.subject)

    @app.action(names.RESTORE)
    async def on_restore(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await parts.releases.restore(click.subject, click.asker.user_id)
        await parts.announcer.show_release(click.subject)

    @app.action(names.CREATE_APP)
    async def on_create_app(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)
        await parts.people.require(click.asker.user_id, Act.CREATE_APP)
        card = await parts.cards.upload(click.subject)
        if card.release is not None:
            await parts.announcer.show_upload(click.subject)
            sentence = f"The app is already there: it is called {card.release.app_display_name}."
            await parts.workspace.voice.whisper(click.asker, problem(sentence))
        elif card.build is not None:
            form = views.create_app(card.upload_id, card.build)
            again = blocks.button("Create app…", names.CREATE_APP, click.value)
            await parts.workspace.doorman.open(click.asker, click.trigger_id, form, again=again)


def _register_form(app: AsyncApp, parts: SlackParts) -> None:
    @app.view(names.CREATE_APP_FORM)
    async def on_create_app_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)
        new = NewApp(
            name=sent.entered(names.APP_NAME), display_name=sent.entered(names.APP_DISPLAY_NAME)
        )
        upload_id = views.upload_of(sent.private_metadata)
        try:
            _, changed = await parts.releases.create_app(upload_id, sent.asker.user_id, new)
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            await ack(**form_errors(error, FIELDS, names.APP_DISPLAY_NAME))
            return
        await ack()
        for changed_id in dict.fromkeys([*changed, upload_id]):
            await parts.announcer.show_upload(changed_id)
