"""Posting, editing and deleting messages."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.deeds.rendering import message_json
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import SLACKBOT
from bot.sandbox.slack.state import State

#: Slack cuts the text of a message here.
LONGEST_TEXT = 40_000
_LINK = re.compile(r"<?(https?://[^\s|>]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is about to be posted by *user* (the bot's user id for the app)."""

    channel: str
    user: str
    text: str = ""
    blocks: list[JsonObject] = field(default_factory=list)
    attachments: list[JsonObject] = field(default_factory=list)
    files: tuple[str, ...] = ()
    thread_ts: str | None = None
    is_broadcast: bool = False
    username: str | None = None
    metadata: JsonObject | None = None
    ephemeral_for: str | None = None


def post(state: State, draft: Draft) -> Message:
    """Post a message and let everybody hear of it."""
    conversation = state.conversations.get(draft.channel)
    if conversation is None:
        raise KeyError(draft.channel)
    message = _written(state, draft)
    conversation.history.put(message)
    if message.ephemeral_for is not None:
        _tell_page(state, "message", message)
        return message
    if message.is_reply:
        _mark_root(conversation, message)
    _tell_page(state, "message", message)
    _tell_app(state, conversation, message)
    return message


def _written(state: State, draft: Draft) -> Message:
    author = state.people.get(draft.user)
    is_app = draft.user == state.app.bot_user
    return Message(
        ts=state.mint.ts(),
        channel=draft.channel,
        user=draft.user,
        team=author.team_id if author is not None else state.team_id,
        text=draft.text[:LONGEST_TEXT],
        blocks=draft.blocks,
        attachments=draft.attachments,
        files=draft.files,
        thread_ts=draft.thread_ts,
        subtype=_subtype(draft),
        bot_id=author.bot_id if author is not None else None,
        app_id=state.app.app_id if is_app else None,
        username=draft.username,
        metadata=draft.metadata,
        ephemeral_for=draft.ephemeral_for,
    )


def _subtype(draft: Draft) -> str | None:
    if draft.is_broadcast:
        return "thread_broadcast"
    return "file_share" if draft.files else None


def _mark_root(conversation: Conversation, reply: Message) -> None:
    """Give the root of a thread its `thread_ts`, as it has replies now."""
    root = conversation.history.get(str(reply.thread_ts))
    if root is not None and root.thread_ts is None:
        conversation.history.put(replace(root, thread_ts=root.ts))


def _tell_app(state: State, conversation: Conversation, message: Message) -> None:
    event = message_json(state, message, with_metadata=True) | _where(conversation, message.ts)
    if message.is_broadcast:
        root = conversation.history.get(str(message.thread_ts))
        event["root"] = message_json(state, root) if root is not None else {}
    state.tell_app(event, channel=conversation.id)
    mentioned = f"<@{state.app.bot_user}>" in message.text
    if mentioned and not conversation.is_dm and message.user != state.app.bot_user:
        mention = {key: value for key, value in event.items() if key != "channel_type"}
        state.tell_app({**mention, "type": "app_mention"}, channel=conversation.id)
    _tell_of_links(state, conversation, message)


def _where(conversation: Conversation, event_ts: str) -> JsonObject:
    return {
        "channel": conversation.id,
        "channel_type": conversation.channel_type,
        "event_ts": event_ts,
    }


def _tell_of_links(state: State, conversation: Conversation, message: Message) -> None:
    links = []
    for url in _LINK.findall(message.text):
        host = urlsplit(url).hostname or ""
        domains = state.app.manifest.unfurl_domains
        domain = next((d for d in domains if host == d or host.endswith(f".{d}")), None)
        if domain is not None:
            links.append({"domain": domain, "url": url})
    if not links:
        return
    event: JsonObject = {
        "type": "link_shared",
        "channel": conversation.id,
        "is_bot_user_member": conversation.has(state.app.bot_user),
        "user": message.user,
        "message_ts": message.ts,
        "unfurl_id": f"{conversation.id}-{message.ts}",
        "source": "conversations_history",
        "links": links,
        "event_ts": state.mint.ts(),
    }
    if message.thread_ts is not None:
        event["thread_ts"] = message.thread_ts
    state.tell_app(event)


def edit(state: State, old: Message, new: Message) -> Message:
    """Put *new* in the place of *old* and let everybody hear of the change."""
    conversation = state.conversations.get(old.channel)
    if conversation is None:
        raise KeyError(old.channel)
    conversation.history.put(new)
    _tell_page(state, "message_changed", new)
    if new.ephemeral_for is not None:
        return new
    event_ts = state.mint.ts()
    event: JsonObject = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": event_ts,
        "message": message_json(state, new, with_metadata=True),
        "previous_message": message_json(state, old, with_metadata=True),
    }
    state.tell_app(event | _where(conversation, event_ts), channel=conversation.id)
    return new


def delete(state: State, message: Message) -> None:
    """Delete a message; a root with replies leaves a tombstone behind, as in Slack."""
    conversation = state.conversations.get(message.channel)
    if conversation is None:
        raise KeyError(message.channel)
    if conversation.history.replies(message.ts) and not message.is_reply:
        grave = replace(
            message,
            user=SLACKBOT,
            bot_id=None,
            app_id=None,
            text="This message was deleted.",
            blocks=[],
            attachments=[],
            files=(),
            subtype="tombstone",
            metadata=None,
        )
        edit(state, message, grave)
        return
    conversation.history.remove(message.ts)
    _tell_page(state, "message_deleted", message)
    if message.ephemeral_for is not None:
        return
    event_ts = state.mint.ts()
    event: JsonObject = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "ts": event_ts,
        "deleted_ts": message.ts,
        "previous_message": message_json(state, message, with_metadata=True),
    }
    state.tell_app(event | _where(conversation, event_ts), channel=conversation.id)


def _tell_page(state: State, kind: str, message: Message) -> None:
    body: JsonObject = {"type": kind, "channel": message.channel, "ts": message.ts}
    if message.thread_ts is not None:
        body["thread_ts"] = message.thread_ts
    state.tell_page(body, user=message.ephemeral_for)
