"""The people of the workspace, and its bots."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.sandbox.shapes import JsonObject

#: Slack's own helper, which is in every workspace under this id.
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """
    A user as Slack knows one. *role_hint* is for the page only.

    *name* is what they log in with. Who chose no *display_name* is shown by the real one.
    """

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str = ""
    title: str = ""
    email: str | None = None
    time_zone: str = "Europe/Berlin"
    color: str = "4a154b"
    role_hint: str = ""
    bot_id: str | None = None
    app_id: str | None = None
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    updated: int = 0

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted

    def as_json(self, *, with_email: bool) -> JsonObject:
        """Return the user object of `users.info`; the e-mail takes the scope users:read.email."""
        shown: JsonObject = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "profile": self._profile(with_email=with_email),
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": self.updated,
            "is_email_confirmed": True,
        }
        if self.is_stranger:
            shown["is_stranger"] = True
        if self.deleted:
            return shown
        return shown | self._standing()

    def _standing(self) -> JsonObject:
        return {
            "tz": self.time_zone,
            "tz_label": self.time_zone,
            "tz_offset": 3600,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
        }

    def _profile(self, *, with_email: bool) -> JsonObject:
        profile: JsonObject = {
            "title": self.title,
            "phone": "",
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.display_name,
            "display_name_normalized": self.display_name,
            "status_text": "",
            "status_emoji": "",
            "team": self.team_id,
        }
        if self.bot_id is not None:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id, "always_active": True}
        if with_email and self.email is not None and not self.is_stranger:
            profile["email"] = self.email
        return profile


class People:
    """All users, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, User] = {}

    def __iter__(self) -> Iterator[User]:
        return iter(tuple(self._by_id.values()))

    def add(self, user: User) -> User:
        self._by_id[user.id] = user
        return user

    def get(self, user_id: str) -> User | None:
        return self._by_id.get(user_id)

    def named(self, text: str) -> User | None:
        """Find somebody by id, by handle, by full name or by first name."""
        wanted = text.removeprefix("@").casefold()
        for user in self:
            names = {user.id, user.name, user.real_name, user.real_name.split(" ")[0]}
            if wanted in {name.casefold() for name in names}:
                return user
        return None

    def with_email(self, email: str) -> User | None:
        wanted = email.casefold()
        known = (user for user in self if user.email is not None and not user.is_stranger)
        return next((user for user in known if str(user.email).casefold() == wanted), None)

    def mark(self, user_id: str, *, updated: int, **changes: str | bool) -> User:
        """Change fields of a user, e.g. `deleted=True`."""
        known = self._by_id[user_id]
        return self.add(replace(known, updated=updated, **changes))  # type: ignore[arg-type]  # fields of User
