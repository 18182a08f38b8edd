"""files.*."""

from bot.sandbox.shapes import JsonObject, as_object, as_text
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.deeds import filing
from bot.sandbox.slack.deeds.posting import Draft
from bot.sandbox.slack.deeds.rendering import file_info
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.files import StoredFile

#: What `files.info` may still lack while Slack looks a new file over.
_LATE = (
    "mimetype",
    "filetype",
    "pretty_type",
    "shares",
    "url_private",
    "url_private_download",
    "permalink",
    "channels",
    "groups",
    "ims",
)
#: files.list gives so many files a page, at most.
MOST_PER_PAGE = 1000


def _file(asked: Asked) -> StoredFile:
    file = asked.state.files.get(asked.text("file"))
    if file is None or not file.is_complete or not filing.bot_sees(asked.state, file):
        raise Refusal("file_not_found")
    if file.is_deleted:
        raise Refusal("file_deleted")
    return file


async def info(asked: Asked) -> JsonObject:
    file = _file(asked)
    file.infos_asked += 1
    shown = file_info(asked.state, file)
    if file.infos_asked <= file.quirks.late_answers:
        shown = {key: value for key, value in shown.items() if key not in _LATE}
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


async def every(asked: Asked) -> JsonObject:
    """List files newest first, by pages that are counted as Slack still counts them here."""
    found = [file for file in asked.state.files if _is_asked_for(asked, file)]
    found.sort(key=lambda file: file.created, reverse=True)
    count = min(asked.number("count", 100), MOST_PER_PAGE, asked.page_cap)
    number = asked.number("page", 1)
    if count < 1 or number < 1:
        raise Refusal("invalid_arguments", is_violation=True)
    start = (number - 1) * count
    shown = [file_info(asked.state, file) for file in found[start : start + count]]
    pages = max(1, -(-len(found) // count))
    paging = {"count": count, "total": len(found), "page": number, "pages": pages}
    return {"files": shown, "paging": paging}


def _is_asked_for(asked: Asked, file: StoredFile) -> bool:
    if file.is_deleted or not file.is_complete or not filing.bot_sees(asked.state, file):
        return False
    channel, user = asked.maybe("channel"), asked.maybe("user")
    if channel is not None and channel not in file.shares:
        return False
    if user is not None and file.user != user:
        return False
    low, high = float(asked.text("ts_from", "0")), float(asked.text("ts_to", "inf"))
    return low <= file.created <= high


async def upload_url(asked: Asked) -> JsonObject:
    """Give an address for the bytes of a file that the app will complete afterwards."""
    state = asked.state
    if asked.number("length", 0) <= 0:
        raise Refusal("invalid_arguments", messages=["[ERROR] length must be more than 0"])
    file = state.files.add(
        StoredFile(
            id=state.mint.id("F"),
            name=asked.text("filename"),
            title=asked.text("filename"),
            size=asked.number("length", 0),
            user=state.app.bot_user,
            created=state.now(),
            path=None,
            is_complete=False,
        )
    )
    key = state.mint.secret(32)
    state.upload_keys[key] = file.id
    return {"upload_url": f"{state.base_url}/upload/v1/{key}", "file_id": file.id}


async def complete(asked: Asked) -> JsonObject:
    """Finish uploads, and share them when a channel is named."""
    named = [as_object(item) for item in asked.arguments["files"]]
    files = [_uploaded(asked, as_text(item.get("id"))) for item in named]
    channels = [_channel(asked, channel) for channel in _channels(asked)]
    for item, file in zip(named, files, strict=True):
        file.title = as_text(item.get("title")) or file.name
        file.is_complete = True
    for conversation in channels:
        draft = Draft(
            channel=conversation.id,
            user=asked.state.app.bot_user,
            text=asked.text("initial_comment"),
            files=tuple(file.id for file in files),
            thread_ts=asked.maybe("thread_ts"),
        )
        filing.share(asked.state, draft)
    return {"files": [file_info(asked.state, file) for file in files]}


def _uploaded(asked: Asked, file_id: str) -> StoredFile:
    file = asked.state.files.get(file_id)
    if file is None or file.user != asked.state.app.bot_user or file.is_complete:
        raise Refusal("file_not_found")
    if file.path is None:
        raise Refusal("file_not_found", messages=["No bytes were uploaded for this file."])
    return file


def _channels(asked: Asked) -> list[str]:
    one = asked.maybe("channel_id")
    return [*([one] if one is not None else []), *asked.words("channels")]


def _channel(asked: Asked, channel: str) -> Conversation:
    bot = asked.state.app.bot_user
    conversation = asked.state.conversations.get(channel)
    if conversation is None or not (conversation.is_public or conversation.has(bot)):
        raise Refusal("channel_not_found")
    if not conversation.has(bot):
        raise Refusal("not_in_channel")
    if conversation.is_archived:
        raise Refusal("is_archived")
    return conversation


async def delete(asked: Asked) -> JsonObject:
    file = _file(asked)
    if file.user != asked.state.app.bot_user:
        raise Refusal("cant_delete_file")
    await filing.delete_file(asked.state, file)
    return {}


METHODS = {
    "files.info": Method(
        run=info,
        scope="files:read",
        required={"file": Kind.TEXT},
        optional={
            "count": Kind.NUMBER,
            "cursor": Kind.TEXT,
            "limit": Kind.NUMBER,
            "page": Kind.NUMBER,
        },
    ),
    "files.list": Method(
        run=every,
        scope="files:read",
        optional={
            "channel": Kind.TEXT,
            "count": Kind.NUMBER,
            "page": Kind.NUMBER,
            "show_files_hidden_by_limit": Kind.FLAG,
            "ts_from": Kind.TEXT,
            "ts_to": Kind.TEXT,
            "types": Kind.TEXT,
            "user": Kind.TEXT,
        },
    ),
    "files.getUploadURLExternal": Method(
        run=upload_url,
        scope="files:write",
        required={"filename": Kind.TEXT, "length": Kind.NUMBER},
        optional={"alt_txt": Kind.TEXT, "snippet_type": Kind.TEXT},
    ),
    "files.completeUploadExternal": Method(
        run=complete,
        scope="files:write",
        required={"files": Kind.LIST},
        optional={
            "channel_id": Kind.TEXT,
            "channels": Kind.TEXT,
            "initial_comment": Kind.TEXT,
            "thread_ts": Kind.TEXT,
        },
    ),
    "files.delete": Method(run=delete, scope="files:write", required={"file": Kind.TEXT}),
}
