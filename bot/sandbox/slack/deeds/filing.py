"""Sharing and deleting files."""

from bot.sandbox.shapes import JsonObject, as_text
from bot.sandbox.slack.conversations import Kind
from bot.sandbox.slack.deeds.posting import Draft, delete, edit, post
from bot.sandbox.slack.files import StoredFile
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.state import State


def share(state: State, draft: Draft, *, events_first: bool = False) -> Message:
    """
    Post a message with files and tell the app of each file.

    Slack promises no order: with *events_first* the `file_shared` events come before the message.
    """
    if events_first:
        for file_id in draft.files:
            _tell_of_file(state, file_id, draft)
    message = post(state, draft)
    for file_id in draft.files:
        file = state.files.get(file_id)
        if file is not None:
            file.shares.setdefault(draft.channel, []).append(message.ts)
        if not events_first:
            _tell_of_file(state, file_id, draft)
    return message


def _tell_of_file(state: State, file_id: str, draft: Draft) -> None:
    state.tell_app(
        {
            "type": "file_shared",
            "channel_id": draft.channel,
            "file_id": file_id,
            "user_id": draft.user,
            "file": {"id": file_id},
            "event_ts": state.mint.ts(),
        },
        channel=draft.channel,
    )


async def delete_file(state: State, file: StoredFile) -> None:
    """Delete a file: its bytes go, messages that showed it show a tombstone."""
    file.is_deleted = True
    seen = bot_sees(state, file)
    for channel, stamps in file.shares.items():
        for ts in stamps:
            _redraw(state, channel, ts)
    if seen:
        channels = list(file.shares)
        event = {"type": "file_deleted", "file_id": file.id, "channel_ids": channels}
        state.tell_app({**event, "event_ts": state.mint.ts()})
    await state.shelf.drop(file.id)


def _redraw(state: State, channel: str, ts: str) -> None:
    conversation = state.conversations.get(channel)
    message = conversation.history.get(ts) if conversation is not None else None
    if message is None:
        return
    files = (state.files.get(file_id) for file_id in message.files)
    if not message.text and all(f is None or f.is_deleted for f in files):
        delete(state, message)
    else:
        edit(state, message, message)


def bot_sees(state: State, file: StoredFile) -> bool:
    """Tell whether the app may ask for a file: its own, or one shared where it can look."""
    if file.user == state.app.bot_user:
        return True
    for channel in file.shares:
        conversation = state.conversations.get(channel)
        if conversation is None:
            continue
        if conversation.kind is Kind.PUBLIC or conversation.has(state.app.bot_user):
            return True
    return False


def file_named(state: State, named: JsonObject) -> StoredFile | None:
    """Return the file that a `slack_file` object names by its id or its address."""
    known = state.files.get(as_text(named.get("id")))
    if known is not None:
        return known
    address = as_text(named.get("url"))
    return next((file for file in state.files if f"-{file.id}/" in address), None)


def unknown_files(state: State, value: object) -> list[str]:
    """Return a message for every `slack_file` in blocks that the app cannot show."""
    if isinstance(value, list):
        return [message for item in value for message in unknown_files(state, item)]
    if not isinstance(value, dict):
        return []
    found = [message for item in value.values() for message in unknown_files(state, item)]
    named = value.get("slack_file")
    if isinstance(named, dict):
        file = file_named(state, named)
        if file is None or file.is_deleted or not bot_sees(state, file):
            found.append("[ERROR] invalid slack file")
    return found
