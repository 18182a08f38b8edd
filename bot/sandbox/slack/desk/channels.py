"""`/desk/channels`: where one can look."""

from aiohttp import web

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.desk.door import Visit
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.messages import Message


def visible_to(visit: Visit) -> list[Conversation]:
    """Return public channels and what one is a member of; guests see only their own."""
    me = visit.person.id
    is_guest = visit.person.user.is_guest
    return [
        conversation
        for conversation in visit.workspace.state.conversations
        if conversation.has(me) or (conversation.is_public and not is_guest)
    ]


def looked_at(visit: Visit, channel: str) -> Conversation:
    """Return a conversation that one may read. Raise NotPossible."""
    found = next((c for c in visible_to(visit) if c.id == channel), None)
    if found is None:
        raise NotPossible("You cannot see this channel.")
    return found


def seen_by(visit: Visit, conversation: Conversation) -> list[Message]:
    """Return the messages of a channel that are for everybody or for me."""
    mine = {None, visit.person.id}
    return [m for m in conversation.history.everything() if m.ephemeral_for in mine]


def shown_channel(visit: Visit, conversation: Conversation) -> JsonObject:
    me = visit.person.id
    read = float(conversation.last_read.get(me, "0"))
    unread = [
        message
        for message in seen_by(visit, conversation)
        if float(message.ts) > read and message.user != me and not message.is_reply
    ]
    return {
        "id": conversation.id,
        "name": conversation.name,
        "is_im": conversation.is_dm,
        "is_private": not conversation.is_public,
        "is_archived": conversation.is_archived,
        "is_member": conversation.has(me),
        "with_user": conversation.other_than(me) if conversation.is_dm else None,
        "unread": len(unread) if conversation.has(me) else 0,
        "bot_is_member": conversation.has(visit.workspace.state.app.bot_user),
        "purpose": conversation.purpose,
    }


async def channels(visit: Visit) -> web.Response:
    shown = [shown_channel(visit, conversation) for conversation in visible_to(visit)]
    return web.json_response({"channels": shown})
