"""People post, edit, delete and share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.deeds import filing, posting, rooms
from bot.sandbox.slack.deeds.posting import Draft
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.files import NO_QUIRKS, Quirks, StoredFile
from bot.sandbox.slack.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDrop:
    """
    A file that a person drops: from disk, from a few bytes, or neither when it is external.

    *size* is what Slack is told where it differs from the bytes.
    """

    name: str
    path: Path | None = None
    content: bytes | None = None
    quirks: Quirks = NO_QUIRKS
    size: int | None = None


Dropped: TypeAlias = FileDrop | StoredFile | Path | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a person says: text as Slack keeps it, with & < > escaped and mentions as ids."""

    text: str = ""
    files: Sequence[Dropped] = ()
    thread_ts: str | None = None
    is_broadcast: bool = False
    events_first: bool = False


async def say(ground: Ground, user_id: str, channel: str, words: Words) -> Message:
    """Post for a person. Raise NotPossible where Slack's client would not let them."""
    ground.user(user_id)
    conversation = _place(ground, user_id, channel)
    if not words.text and not words.files:
        raise NotPossible("A message needs some text or a file.")
    if words.thread_ts is not None and conversation.history.get(words.thread_ts) is None:
        raise NotPossible("The message that you answer is gone.")
    stored = [await _stored(ground, user_id, dropped) for dropped in words.files]
    draft = Draft(
        channel=conversation.id,
        user=user_id,
        text=words.text,
        files=tuple(file.id for file in stored),
        thread_ts=words.thread_ts,
        is_broadcast=words.is_broadcast,
    )
    if draft.files:
        return filing.share(ground.state, draft, events_first=words.events_first)
    return posting.post(ground.state, draft)


def _place(ground: Ground, user_id: str, channel: str) -> Conversation:
    """Return where a person may write: `@name` is their direct message with somebody."""
    if channel.startswith("@"):
        other = ground.state.people.named(channel)
        if other is None:
            raise NotPossible(f"There is nobody named {channel}.")
        conversation = rooms.open_dm(ground.state, user_id, other.id)
    else:
        conversation = ground.conversation(channel)
    if not conversation.has(user_id):
        raise NotPossible(f"You are not a member of #{conversation.name}.")
    if conversation.is_archived:
        raise NotPossible(f"#{conversation.name} is archived.")
    is_app = conversation.is_dm and conversation.has(ground.state.app.bot_user)
    if is_app and ground.state.app.manifest.is_dm_read_only:
        raise NotPossible("Sending messages to this app has been turned off.")
    return conversation


async def _stored(ground: Ground, user_id: str, dropped: Dropped) -> StoredFile:
    if isinstance(dropped, StoredFile):
        return dropped
    if not isinstance(dropped, FileDrop):
        path = Path(dropped)
        dropped = FileDrop(name=path.name, path=path)
    state = ground.state
    file_id = state.mint.id("F")
    size = 0
    if dropped.path is not None:
        size = await state.shelf.copy(file_id, dropped.path)
    elif dropped.content is not None:
        size = await state.shelf.write(file_id, dropped.content)
    has_bytes = dropped.path is not None or dropped.content is not None
    return state.files.add(
        StoredFile(
            id=file_id,
            name=dropped.name,
            title=dropped.name,
            size=size if dropped.size is None else dropped.size,
            user=user_id,
            created=state.now(),
            path=state.shelf.place(file_id) if has_bytes else None,
            quirks=dropped.quirks,
        )
    )


def change(ground: Ground, user_id: str, message: Message, text: str) -> Message:
    """Edit an own message."""
    current = _own(ground, user_id, message)
    edited = replace(current, text=text, edited_by=user_id, edited_ts=ground.state.mint.ts())
    return posting.edit(ground.state, current, edited)


async def take_back(ground: Ground, user_id: str, message: Message, *, files_too: bool) -> None:
    """Delete an own message, and with it the files it shared when *files_too*."""
    current = _own(ground, user_id, message)
    posting.delete(ground.state, current)
    for file_id in current.files if files_too else ():
        await delete_file(ground, user_id, file_id)


def _own(ground: Ground, user_id: str, message: Message) -> Message:
    ground.user(user_id)
    conversation = ground.conversation(message.channel)
    current = conversation.history.get(message.ts)
    if current is None:
        raise NotPossible("This message is gone.")
    if current.user != user_id:
        raise NotPossible("Only who wrote a message can change it.")
    return current


async def delete_file(ground: Ground, user_id: str, file_id: str) -> None:
    """Delete an own file; admins may delete any."""
    user = ground.user(user_id)
    file = ground.state.files.get(file_id)
    if file is None or file.is_deleted:
        raise NotPossible("This file is gone.")
    if file.user != user_id and not user.is_admin:
        raise NotPossible("Only who shared a file can delete it.")
    await filing.delete_file(ground.state, file)
