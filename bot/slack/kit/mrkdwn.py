"""
Strangers' text as Slack's mrkdwn.

Slack escapes by entities and nothing else (`& < >`), and whatever stands between < and > is a
mention, a channel ping or a link with any label. Markdown is therefore never passed through: its
tokens are written anew, and everything that is not ours comes out escaped.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Where a link may lead. `itms-services:` would install an app from somebody else's manifest.
SCHEMES = ("https://", "http://", "mailto:")

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(
    ["table", "strikethrough", "linkify"]
)
# Only what is written as a URL becomes a link: `install.sh` looks like a host, too.
if _MARKDOWN.linkify is not None:
    _MARKDOWN.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_STYLE = {
    "strong_open": "*",
    "strong_close": "*",
    "em_open": "_",
    "em_close": "_",
    "s_open": "~",
    "s_close": "~",
}


def escape(text: str) -> str:
    """Return *text* with Slack's three control characters made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int) -> str:
    """Return a name of somebody else's for mrkdwn: one line, cut to *limit*, then escaped."""
    return escape(cut(" ".join(text.split()), limit))


def code(text: str, limit: int = 200) -> str:
    """Return *text* as inline code; a backtick inside would end it and becomes an apostrophe."""
    inner = plain(text, limit).replace("`", "'")
    return f"`{inner}`" if inner else ""


def cut(text: str, limit: int) -> str:
    """Return *text* with at most *limit* characters, the last one an ellipsis if it was longer."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def person(user_id: str) -> str:
    """Return a mention of a person, or a plain word for an id that is none of Slack's."""
    return f"<@{user_id}>" if re.fullmatch(r"[UW][A-Z0-9]{2,30}", user_id) else "somebody"


def channel(channel_id: str) -> str:
    """Return a mention of a channel."""
    return f"<#{channel_id}>" if re.fullmatch(r"[CGD][A-Z0-9]{2,30}", channel_id) else "a channel"


def link(url: str, label: str) -> str:
    """Return a link with a label; only the label when *url* leads where a link must not."""
    shown = escape(label).replace("|", "¦")
    if not url.lower().startswith(SCHEMES):
        return shown
    target = escape(url).replace("|", "%7C").replace(" ", "%20")
    return f"<{target}|{shown}>" if shown.strip() else f"<{target}>"


def moment(when: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """Return a time that each reader sees in their own zone. *when* is aware."""
    return f"<!date^{int(when.timestamp())}^{form}|{when:%d %b %Y %H:%M} UTC>"


def from_markdown(text: str, limit: int = 2900) -> str:
    """Return Markdown as mrkdwn of at most *limit* characters, cut at the end of a block."""
    return _joined(paragraphs(text), limit)


def paragraphs(text: str) -> list[str]:
    """Return the blocks of a Markdown text as mrkdwn, one string each, in order."""
    return [block for block in _blocks(_MARKDOWN.parse(text.replace("\x00", ""))) if block.strip()]


def pieces(text: str, size: int) -> list[str]:
    """Split finished mrkdwn into strings of at most *size* characters, never inside an entity."""
    parts: list[str] = []
    while len(text) > size:
        end = _safe_end(text, size) or size  # A link longer than a piece is torn.
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip("\n")
    return [*parts, text] if text else parts


def clip(text: str, limit: int) -> str:
    """Cut finished mrkdwn to *limit* characters, never inside an entity or a link."""
    if len(text) <= limit:
        return text
    return text[: _safe_end(text, max(limit - 1, 1))].rstrip() + "…"


def _safe_end(text: str, size: int) -> int:
    """Return where to cut before *size* so that no entity, link or line is torn if avoidable."""
    end = size
    opened = text.rfind("<", 0, end)
    if opened >= 0 and text.find(">", opened, end) == -1:
        end = opened
    entity = text.rfind("&", max(end - 5, 0), end)
    if entity >= 0 and (found := _ENTITY.match(text, entity)) and found.end() > end:
        end = entity
    line = text.rfind("\n", end // 2, end)
    return line if line > 0 else end


def _joined(blocks: Sequence[str], limit: int) -> str:
    taken: list[str] = []
    room = limit
    for block in blocks:
        if len(block) + 1 > room:
            taken.append(clip(block, room) if not taken else "…")
            break
        taken.append(block)
        room -= len(block) + 1
    return "\n".join(taken)


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Walk the block tokens; lists and quotes prefix the lines of what is inside them."""
    writer = _Writer()
    for token in tokens:
        yield from writer.take(token)
    yield from writer.rest()


class _Writer:
    """Turns one token after the other into lines; a block is handed out when its end is seen."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._counters: list[int | None] = []
        self._marker = ""
        self._quotes = 0
        self._heading = False
        self._row: list[str] | None = None
        self._acts: dict[str, Callable[[Token], None]] = {
            "heading_open": lambda _: self._set_heading(on=True),
            "heading_close": lambda _: self._set_heading(on=False),
            "bullet_list_open": lambda _: self._counters.append(None),
            "ordered_list_open": lambda t: self._counters.append(int(t.attrGet("start") or 1)),
            "bullet_list_close": lambda _: self._leave_list(),
            "ordered_list_close": lambda _: self._leave_list(),
            "list_item_open": lambda _: self._begin_item(),
            "blockquote_open": lambda _: self._quote(1),
            "blockquote_close": lambda _: self._quote(-1),
            "tr_open": lambda _: self._begin_row(),
            "tr_close": lambda _: self._end_row(),
            "hr": lambda _: self._write("———"),
            "inline": self._inline,
            "fence": self._fence,
            "code_block": self._fence,
        }

    def take(self, token: Token) -> Iterator[str]:
        act = self._acts.get(token.type)
        if act is not None:
            act(token)
        elif token.content and token.nesting == 0:
            self._write(escape(token.content))
        if token.level == 0 and token.nesting <= 0:
            yield from self.rest()

    def rest(self) -> Iterator[str]:
        if self._lines:
            yield "\n".join(self._lines)
            self._lines = []

    def _inline(self, token: Token) -> None:
        text = "".join(_inline(token.children or []))
        if self._row is not None:
            self._row.append(text)
        elif self._heading and text.strip() and "*" not in text and "\n" not in text:
            self._write(f"*{text.strip()}*")
        else:
            self._write(text)

    def _fence(self, token: Token) -> None:
        content = escape(token.content.rstrip("\n")).replace("`", "'")
        self._write(f"```\n{content}\n```")

    def _write(self, text: str) -> None:
        indent = "    " * max(len(self._counters) - 1, 0)
        for line in text.split("\n"):
            self._lines.append("> " * self._quotes + indent + self._marker + line)
            self._marker = "   " if self._marker.strip() else self._marker

    def _begin_item(self) -> None:
        number = self._counters[-1]
        self._marker = "• " if number is None else f"{number}. "
        if number is not None:
            self._counters[-1] = number + 1

    def _leave_list(self) -> None:
        self._counters.pop()
        self._marker = "   " if self._counters else ""

    def _quote(self, step: int) -> None:
        self._quotes += step

    def _set_heading(self, *, on: bool) -> None:
        self._heading = on

    def _begin_row(self) -> None:
        self._row = []

    def _end_row(self) -> None:
        row, self._row = self._row or [], None
        self._write(" │ ".join(row))


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    links: list[str] = []
    for token in tokens:
        if token.type in _STYLE:
            yield _STYLE[token.type]
        elif token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""))
            links.append(target)
            yield f"<{target}|" if target else ""
        elif token.type == "link_close":
            yield ">" if links.pop() else ""
        elif token.type in {"softbreak", "hardbreak"}:
            yield " " if any(links) else "\n"
        elif token.type == "code_inline":
            yield _label(token.content) if any(links) else code(token.content, limit=1000)
        elif token.type == "image":
            yield escape(token.content)
        else:
            yield _label(token.content) if any(links) else escape(token.content)


def _target(url: str) -> str:
    """Return *url* as it may stand in a link, or nothing for a scheme that must not."""
    if not url.lower().startswith(SCHEMES):
        return ""
    return escape(url).replace("|", "%7C").replace(" ", "%20").replace("\n", "")


def _label(text: str) -> str:
    """Return the text of a link's label; a bar would end the address before it."""
    return escape(text).replace("|", "¦")
