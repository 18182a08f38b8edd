"""reactions.*."""

import re
from dataclasses import replace

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.messages import Message

_NAME = re.compile(r"[a-z0-9_+'\-]{1,100}")


def _message(asked: Asked) -> Message:
    conversation = asked.state.conversations.get(asked.text("channel"))
    bot = asked.state.app.bot_user
    if conversation is None or not (conversation.is_public or conversation.has(bot)):
        raise Refusal("channel_not_found")
    message = conversation.history.get(asked.text("timestamp"))
    if message is None or message.ephemeral_for is not None:
        raise Refusal("message_not_found")
    if _NAME.fullmatch(asked.text("name")) is None:
        raise Refusal("invalid_name", is_violation=True)
    return message


def _put(asked: Asked, message: Message, users: tuple[str, ...]) -> None:
    reactions = {**message.reactions, asked.text("name"): users}
    shown = {name: who for name, who in reactions.items() if who}
    conversation = asked.state.conversations.get(message.channel)
    if conversation is not None:
        conversation.history.put(replace(message, reactions=shown))
    changed = {"type": "message_changed", "channel": message.channel, "ts": message.ts}
    asked.state.tell_page(changed)


async def add(asked: Asked) -> JsonObject:
    message = _message(asked)
    users = message.reactions.get(asked.text("name"), ())
    if asked.state.app.bot_user in users:
        raise Refusal("already_reacted")
    _put(asked, message, (*users, asked.state.app.bot_user))
    return {}


async def remove(asked: Asked) -> JsonObject:
    message = _message(asked)
    users = message.reactions.get(asked.text("name"), ())
    if asked.state.app.bot_user not in users:
        raise Refusal("no_reaction")
    _put(asked, message, tuple(user for user in users if user != asked.state.app.bot_user))
    return {}


_ARGUMENTS = {"channel": Kind.TEXT, "name": Kind.TEXT, "timestamp": Kind.TEXT}

METHODS = {
    "reactions.add": Method(run=add, scope="reactions:write", required=_ARGUMENTS),
    "reactions.remove": Method(run=remove, scope="reactions:write", required=_ARGUMENTS),
}
