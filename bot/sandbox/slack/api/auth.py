"""auth.*, apps.*, team.* and bots.*."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked, Method, TokenKind
from bot.sandbox.slack.errors import Refusal


async def test(asked: Asked) -> JsonObject:
    state = asked.state
    return {
        "url": f"{state.base_url}/",
        "team": state.team_name,
        "user": state.app.manifest.name,
        "team_id": state.team_id,
        "user_id": state.app.bot_user,
        "bot_id": state.app.bot_id,
        "is_enterprise_install": False,
    }


async def open_connection(asked: Asked) -> JsonObject:
    """Give out the address of a socket, which works once."""
    state = asked.state
    if state.app.is_link_disabled:
        raise Refusal("link_disabled")
    base = state.base_url.replace("http", "ws", 1)
    ticket = asked.sockets.ticket()
    return {"url": f"{base}/link/?ticket={ticket}&app_id={state.app.app_id}"}


async def team_info(asked: Asked) -> JsonObject:
    state = asked.state
    if asked.text("team", state.team_id) != state.team_id:
        raise Refusal("team_not_found")
    return {
        "team": {
            "id": state.team_id,
            "name": state.team_name,
            "domain": state.team_domain,
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


async def bot_info(asked: Asked) -> JsonObject:
    wanted = asked.text("bot", asked.state.app.bot_id)
    bot = next((user for user in asked.state.people if user.bot_id == wanted), None)
    if bot is None:
        raise Refusal("bot_not_found")
    return {
        "bot": {
            "id": bot.bot_id,
            "deleted": bot.deleted,
            "name": bot.name,
            "updated": bot.updated,
            "app_id": bot.app_id,
            "user_id": bot.id,
            "icons": {},
        }
    }


METHODS = {
    "auth.test": Method(run=test),
    "apps.connections.open": Method(
        run=open_connection, token=TokenKind.APP, scope="connections:write"
    ),
    "team.info": Method(
        run=team_info,
        scope="team:read",
        optional={
            "team": Kind.TEXT,
            "domain": Kind.TEXT,
            "include_slackbot_availability": Kind.FLAG,
        },
    ),
    "bots.info": Method(run=bot_info, scope="users:read", optional={"bot": Kind.TEXT}),
}
