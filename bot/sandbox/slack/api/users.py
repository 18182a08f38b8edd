"""users.* and usergroups.*."""

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.conversations import of_types
from bot.sandbox.slack.api.method import Asked, Method
from bot.sandbox.slack.api.pages import PAGING, page
from bot.sandbox.slack.deeds.rendering import channel_json
from bot.sandbox.slack.errors import Refusal


def _sees_email(asked: Asked) -> bool:
    return "users:read.email" in asked.state.app.scopes


async def info(asked: Asked) -> JsonObject:
    user = asked.someone(asked.text("user"))
    return {"user": user.as_json(with_email=_sees_email(asked))}


async def every(asked: Asked) -> JsonObject:
    # Strangers of Slack Connect are in no list of ours; one meets them in shared channels.
    own = [(user.id, user) for user in asked.state.people if not user.is_stranger]
    users, metadata = page(asked, own)
    members = [user.as_json(with_email=_sees_email(asked)) for user in users]
    return {"members": members, "cache_ts": asked.state.now(), **metadata}


async def by_email(asked: Asked) -> JsonObject:
    user = asked.state.people.with_email(asked.text("email"))
    if user is None or user.deleted:
        raise Refusal("users_not_found")
    return {"user": user.as_json(with_email=True)}


async def conversations(asked: Asked) -> JsonObject:
    bot = asked.state.app.bot_user
    user = asked.someone(asked.text("user", bot))
    found = [
        (conversation.id, conversation)
        for conversation in of_types(asked)
        if conversation.has(user.id) and (conversation.is_public or conversation.has(bot))
    ]
    shown, metadata = page(asked, found)
    return {"channels": [channel_json(asked.state, c, viewer=bot) for c in shown], **metadata}


async def groups(asked: Asked) -> JsonObject:
    shown = [
        group.as_json(
            with_users=asked.flag("include_users"), with_count=asked.flag("include_count")
        )
        for group in asked.state.usergroups
        if not group.disabled_at or asked.flag("include_disabled")
    ]
    return {"usergroups": shown}


async def group_members(asked: Asked) -> JsonObject:
    group = asked.state.usergroups.get(asked.text("usergroup"))
    if group is None or (group.disabled_at and not asked.flag("include_disabled")):
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}


METHODS = {
    "users.info": Method(
        run=info,
        scope="users:read",
        required={"user": Kind.TEXT},
        optional={"include_locale": Kind.FLAG},
    ),
    "users.list": Method(
        run=every, scope="users:read", optional={"include_locale": Kind.FLAG, **PAGING}
    ),
    "users.lookupByEmail": Method(
        run=by_email, scope="users:read.email", required={"email": Kind.TEXT}
    ),
    "users.conversations": Method(
        run=conversations,
        optional={
            "exclude_archived": Kind.FLAG,
            "types": Kind.TEXT,
            "user": Kind.TEXT,
            **PAGING,
        },
    ),
    "usergroups.list": Method(
        run=groups,
        scope="usergroups:read",
        optional={
            "include_count": Kind.FLAG,
            "include_disabled": Kind.FLAG,
            "include_users": Kind.FLAG,
        },
    ),
    "usergroups.users.list": Method(
        run=group_members,
        scope="usergroups:read",
        required={"usergroup": Kind.TEXT},
        optional={"include_disabled": Kind.FLAG},
    ),
}
