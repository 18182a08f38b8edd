"""`/desk/people` and `/desk/directory`: who is here."""

from dataclasses import asdict

from aiohttp import web

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.desk.channels import shown_channel, visible_to
from bot.sandbox.slack.desk.door import Visit
from bot.sandbox.slack.people import SLACKBOT, User
from bot.sandbox.slack.workspace import Workspace


def shown_user(user: User) -> JsonObject:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "avatar_color": f"#{user.color}",
        "role_hint": user.role_hint,
        "is_bot": user.is_bot,
        "is_guest": user.is_guest,
        "is_stranger": user.is_stranger,
        "deleted": user.deleted,
    }


def people(workspace: Workspace) -> web.Response:
    """Answer with everybody, the bot and what it offers; nobody has to say who they are yet."""
    state = workspace.state
    bot = state.people.get(state.app.bot_user)
    manifest = state.app.manifest
    shown = [shown_user(u) for u in state.people if u.id not in {SLACKBOT, state.app.bot_user}]
    return web.json_response(
        {
            "people": shown,
            "bot": shown_user(bot) if bot is not None else None,
            "workspace": {"name": state.team_name, "id": state.team_id, "born": state.born},
            "commands": [asdict(command) for command in manifest.commands or ()],
            "standing": list(state.standing_news.values()),
            "shortcuts": [asdict(shortcut) for shortcut in manifest.shortcuts or ()],
        }
    )


async def directory(visit: Visit) -> web.Response:
    state = visit.workspace.state
    groups = [g for g in state.usergroups if not g.disabled_at]
    return web.json_response(
        {
            "users": [shown_user(user) for user in state.people if user.id != SLACKBOT],
            "channels": [shown_channel(visit, c) for c in visible_to(visit)],
            "usergroups": [{"id": g.id, "handle": g.handle, "name": g.name} for g in groups],
        }
    )
