"""Pages of long lists, with opaque cursors."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.api.arguments import Kind
from bot.sandbox.slack.api.method import Asked
from bot.sandbox.slack.errors import Refusal

T = TypeVar("T")

#: The arguments of every method that gives pages.
PAGING: dict[str, Kind] = {"cursor": Kind.TEXT, "limit": Kind.NUMBER}
DEFAULT_LIMIT = 100
MOST_PER_PAGE = 1000


def page(asked: Asked, keyed: Sequence[tuple[str, T]]) -> tuple[list[T], JsonObject]:
    """
    Return one page of *keyed* (pairs of a stable key and an item) and its `response_metadata`.

    A page may be shorter than the limit, as in Slack: only an empty `next_cursor` is the end.
    """
    limit = asked.number("limit", DEFAULT_LIMIT)
    if not 0 < limit <= MOST_PER_PAGE:
        raise Refusal("invalid_limit", is_violation=True)
    start = _start(asked.text("cursor"), [key for key, _ in keyed])
    size = min(limit, asked.page_cap)
    shown = keyed[start : start + size]
    has_more = start + size < len(keyed)
    cursor = _cursor(shown[-1][0]) if has_more and shown else ""
    return [item for _, item in shown], {"response_metadata": {"next_cursor": cursor}}


def _cursor(key: str) -> str:
    return base64.b64encode(f"after:{key}".encode()).decode()


def _start(cursor: str, keys: list[str]) -> int:
    if not cursor:
        return 0
    try:
        word, _, key = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal("invalid_cursor", is_violation=True) from None
    if word != "after":
        raise Refusal("invalid_cursor", is_violation=True)
    # What the cursor points at may be gone by now; then nothing more is known to follow.
    return keys.index(key) + 1 if key in keys else len(keys)
