"""A method of the Web API, and a call of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.conversations import SCOPE_FAMILY, Conversation
from bot.sandbox.slack.delivery.sockets import Sockets
from bot.sandbox.slack.errors import Refusal
from bot.sandbox.slack.people import User
from bot.sandbox.slack.state import State


class TokenKind(StrEnum):
    """Which of the app's tokens a method takes."""

    BOT = "bot"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call that is allowed and whose arguments are sound. *page_cap* bounds every page."""

    state: State
    sockets: Sockets
    arguments: JsonObject
    page_cap: int

    def text(self, name: str, default: str = "") -> str:
        return str(self.arguments.get(name, default))

    def maybe(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        return bool(self.arguments.get(name, False))

    def number(self, name: str, default: int) -> int:
        return int(self.arguments.get(name, default))

    def words(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated argument as a list."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def need(self, scope: str) -> None:
        """Raise Refusal unless the app was granted *scope*."""
        if scope not in self.state.app.scopes:
            raise Refusal("missing_scope", needed=scope)

    def seen_channel(self, act: str = "read") -> Conversation:
        """
        Return the conversation of the argument `channel` if the app may see it.

        *act* is the end of the scope that is needed, `read` or `history`.
        """
        conversation = self.state.conversations.get(self.text("channel"))
        if conversation is None:
            raise Refusal("channel_not_found")
        self.need(f"{SCOPE_FAMILY[conversation.kind]}:{act}")
        if not conversation.is_public and not conversation.has(self.state.app.bot_user):
            raise Refusal("channel_not_found")
        return conversation

    def someone(self, user_id: str) -> User:
        user = self.state.people.get(user_id)
        if user is None:
            raise Refusal("user_not_found")
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How to call a method: *scope* is asked for before the arguments are looked at."""

    run: Callable[[Asked], Awaitable[JsonObject]]
    scope: str | None = None
    token: TokenKind = TokenKind.BOT
    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)
