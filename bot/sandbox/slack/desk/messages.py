"""`/desk/messages` and `/desk/files`: what is said."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.sandbox.shapes import JsonObject, as_text
from bot.sandbox.slack.api.downloads import send
from bot.sandbox.slack.deeds.filing import file_named
from bot.sandbox.slack.desk.channels import looked_at, seen_by
from bot.sandbox.slack.desk.door import Visit
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.files import StoredFile
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import SLACKBOT

#: A field of the form that is not a file is read up to here.
LONGEST_FIELD = 100_000


def shown_message(visit: Visit, message: Message) -> JsonObject:
    state = visit.workspace.state
    conversation = visit.workspace.channel(message.channel)
    replies = [] if message.is_reply else conversation.history.replies(message.ts)
    author = state.people.get(message.user)
    return {
        "ts": message.ts,
        "user": message.user,
        "bot": message.is_bot or message.user == SLACKBOT,
        "username": message.username or (author.real_name if author is not None else ""),
        "text": message.text,
        "blocks": _with_pictures(visit, message.blocks),
        "files": [_shown_file(visit, file_id) for file_id in message.files],
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else None,
        "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
        "edited": message.edited_ts is not None,
        "ephemeral": message.ephemeral_for is not None,
        "metadata_type": (message.metadata or {}).get("event_type"),
        "reactions": {name: len(users) for name, users in message.reactions.items()},
    }


def _file_address(file: StoredFile) -> str:
    return f"/desk/files/{file.id}/{quote(file.name, safe='')}"


def _shown_file(visit: Visit, file_id: str) -> JsonObject:
    file = visit.workspace.state.files.get(file_id)
    if file is None or file.is_deleted:
        return {"id": file_id, "name": "", "size": 0, "mimetype": "", "deleted": True}
    address = _file_address(file)
    return {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "mimetype": file.mimetype,
        "url": address,
        "thumb": address if file.mimetype.startswith("image/") else None,
        "deleted": False,
    }


def with_pictures(visit: Visit, blocks: object) -> object:
    """Return blocks in which files of the workspace have an address that the page can load."""
    return _with_pictures(visit, blocks)


def _with_pictures(visit: Visit, value: object) -> object:
    if isinstance(value, list):
        return [_with_pictures(visit, item) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {key: _with_pictures(visit, item) for key, item in value.items()}
    named = value.get("slack_file")
    if isinstance(named, dict):
        file = file_named(visit.workspace.state, named)
        if file is not None:
            shown["slack_file"] = {"url": _file_address(file)}
    return shown


async def listing(visit: Visit) -> web.Response:
    """Answer with a channel or a thread, oldest first, and count the channel as read."""
    conversation = looked_at(visit, visit.request.query.get("channel", ""))
    messages = seen_by(visit, conversation)
    if messages:
        conversation.last_read[visit.person.id] = messages[-1].ts
    root = visit.request.query.get("thread_ts")
    if root is None:
        shown = [m for m in messages if not m.is_reply or m.is_broadcast]
    else:
        shown = [m for m in messages if root in {m.ts, m.thread_ts}]
    return web.json_response({"messages": [shown_message(visit, message) for message in shown]})


async def post(visit: Visit) -> web.Response:
    """Post for a person: JSON without files, a form with them."""
    files: list[StoredFile] = []
    if visit.request.content_type.startswith("multipart/"):
        fields, files = await _form(visit)
    else:
        fields = await visit.body()
    message = await visit.person.post(
        as_text(fields.get("channel")),
        as_text(fields.get("text")),
        files=files,
        thread=as_text(fields.get("thread_ts")) or None,
    )
    return web.json_response({"ok": True, "ts": message.ts, "channel": message.channel})


async def _form(visit: Visit) -> tuple[JsonObject, list[StoredFile]]:
    fields: JsonObject = {}
    files: list[StoredFile] = []
    reader = await visit.request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader):
            continue
        if part.filename is not None:
            files.append(await _kept(visit, part))
        else:
            value = await part.read_chunk(LONGEST_FIELD)
            fields[part.name or ""] = value.decode(errors="replace")
    return fields, files


async def _kept(visit: Visit, part: BodyPartReader) -> StoredFile:
    """Stream a file of the form to disk."""
    state = visit.workspace.state
    file_id = state.mint.id("F")
    size = await state.shelf.take_in(file_id, _chunks(part))
    name = _file_name(part)
    return state.files.add(
        StoredFile(
            id=file_id,
            name=name,
            title=name,
            size=size,
            user=visit.person.id,
            created=state.now(),
            path=state.shelf.place(file_id),
        )
    )


def _file_name(part: BodyPartReader) -> str:
    """Return the name as it was: browsers escape quotes and line ends in it, and nothing else."""
    name = part.filename or "file"
    for escaped, letter in (("%22", '"'), ("%0D", " "), ("%0A", " ")):
        name = name.replace(escaped, letter)
    return name


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(1 << 18):
        yield chunk


def found_message(visit: Visit, channel: str, ts: str) -> Message:
    """Return a message that one can see. Raise NotPossible."""
    conversation = looked_at(visit, channel)
    found = next((m for m in seen_by(visit, conversation) if m.ts == ts), None)
    if found is None:
        raise NotPossible("This message is gone.")
    return found


async def edit(visit: Visit) -> web.Response:
    body = await visit.body()
    message = found_message(visit, as_text(body.get("channel")), as_text(body.get("ts")))
    await visit.person.edit(message, as_text(body.get("text")))
    return web.json_response({"ok": True})


async def delete(visit: Visit) -> web.Response:
    """Delete an own message and the files in it, as Slack's own client does."""
    body = await visit.body()
    message = found_message(visit, as_text(body.get("channel")), as_text(body.get("ts")))
    await visit.person.delete(message, files_too=True)
    return web.json_response({"ok": True})


async def download(visit: Visit) -> web.StreamResponse:
    file = visit.workspace.file(visit.request.match_info["file"])
    mine = {
        conversation.id
        for conversation in visit.workspace.state.conversations
        if conversation.has(visit.person.id) or conversation.is_public
    }
    is_apps = file.user == visit.workspace.state.app.bot_user
    if file.is_deleted or not (is_apps or file.user == visit.person.id or mine & set(file.shares)):
        raise NotPossible("You cannot see this file.")
    return await send(visit.request, file)


async def delete_file(visit: Visit) -> web.Response:
    await visit.person.delete_file(visit.request.match_info["file"])
    return web.json_response({"ok": True})
