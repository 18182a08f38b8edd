"""What the app says back through a command's answer or a response URL."""

from dataclasses import replace

from bot.sandbox.shapes import JsonObject, as_text, copied_list
from bot.sandbox.slack.blocks.inspection import MESSAGE_CHARACTERS, characters, check_blocks
from bot.sandbox.slack.blocks.layout import Surface
from bot.sandbox.slack.blocks.naming import with_ids
from bot.sandbox.slack.deeds.filing import unknown_files
from bot.sandbox.slack.deeds.posting import Draft, delete, edit, post
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.response_urls import ResponseUrl
from bot.sandbox.slack.state import State

_KNOWN = frozenset(
    {
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "mrkdwn",
        "unfurl_links",
        "unfurl_media",
        "metadata",
    }
)


def approve_blocks(state: State, blocks: object) -> list[JsonObject]:
    """Return the blocks of a message with all ids filled in. Raise Refusal as Slack would."""
    if blocks is None:
        return []
    wrong = check_blocks(blocks, Surface.MESSAGE) or unknown_files(state, blocks)
    if wrong:
        raise Refusal("invalid_blocks", messages=wrong, is_violation=True)
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise Refusal("msg_blocks_too_long")
    return with_ids(blocks, state.mint)


def approve_attachments(state: State, attachments: object) -> list[JsonObject]:
    """Return attachments whose own blocks have ids as well. Raise Refusal as Slack would."""
    approved = copied_list(attachments)
    for attachment in approved:
        if "blocks" in attachment:
            attachment["blocks"] = approve_blocks(state, attachment["blocks"])
    return approved


def answer(state: State, where: ResponseUrl, body: JsonObject) -> Message | None:
    """Post, replace or delete, as *body* asks. Raise Refusal for what Slack would not do."""
    unknown = sorted(set(body) - _KNOWN)
    if unknown:
        messages = [f"[ERROR] unknown field: {name}" for name in unknown]
        raise Refusal("invalid_arguments", messages=messages, is_violation=True)
    original = _original(state, where)
    if body.get("delete_original"):
        if original is not None:
            delete(state, original)
        return None
    blocks = approve_blocks(state, body.get("blocks"))
    text = as_text(body.get("text"))
    if not text and not blocks and not body.get("attachments"):
        raise Refusal("no_text", is_violation=True)
    if body.get("replace_original") and original is not None:
        new = replace(
            original,
            text=text,
            blocks=blocks,
            attachments=approve_attachments(state, body.get("attachments")),
            metadata=body.get("metadata", original.metadata),
        )
        return edit(state, original, new)
    return _add(state, where, body, blocks)


def _add(state: State, where: ResponseUrl, body: JsonObject, blocks: list[JsonObject]) -> Message:
    is_public = body.get("response_type") == "in_channel"
    draft = Draft(
        channel=where.channel,
        user=state.app.bot_user,
        text=as_text(body.get("text")),
        blocks=blocks,
        attachments=approve_attachments(state, body.get("attachments")),
        thread_ts=body.get("thread_ts"),
        metadata=body.get("metadata"),
        ephemeral_for=None if is_public else where.user,
    )
    message = post(state, draft)
    # A later answer through the same address may replace this one, as in Slack.
    if where.message_ts is None and not is_public:
        where.message_ts = message.ts
    return message


def _original(state: State, where: ResponseUrl) -> Message | None:
    conversation = state.conversations.get(where.channel)
    if conversation is None:
        raise Refusal("channel_not_found")
    return conversation.history.get(where.message_ts) if where.message_ts is not None else None
