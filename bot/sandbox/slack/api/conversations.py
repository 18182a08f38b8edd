"""conversations.*."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind as Is
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.api.pages import PAGING, page
from bot.sandbox.slack.conversations import SCOPE_FAMILY, Conversation, Kind
from bot.sandbox.slack.deeds import rooms
from bot.sandbox.slack.deeds.rendering import channel_json, message_json
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.messages import Message

#: Kinds of conversation that Slack has and this workspace does not.
_OTHER_TYPES = {"mpim": "mpim:read"}


def of_types(asked: Asked) -> list[Conversation]:
    """Return the conversations of the asked kinds. Raise Refusal where a scope is missing."""
    wanted = asked.words("types", Kind.PUBLIC)
    for word in wanted:
        if word in _OTHER_TYPES:
            asked.need(_OTHER_TYPES[word])
        elif word in set(Kind):
            asked.need(f"{SCOPE_FAMILY[Kind(word)]}:read")
        else:
            raise Refusal("invalid_types", is_violation=True)
    return [
        conversation
        for conversation in asked.state.conversations
        if conversation.kind.value in wanted
        and not (asked.flag("exclude_archived") and conversation.is_archived)
    ]


async def every(asked: Asked) -> JsonObject:
    bot = asked.state.app.bot_user
    seen = [(c.id, c) for c in of_types(asked) if c.is_public or c.has(bot)]
    shown, metadata = page(asked, seen)
    return {"channels": [channel_json(asked.state, c, viewer=bot) for c in shown], **metadata}


async def info(asked: Asked) -> JsonObject:
    conversation = asked.seen_channel()
    shown = channel_json(asked.state, conversation, viewer=asked.state.app.bot_user)
    if not asked.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


async def members(asked: Asked) -> JsonObject:
    conversation = asked.seen_channel()
    shown, metadata = page(asked, [(member, member) for member in conversation.members])
    return {"members": shown, **metadata}


def _readable(asked: Asked) -> Conversation:
    conversation = asked.seen_channel("history")
    if not conversation.has(asked.state.app.bot_user):
        raise Refusal("not_in_channel")
    return conversation


def _within(asked: Asked, messages: list[Message]) -> list[Message]:
    oldest, latest = asked.text("oldest", "0"), asked.text("latest")
    try:
        low, high = float(oldest), float(latest) if latest else float("inf")
    except ValueError:
        raise Refusal("invalid_ts_oldest", is_violation=True) from None
    if asked.flag("inclusive"):
        return [message for message in messages if low <= float(message.ts) <= high]
    return [message for message in messages if low < float(message.ts) < high]


def _page(asked: Asked, messages: list[Message]) -> JsonObject:
    shown, metadata = page(asked, [(message.ts, message) for message in messages])
    with_metadata = asked.flag("include_all_metadata")
    has_more = bool(metadata["response_metadata"]["next_cursor"])
    answer: JsonObject = {
        "messages": [message_json(asked.state, m, with_metadata=with_metadata) for m in shown],
        "has_more": has_more,
    }
    return answer | metadata if has_more else answer


async def history(asked: Asked) -> JsonObject:
    conversation = _readable(asked)
    messages = _within(asked, conversation.history.visible())
    return _page(asked, messages[::-1]) | {"pin_count": 0}


async def replies(asked: Asked) -> JsonObject:
    conversation = _readable(asked)
    root = conversation.history.get(asked.text("ts"))
    if root is None or root.ephemeral_for is not None:
        raise Refusal("thread_not_found")
    if root.is_reply:
        return _page(asked, [root])
    return _page(asked, [root, *_within(asked, conversation.history.replies(root.ts))])


async def open_one(asked: Asked) -> JsonObject:
    state = asked.state
    asked.need("im:write")
    if asked.maybe("channel") is not None:
        conversation = asked.seen_channel()
    else:
        users = asked.words("users")
        if not users:
            raise Refusal("users_list_not_supplied")
        if len(users) > 1:
            raise Refusal("missing_scope", needed="mpim:write")
        user = asked.someone(users[0])
        _refuse_unreachable(asked, user.id)
        conversation = rooms.open_dm(state, state.app.bot_user, user.id)
    if not asked.flag("return_im"):
        return {"channel": {"id": conversation.id}}
    return {"channel": channel_json(state, conversation, viewer=state.app.bot_user)}


def _refuse_unreachable(asked: Asked, user_id: str) -> None:
    user = asked.someone(user_id)
    if user.deleted:
        raise Refusal("user_disabled")
    if user.is_bot:
        raise Refusal("cannot_dm_bot")


async def join(asked: Asked) -> JsonObject:
    conversation = asked.state.conversations.get(asked.text("channel"))
    if conversation is None or not (conversation.is_public or conversation.is_dm):
        raise Refusal("channel_not_found")
    if conversation.is_dm:
        raise Refusal("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise Refusal("is_archived")
    bot = asked.state.app.bot_user
    rooms.join(asked.state, conversation, bot)
    return {"channel": channel_json(asked.state, conversation, viewer=bot)}


_LIST = {"exclude_archived": Is.FLAG, "types": Is.TEXT, **PAGING}
_SPAN = {
    "inclusive": Is.FLAG,
    "include_all_metadata": Is.FLAG,
    "latest": Is.TEXT,
    "oldest": Is.TEXT,
    **PAGING,
}

METHODS = {
    "conversations.list": Method(run=every, optional=_LIST),
    "conversations.info": Method(
        run=info,
        required={"channel": Is.TEXT},
        optional={"include_locale": Is.FLAG, "include_num_members": Is.FLAG},
    ),
    "conversations.members": Method(run=members, required={"channel": Is.TEXT}, optional=PAGING),
    "conversations.history": Method(run=history, required={"channel": Is.TEXT}, optional=_SPAN),
    "conversations.replies": Method(
        run=replies, required={"channel": Is.TEXT, "ts": Is.TEXT}, optional=_SPAN
    ),
    "conversations.open": Method(
        run=open_one,
        optional={"channel": Is.TEXT, "users": Is.TEXT, "return_im": Is.FLAG},
    ),
    "conversations.join": Method(run=join, scope="channels:join", required={"channel": Is.TEXT}),
}
