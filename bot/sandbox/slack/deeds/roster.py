"""Changes of people and user groups."""

from bot.sandbox.slack.people import User
from bot.sandbox.slack.state import State
from bot.sandbox.slack.usergroups import UserGroup


def change_user(state: State, user_id: str, **changes: str | bool) -> User:
    """Change fields of a user, e.g. `deleted=True`, and tell the app."""
    user = state.people.mark(user_id, updated=state.now(), **changes)
    state.tell_app(
        {
            "type": "user_change",
            "user": user.as_json(with_email="users:read.email" in state.app.scopes),
            "cache_ts": state.now(),
            "event_ts": state.mint.ts(),
        }
    )
    state.tell_page({"type": "people"})
    return user


def set_members(state: State, group: UserGroup, users: list[str]) -> None:
    """Replace the members of a user group and tell the app, once in each of Slack's two ways."""
    before, group.users, group.updated = group.users, list(users), state.now()
    state.tell_app(
        {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": state.team_id,
            "date_previous_update": group.created,
            "date_update": group.updated,
            "added_users": [u for u in users if u not in before],
            "added_users_count": len([u for u in users if u not in before]),
            "removed_users": [u for u in before if u not in users],
            "removed_users_count": len([u for u in before if u not in users]),
            "event_ts": state.mint.ts(),
        }
    )
    updated(state, group)


def disable(state: State, group: UserGroup) -> None:
    """Switch a user group off: it vanishes from lists unless one asks for disabled ones."""
    group.disabled_at = group.updated = state.now()
    updated(state, group)


def updated(state: State, group: UserGroup) -> None:
    state.tell_app(
        {
            "type": "subteam_updated",
            "subteam": group.as_json(with_users=True, with_count=True),
            "event_ts": state.mint.ts(),
        }
    )
