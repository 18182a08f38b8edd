"""chat.*."""

import json
import re
from dataclasses import replace

from bot.sandbox.shapes import JsonObject, copied
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.deeds import posting, rooms
from bot.sandbox.slack.deeds.answers import approve_attachments, approve_blocks
from bot.sandbox.slack.deeds.posting import Draft
from bot.sandbox.slack.deeds.rendering import message_json
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import User

#: chat.update refuses longer texts; chat.postMessage cuts them at 40 000 instead.
LONGEST_UPDATE = 4_000
MOST_ATTACHMENTS = 100
METADATA_BYTES = 16_000
_EVENT_TYPE = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")


def _target(asked: Asked) -> Conversation:
    """Return where to post. A user id stands for the direct message with that user."""
    name = asked.text("channel")
    state = asked.state
    user = state.people.get(name)
    if user is not None:
        _refuse_unreachable(user)
        return rooms.open_dm(state, state.app.bot_user, user.id)
    conversation = state.conversations.get(name)
    if conversation is None:
        conversation = state.conversations.named(name)
    bot = state.app.bot_user
    if conversation is None or not (conversation.is_public or conversation.has(bot)):
        raise Refusal("channel_not_found")
    _refuse_unreachable(state.people.get(conversation.other_than(bot)), conversation)
    if conversation.is_archived:
        raise Refusal("is_archived")
    if not conversation.has(bot) and "chat:write.public" not in state.app.scopes:
        raise Refusal("not_in_channel")
    return conversation


def _refuse_unreachable(user: User | None, conversation: Conversation | None = None) -> None:
    if user is None or (conversation is not None and not conversation.is_dm):
        return
    if user.deleted:
        raise Refusal("user_disabled")
    if user.is_bot:
        raise Refusal("cannot_dm_bot")


def _content(asked: Asked) -> JsonObject:
    """Return text, blocks and attachments. Raise Refusal where Slack would not show them."""
    text = asked.text("text") or asked.text("markdown_text")
    blocks = approve_blocks(asked.state, asked.arguments.get("blocks"))
    attachments = approve_attachments(asked.state, asked.arguments.get("attachments"))
    if not text and not blocks and not attachments:
        raise Refusal("no_text", is_violation=True)
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    return {"text": text, "blocks": blocks, "attachments": attachments}


def _metadata(asked: Asked) -> JsonObject | None:
    """Return the metadata: an event type and a payload that is at most one level deep."""
    given = asked.arguments.get("metadata")
    if given is None:
        return None
    payload = given.get("event_payload")
    is_named = _EVENT_TYPE.fullmatch(str(given.get("event_type", ""))) is not None
    if set(given) != {"event_type", "event_payload"} or not isinstance(payload, dict):
        raise Refusal("invalid_metadata_format", is_violation=True)
    if not is_named:
        raise Refusal("invalid_metadata_format", is_violation=True)
    if any(_depth(value) > 1 for value in payload.values()):
        raise Refusal("invalid_metadata_schema", is_violation=True)
    if len(json.dumps(given)) > METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return copied(given)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(item) for item in value), default=0)
    return 0


def _thread(asked: Asked, conversation: Conversation) -> str | None:
    """Return the thread to answer in: only a message that is there and is no reply itself."""
    thread_ts = asked.maybe("thread_ts")
    if thread_ts is None:
        return None
    root = conversation.history.get(thread_ts)
    if root is None or root.ephemeral_for is not None or root.is_reply:
        raise Refusal("cannot_reply_to_message")
    return thread_ts


async def post(asked: Asked) -> JsonObject:
    conversation = _target(asked)
    content = _content(asked)
    draft = Draft(
        channel=conversation.id,
        user=asked.state.app.bot_user,
        thread_ts=_thread(asked, conversation),
        is_broadcast=asked.flag("reply_broadcast") and asked.maybe("thread_ts") is not None,
        metadata=_metadata(asked),
        **content,
    )
    message = posting.post(asked.state, draft)
    return _posted(asked, message)


def _posted(asked: Asked, message: Message) -> JsonObject:
    shown = message_json(asked.state, message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "message": shown}


async def post_ephemeral(asked: Asked) -> JsonObject:
    conversation = _target(asked)
    content = _content(asked)
    user = asked.state.people.get(asked.text("user"))
    if user is None or not conversation.has(user.id):
        raise Refusal("user_not_in_channel")
    draft = Draft(
        channel=conversation.id,
        user=asked.state.app.bot_user,
        thread_ts=asked.maybe("thread_ts"),
        ephemeral_for=user.id,
        **content,
    )
    return {"message_ts": posting.post(asked.state, draft).ts}


def _own_message(asked: Asked, refused_with: str) -> tuple[Conversation, Message]:
    conversation = asked.state.conversations.get(asked.text("channel"))
    bot = asked.state.app.bot_user
    if conversation is None or not (conversation.is_public or conversation.has(bot)):
        raise Refusal("channel_not_found")
    message = conversation.history.get(asked.text("ts"))
    if message is None or message.ephemeral_for is not None or message.subtype == "tombstone":
        raise Refusal("message_not_found")
    if message.user != bot:
        raise Refusal(refused_with)
    return conversation, message


async def update(asked: Asked) -> JsonObject:
    """Change a message. Text without blocks removes the blocks; with blocks nothing says so."""
    conversation, message = _own_message(asked, "cant_update_message")
    if conversation.is_archived:
        raise Refusal("is_inactive")
    if len(asked.text("text")) > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    content = _content(asked)
    has_text = bool(asked.text("text") or asked.text("markdown_text"))
    metadata = _metadata(asked) if "metadata" in asked.arguments else message.metadata
    new = replace(
        message,
        text=content["text"] if has_text else message.text,
        blocks=content["blocks"],
        attachments=content["attachments"],
        metadata=metadata,
    )
    if not new.blocks:
        stamp = asked.state.mint.ts()
        new = replace(new, edited_by=asked.state.app.bot_user, edited_ts=stamp)
    posting.edit(asked.state, message, new)
    shown = message_json(asked.state, new, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": new.text, "message": shown}


async def delete(asked: Asked) -> JsonObject:
    _, message = _own_message(asked, "cant_delete_message")
    posting.delete(asked.state, message)
    return {"channel": message.channel, "ts": message.ts}


async def permalink(asked: Asked) -> JsonObject:
    state = asked.state
    conversation = state.conversations.get(asked.text("channel"))
    bot = state.app.bot_user
    if conversation is None or not (conversation.is_public or conversation.has(bot)):
        raise Refusal("channel_not_found")
    message = conversation.history.get(asked.text("message_ts"))
    if message is None or message.ephemeral_for is not None:
        raise Refusal("message_not_found")
    link = f"{state.base_url}/archives/{conversation.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={conversation.id}"
    return {"channel": conversation.id, "permalink": link}


def _unfurled(asked: Asked) -> Message:
    """Return the message that is meant: by its place, or by what its event called it."""
    unfurl_id, channel, ts = asked.maybe("unfurl_id"), asked.maybe("channel"), asked.maybe("ts")
    if unfurl_id is not None and asked.maybe("source") is not None:
        channel, _, ts = unfurl_id.partition("-")
    elif channel is None or ts is None:
        raise Refusal("invalid_arguments", is_violation=True)
    conversation = asked.state.conversations.get(channel)
    message = conversation.history.get(ts) if conversation is not None else None
    if message is None:
        raise Refusal("cannot_find_message")
    return message


async def unfurl(asked: Asked) -> JsonObject:
    message = _unfurled(asked)
    unfurls: JsonObject = asked.arguments["unfurls"]
    kept: JsonObject = {}
    for url, shown in unfurls.items():
        if url not in message.text:
            raise Refusal("cannot_unfurl_url")
        kept[url] = copied(shown) | {"blocks": approve_blocks(asked.state, shown.get("blocks"))}
    posting.edit(asked.state, message, replace(message, unfurls=kept))
    return {}


_CONTENT = {
    "text": Kind.TEXT,
    "blocks": Kind.LIST,
    "attachments": Kind.LIST,
    "markdown_text": Kind.TEXT,
    "link_names": Kind.FLAG,
    "parse": Kind.TEXT,
    "as_user": Kind.FLAG,
}

METHODS = {
    "chat.postMessage": Method(
        run=post,
        scope="chat:write",
        required={"channel": Kind.TEXT},
        optional=_CONTENT
        | {
            "thread_ts": Kind.TEXT,
            "reply_broadcast": Kind.FLAG,
            "unfurl_links": Kind.FLAG,
            "unfurl_media": Kind.FLAG,
            "mrkdwn": Kind.FLAG,
            "metadata": Kind.OBJECT,
        },
    ),
    "chat.postEphemeral": Method(
        run=post_ephemeral,
        scope="chat:write",
        required={"channel": Kind.TEXT, "user": Kind.TEXT},
        optional=_CONTENT | {"thread_ts": Kind.TEXT},
    ),
    "chat.update": Method(
        run=update,
        scope="chat:write",
        required={"channel": Kind.TEXT, "ts": Kind.TEXT},
        optional=_CONTENT
        | {"file_ids": Kind.LIST, "reply_broadcast": Kind.FLAG, "metadata": Kind.OBJECT},
    ),
    "chat.delete": Method(
        run=delete,
        scope="chat:write",
        required={"channel": Kind.TEXT, "ts": Kind.TEXT},
        optional={"as_user": Kind.FLAG},
    ),
    "chat.getPermalink": Method(
        run=permalink, required={"channel": Kind.TEXT, "message_ts": Kind.TEXT}
    ),
    "chat.unfurl": Method(
        run=unfurl,
        scope="links:write",
        required={"unfurls": Kind.OBJECT},
        optional={
            "channel": Kind.TEXT,
            "ts": Kind.TEXT,
            "source": Kind.TEXT,
            "unfurl_id": Kind.TEXT,
            "metadata": Kind.OBJECT,
        },
    ),
}
