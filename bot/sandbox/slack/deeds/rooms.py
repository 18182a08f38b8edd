"""Opening, joining, leaving, renaming and archiving conversations."""

from dataclasses import replace

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversation, Kind
from bot.sandbox.slack.state import State


def open_dm(state: State, one: str, other: str) -> Conversation:
    """Return the direct message of two people, made when there is none."""
    known = state.conversations.dm(one, other)
    if known is not None:
        return known
    return state.conversations.add(
        Conversation(
            id=state.mint.id("D"),
            name="directmessage",
            kind=Kind.DM,
            creator=one,
            created=state.now(),
            members=[one, other],
        )
    )


def join(
    state: State, conversation: Conversation, user_id: str, inviter: str | None = None
) -> None:
    """Make somebody a member; nothing happens when they are one."""
    if conversation.has(user_id):
        return
    conversation.members.append(user_id)
    event = _membership(state, "member_joined_channel", conversation, user_id)
    if inviter is not None:
        event["inviter"] = inviter
    state.tell_app(event, channel=conversation.id)
    _tell_page(state)


def leave(state: State, conversation: Conversation, user_id: str) -> None:
    """End a membership. The app is told of its own end too, when it can no longer see in."""
    if not conversation.has(user_id):
        return
    event = _membership(state, "member_left_channel", conversation, user_id)
    conversation.members.remove(user_id)
    is_bot = user_id == state.app.bot_user
    state.tell_app(event, channel=None if is_bot else conversation.id)
    if is_bot:
        kind = "channel_left" if conversation.is_public else "group_left"
        left = {"type": kind, "channel": conversation.id, "event_ts": state.mint.ts()}
        state.tell_app(left)
    _tell_page(state)


def _membership(state: State, kind: str, conversation: Conversation, user_id: str) -> JsonObject:
    return {
        "type": kind,
        "user": user_id,
        "channel": conversation.id,
        "channel_type": "C" if conversation.is_public else "G",
        "team": state.team_id,
        "event_ts": state.mint.ts(),
    }


def archive(state: State, conversation: Conversation, by: str) -> None:
    conversation.is_archived = True
    _tell_app(state, conversation, "archive", {"channel": conversation.id, "user": by})


def unarchive(state: State, conversation: Conversation, by: str) -> None:
    conversation.is_archived = False
    _tell_app(state, conversation, "unarchive", {"channel": conversation.id, "user": by})


def rename(state: State, conversation: Conversation, name: str) -> None:
    conversation.name = name
    shown = {"id": conversation.id, "name": name, "created": conversation.created}
    _tell_app(state, conversation, "rename", {"channel": shown})


def make_private(state: State, conversation: Conversation) -> None:
    """Turn a public channel into a private one; its id stays."""
    conversation.kind = Kind.PRIVATE
    _tell_page(state)


def change_id(state: State, conversation: Conversation) -> str:
    """Give a channel a new id, as a move to another workspace does, and return it."""
    old = conversation.id
    conversation.id = state.mint.id("C")
    state.conversations.add(conversation)
    state.conversations.forget(old)
    for message in conversation.history.everything():
        conversation.history.put(replace(message, channel=conversation.id))
    state.tell_app(
        {
            "type": "channel_id_changed",
            "old_channel_id": old,
            "new_channel_id": conversation.id,
            "event_ts": state.mint.ts(),
        }
    )
    _tell_page(state)
    return conversation.id


def _tell_app(state: State, conversation: Conversation, what: str, rest: JsonObject) -> None:
    kind = f"{'channel' if conversation.is_public else 'group'}_{what}"
    seen_by = None if conversation.is_public else conversation.id
    state.tell_app({"type": kind, **rest, "event_ts": state.mint.ts()}, channel=seen_by)
    _tell_page(state)


def _tell_page(state: State) -> None:
    state.tell_page({"type": "channels"})
