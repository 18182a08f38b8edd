"""User groups, which Slack's API calls subteams."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.shapes import JsonObject


@dataclass(slots=True, kw_only=True)
class UserGroup:
    """A user group such as @qa-team; a disabled one keeps its members."""

    id: str
    team_id: str
    handle: str
    name: str
    users: list[str]
    created: int
    updated: int
    disabled_at: int = 0

    def as_json(self, *, with_users: bool, with_count: bool) -> JsonObject:
        """Return the usergroup object of `usergroups.list`."""
        shown: JsonObject = {
            "id": self.id,
            "team_id": self.team_id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": self.created,
            "date_update": self.updated,
            "date_delete": self.disabled_at,
            "auto_type": None,
            "auto_provision": False,
            "prefs": {"channels": [], "groups": []},
        }
        if with_users:
            shown["users"] = list(self.users)
        if with_count:
            shown["user_count"] = len(self.users)
        return shown


class UserGroups:
    """All user groups, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, UserGroup] = {}

    def __iter__(self) -> Iterator[UserGroup]:
        return iter(tuple(self._by_id.values()))

    def add(self, group: UserGroup) -> UserGroup:
        self._by_id[group.id] = group
        return group

    def get(self, group_id: str) -> UserGroup | None:
        return self._by_id.get(group_id)

    def named(self, text: str) -> UserGroup | None:
        wanted = text.removeprefix("@")
        return next((g for g in self if wanted in {g.id, g.handle, g.name}), None)

    def remove(self, group_id: str) -> None:
        self._by_id.pop(group_id, None)
