"""People type slash commands."""

import re

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts.ground import Ground
from bot.sandbox.slack.acts.payloads import channel_name
from bot.sandbox.slack.deeds.answers import answer
from bot.sandbox.slack.delivery.envelope import Sort
from bot.sandbox.slack.errors import NotPossible, Refusal, Unanswered
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.state import State

_MENTION = re.compile(r"(?<![\w<@#|])([@#])([\w.\-]+)")
_ESCAPED = re.compile(r"<([@#!])([^|>]*)\|([^>]*)>")


async def run(
    ground: Ground, user_id: str, channel: str, command: str, text: str
) -> Message | None:
    """
    Send a slash command and return the message it was answered with, if any.

    Raise NotPossible for a command nobody offers, Unanswered when the app failed to answer.
    """
    state = ground.state
    user = ground.user(user_id)
    conversation = ground.conversation(channel)
    known = state.app.manifest.command_named(command)
    if known is None or "commands" not in state.app.scopes:
        raise NotPossible(f"{command} is not a valid command.")
    if not conversation.has(user_id):
        raise NotPossible(f"You are not a member of #{conversation.name}.")
    where = state.response_urls.give(user_id, conversation.id)
    payload: JsonObject = {
        "token": state.app.verification_token,
        "team_id": state.team_id,
        "team_domain": state.team_domain,
        "channel_id": conversation.id,
        "channel_name": channel_name(conversation),
        "user_id": user_id,
        "user_name": user.name,
        "command": command,
        "text": escaped(state, text) if known.should_escape else unescaped(text),
        "api_app_id": state.app.app_id,
        "is_enterprise_install": "false",
        "response_url": state.response_address(where.key),
        "trigger_id": ground.trigger(user_id),
    }
    reply = await ground.delivery.ask(Sort.COMMAND, payload, command)
    if not reply.payload:
        return None
    try:
        return answer(state, where, reply.payload)
    except Refusal as refusal:
        why = "; ".join([refusal.name, *refusal.messages])
        state.breach(f"The answer to {command} was refused: {why}")
        raise Unanswered("invalid_command_response", command) from refusal


def escaped(state: State, text: str) -> str:
    """Turn @name, @group and #channel into Slack's `<@U…|name>` and so on."""

    def replace_one(match: re.Match[str]) -> str:
        sign, name = match.groups()
        if sign == "#":
            channel = state.conversations.named(name)
            return f"<#{channel.id}|{channel.name}>" if channel is not None else match.group()
        user = state.people.named(name)
        if user is not None:
            return f"<@{user.id}|{user.name}>"
        group = state.usergroups.named(name)
        return f"<!subteam^{group.id}|@{group.handle}>" if group is not None else match.group()

    return _MENTION.sub(replace_one, text)


def unescaped(text: str) -> str:
    """Turn Slack's forms back into what was typed, for an app that does not want them."""

    def replace_one(match: re.Match[str]) -> str:
        sign, _, name = match.groups()
        return name if sign == "!" else f"{sign}{name}"

    return _ESCAPED.sub(replace_one, text)
