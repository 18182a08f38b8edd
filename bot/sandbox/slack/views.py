"""Modals and Home tabs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.shapes import JsonObject, as_object, as_text

#: A person can have so many modals on top of each other.
DEEPEST_STACK = 3
#: The tab of what was done without a page: whoever looks as that person sees it.
EVERY_TAB = ""
#: A page that was reloaded leaves its modals behind; so many of a person are remembered.
KEPT_MODALS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    A modal or a Home tab as it was at one moment; an update makes a new value.

    *body* is what the app sent, with the ids that Slack adds to blocks; *values* is what the
    person filled in, as `{block_id: {action_id: value object}}`. A modal is seen in one *tab* of
    its person, the one whose click or command opened it.
    """

    id: str
    user: str
    hash: str
    body: JsonObject
    values: JsonObject = field(default_factory=dict)
    root_id: str
    previous_id: str | None = None
    tab: str = EVERY_TAB

    @property
    def type(self) -> str:
        return as_text(self.body.get("type"))

    @property
    def callback_id(self) -> str:
        return as_text(self.body.get("callback_id"))

    @property
    def external_id(self) -> str:
        return as_text(self.body.get("external_id"))

    @property
    def private_metadata(self) -> str:
        return as_text(self.body.get("private_metadata"))

    @property
    def title(self) -> str:
        return as_text(as_object(self.body.get("title")).get("text"))

    @property
    def blocks(self) -> list[JsonObject]:
        return list(self.body.get("blocks", []))

    def as_json(self, *, team_id: str, app_id: str, bot_id: str) -> JsonObject:
        """Return the view object that the API answers and that payloads carry."""
        return {
            "id": self.id,
            "team_id": team_id,
            "type": self.type,
            "blocks": self.blocks,
            "private_metadata": self.private_metadata,
            "callback_id": self.callback_id,
            "state": {"values": self.values},
            "hash": self.hash,
            "title": self.body.get("title") or {"type": "plain_text", "text": "", "emoji": True},
            "clear_on_close": bool(self.body.get("clear_on_close")),
            "notify_on_close": bool(self.body.get("notify_on_close")),
            "close": self.body.get("close"),
            "submit": self.body.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app_id,
            "external_id": self.external_id,
            "app_installed_team_id": team_id,
            "bot_id": bot_id,
        }


class Views:
    """The modals that are open, by person, and the Home tabs."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def __iter__(self) -> Iterator[View]:
        for stack in tuple(self._stacks.values()):
            yield from tuple(stack)
        yield from tuple(self._homes.values())

    def stack(self, user_id: str, tab: str = EVERY_TAB) -> list[View]:
        """Return the open modals of a person in one tab, the topmost last."""
        return [view for view in self._stacks.get(user_id, []) if view.tab == tab]

    def top(self, user_id: str, tab: str | None = None) -> View | None:
        """Return the modal that was opened last, in one tab or in any."""
        stack = self._stacks.get(user_id, []) if tab is None else self.stack(user_id, tab)
        return stack[-1] if stack else None

    def home(self, user_id: str) -> View | None:
        return self._homes.get(user_id)

    def get(self, view_id: str) -> View | None:
        return next((view for view in self if view.id == view_id), None)

    def with_external_id(self, external_id: str) -> View | None:
        return next(
            (view for view in self if external_id and view.external_id == external_id), None
        )

    def push(self, view: View) -> None:
        stack = self._stacks.setdefault(view.user, [])
        stack.append(view)
        del stack[:-KEPT_MODALS]

    def pop(self, view_id: str) -> None:
        for stack in self._stacks.values():
            stack[:] = [view for view in stack if view.id != view_id]

    def clear(self, user_id: str, tab: str) -> None:
        """Take away the modals of one tab; what is open in another stays."""
        stack = self._stacks.get(user_id, [])
        stack[:] = [view for view in stack if view.tab != tab]

    def publish(self, view: View) -> None:
        self._homes[view.user] = view

    def replace(self, view: View) -> None:
        """Put a new version of an open view in the place of the old one."""
        home = self._homes.get(view.user)
        if home is not None and home.id == view.id:
            self._homes[view.user] = view
            return
        stack = self._stacks.get(view.user, [])
        stack[:] = [view if known.id == view.id else known for known in stack]
