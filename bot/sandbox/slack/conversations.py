"""Channels and direct messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sandbox.slack.messages import History


class Kind(StrEnum):
    """Slack's kinds of conversation, named as in the `types` argument of its API."""

    PUBLIC = "public_channel"
    PRIVATE = "private_channel"
    DM = "im"


#: The beginning of the scopes that a kind takes, e.g. `groups:read`.
SCOPE_FAMILY = {Kind.PUBLIC: "channels", Kind.PRIVATE: "groups", Kind.DM: "im"}

#: What message events call the kind in `channel_type`.
CHANNEL_TYPE = {Kind.PUBLIC: "channel", Kind.PRIVATE: "group", Kind.DM: "im"}


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A channel or a direct message. *members* keeps the order in which they came."""

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    history: History = field(default_factory=History)
    last_read: dict[str, str] = field(default_factory=dict)

    @property
    def is_dm(self) -> bool:
        return self.kind is Kind.DM

    @property
    def is_public(self) -> bool:
        return self.kind is Kind.PUBLIC

    @property
    def channel_type(self) -> str:
        return CHANNEL_TYPE[self.kind]

    def has(self, user_id: str) -> bool:
        return user_id in self.members

    def other_than(self, user_id: str) -> str:
        """Return whom *user_id* talks to in this direct message."""
        return next((member for member in self.members if member != user_id), user_id)


class Conversations:
    """All conversations, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Conversation] = {}

    def __iter__(self) -> Iterator[Conversation]:
        return iter(tuple(self._by_id.values()))

    def add(self, conversation: Conversation) -> Conversation:
        self._by_id[conversation.id] = conversation
        return conversation

    def forget(self, conversation_id: str) -> None:
        self._by_id.pop(conversation_id, None)

    def get(self, conversation_id: str) -> Conversation | None:
        return self._by_id.get(conversation_id)

    def named(self, text: str) -> Conversation | None:
        """Find a conversation by id or by name, with or without the `#`."""
        wanted = text.removeprefix("#")
        for conversation in self:
            if text == conversation.id or (wanted == conversation.name and not conversation.is_dm):
                return conversation
        return None

    def dm(self, one: str, other: str) -> Conversation | None:
        """Find the direct message of two people."""
        pair = {one, other}
        return next((c for c in self if c.is_dm and set(c.members) == pair), None)
