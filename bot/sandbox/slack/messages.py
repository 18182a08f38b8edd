"""Messages, and the bounded history of a channel."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.shapes import JsonObject, as_list, as_object

#: So many messages a channel remembers; the oldest are forgotten first.
KEPT_MESSAGES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    One message as it was at one moment; an edit makes a new value.

    A test that keeps an old one can therefore click on an outdated card, as people do.
    """

    ts: str
    channel: str
    user: str
    text: str
    team: str
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    blocks: list[JsonObject] = field(default_factory=list)
    attachments: list[JsonObject] = field(default_factory=list)
    files: tuple[str, ...] = ()
    thread_ts: str | None = None
    subtype: str | None = None
    edited_by: str | None = None
    edited_ts: str | None = None
    metadata: JsonObject | None = None
    ephemeral_for: str | None = None
    reactions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unfurls: JsonObject = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def is_bot(self) -> bool:
        return self.bot_id is not None

    @property
    def is_broadcast(self) -> bool:
        return self.subtype == "thread_broadcast"

    def said(self) -> str:
        """Return everything a person would read in it: its text and the texts of its blocks."""
        return "\n".join([self.text, *_texts(self.blocks)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfurl:
    """What the app shows below one link of a message."""

    message: Message
    url: str

    @property
    def blocks(self) -> list[JsonObject]:
        return as_list(as_object(self.message.unfurls.get(self.url)).get("blocks"))

    @property
    def attachment_id(self) -> int:
        """Which of the things below the message it is, from one on."""
        return list(self.message.unfurls).index(self.url) + 1


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"text", "alt_text"} and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)


class History:
    """The messages of one channel, oldest first."""

    def __init__(self, keep: int = KEPT_MESSAGES) -> None:
        self._keep = keep
        self._by_ts: dict[str, Message] = {}
        self._replies: dict[str, list[str]] = {}

    def put(self, message: Message) -> None:
        """Add a message, or put its new version in the place of the old one."""
        is_new = message.ts not in self._by_ts
        self._by_ts[message.ts] = message
        if not is_new:
            return
        if message.is_reply and message.thread_ts is not None:
            self._replies.setdefault(message.thread_ts, []).append(message.ts)
        while len(self._by_ts) > self._keep:
            self.remove(next(iter(self._by_ts)))

    def get(self, ts: str) -> Message | None:
        return self._by_ts.get(ts)

    def remove(self, ts: str) -> None:
        gone = self._by_ts.pop(ts, None)
        if gone is None or gone.thread_ts is None:
            self._replies.pop(ts, None)
            return
        replies = self._replies.get(gone.thread_ts, [])
        if ts in replies:
            replies.remove(ts)

    def everything(self) -> list[Message]:
        return list(self._by_ts.values())

    def visible(self) -> list[Message]:
        """Return what `conversations.history` knows: no ephemeral messages, no plain replies."""
        return [
            message
            for message in self._by_ts.values()
            if message.ephemeral_for is None and (not message.is_reply or message.is_broadcast)
        ]

    def replies(self, root_ts: str) -> list[Message]:
        """Return the replies of a thread, oldest first, without ephemeral ones."""
        found = (self._by_ts[ts] for ts in self._replies.get(root_ts, []) if ts in self._by_ts)
        return [message for message in found if message.ephemeral_for is None]
