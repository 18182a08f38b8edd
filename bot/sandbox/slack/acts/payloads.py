"""The parts that all interactive payloads share."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.conversations import Conversation
from bot.sandbox.slack.people import User
from bot.sandbox.slack.state import State


def common(state: State, user: User, kind: str) -> JsonObject:
    """Return who did something where, and for which app."""
    return {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": state.app.app_id,
        "token": state.app.verification_token,
        "team": {"id": state.team_id, "domain": state.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_part(conversation: Conversation) -> JsonObject:
    return {"id": conversation.id, "name": channel_name(conversation)}


def channel_name(conversation: Conversation) -> str:
    """Return the name as payloads show it: private channels and DMs keep theirs to themselves."""
    if conversation.is_dm:
        return "directmessage"
    return conversation.name if conversation.is_public else "privategroup"
