"""
Markdown, and Textile, as Slack's mrkdwn.

It is never passed through: its tokens are written anew, and everything that is not ours comes out
escaped.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from markdown_it.token import Token

from bot.slack.kit import lines
from bot.slack.kit.lines import Piece, TextLine
from bot.slack.kit.mrkdwn import FENCE, escape, target
from provisioning.releases.notes import parsed
from storage.records.release import NotesKind

_OPENING = {"strong_open": "*", "em_open": "_", "s_open": "~"}
_CLOSING = {"strong_close": "*", "em_close": "_", "s_close": "~"}
_BREAKS = frozenset({"softbreak", "hardbreak"})

#: Slack shows no link whose address is longer than this.
ADDRESS = 2_000
#: A link is never torn, so that one with more words than these becomes several to the same place.
LABEL = 200
#: Cards are drawn again and again from the same notes.
REMEMBERED = 16


def to_mrkdwn(text: str) -> str:
    """Return all of a Markdown text as mrkdwn."""
    return lines.whole(to_lines(text))


@lru_cache(maxsize=REMEMBERED)
def to_lines(text: str, kind: NotesKind = NotesKind.MARKDOWN) -> tuple[TextLine, ...]:
    """Return a text as lines of mrkdwn: a paragraph is one, and so is each item."""
    writer = _Writer()
    for token in parsed(text, kind):
        writer.take(token)
    return tuple(line for line in writer.lines if line.shut or line.text.strip())


class _Writer:
    """Turns one token after the other into lines; lists and quotes prefix those inside them."""

    def __init__(self) -> None:
        self.lines: list[TextLine] = []
        self._counters: list[int | None] = []
        self._marker = ""
        self._quotes = 0
        self._heading = False
        self._row: list[Piece] | None = None
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
            "hr": lambda _: self._write((Piece(text="———"),)),
            "inline": self._inline,
            "fence": self._fence,
            "code_block": self._fence,
        }

    def take(self, token: Token) -> None:
        act = self._acts.get(token.type)
        if act is not None:
            act(token)
        elif token.content and token.nesting == 0:
            for line in token.content.split("\n"):
                self._write((Piece(text=escape(line)),))

    def _inline(self, token: Token) -> None:
        written = list(_Inline().lines(token.children or []))
        if self._row is not None:
            between = (Piece(text=" │ "),) if self._row else ()
            self._row += [*between, *written[0], *(p for line in written[1:] for p in line)]
            return
        if self._heading and not any("*" in piece.text for line in written for piece in line):
            written = [_bold(line) for line in written]
        for line in written:
            self._write(tuple(line))

    def _fence(self, token: Token) -> None:
        content = escape(token.content.rstrip("\n")).replace("`", "'")
        opening = self._prefix() + FENCE
        shut = self._prefix() + FENCE
        self.lines.append(TextLine(prefix=opening, shut=shut, frame=True))
        for line in content.split("\n"):
            self.lines.append(
                TextLine(prefix=self._prefix(), pieces=(Piece(text=line),), shut=shut)
            )
        self.lines.append(TextLine(prefix=shut, frame=True))

    def _write(self, pieces: tuple[Piece, ...]) -> None:
        self.lines.append(TextLine(prefix=self._prefix(), pieces=pieces))

    def _prefix(self) -> str:
        """Return what stands before the next line; the marker of an item stands there once."""
        indent = "    " * max(len(self._counters) - 1, 0)
        prefix = "> " * self._quotes + indent + self._marker
        self._marker = "   " if self._marker.strip() else self._marker
        return prefix

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
        self._write(tuple(row))


def _bold(pieces: Sequence[Piece]) -> list[Piece]:
    return [
        Piece(text=one.text, styles="*" + one.styles.replace("*", ""), whole=one.whole)
        for one in pieces
    ]


class _Inline:
    """Turns what stands inside of a paragraph into lines of pieces."""

    def __init__(self) -> None:
        self._styles: list[str] = []
        self._links: list[str] = []
        self._labelled = False

    def lines(self, tokens: Sequence[Token]) -> Iterator[list[Piece]]:
        line: list[Piece] = []
        for token in tokens:
            if token.type in _BREAKS and not any(self._links):
                yield line
                line = []
            else:
                line += self._pieces(token)
        yield line

    def _pieces(self, token: Token) -> Iterator[Piece]:
        if token.type in _OPENING:
            self._styles.append(_OPENING[token.type])
        elif token.type in _CLOSING:
            self._styles.remove(_CLOSING[token.type])
        elif token.type == "link_open":
            to = target(str(token.attrGet("href") or ""))
            self._links.append(to if len(to) <= ADDRESS else "")
            self._labelled = False
        elif token.type == "link_close":
            to = self._links.pop()
            if to and not self._labelled:
                yield Piece(text=f"<{to}>", whole=True)
        elif token.type == "code_inline":
            yield from self._said(" ".join(token.content.split()).replace("`", "'"), "`")
        else:
            yield from self._said(" " if token.type in _BREAKS else token.content, "")

    def _said(self, text: str, style: str) -> Iterator[Piece]:
        if not text:
            return
        self._labelled = True
        to = next((one for one in reversed(self._links) if one), "")
        if not to:
            styles = "".join(dict.fromkeys([*self._styles, style]))
            yield Piece(text=escape(text), styles=styles)
            return
        for part in _chunks(text):
            label = escape(part).replace("|", "¦")
            styles = "".join(dict.fromkeys(self._styles))
            yield Piece(text=f"<{to}|{label}>", styles=styles, whole=True)


def _chunks(text: str) -> Iterator[str]:
    while len(text) > LABEL:
        end = text.rfind(" ", 1, LABEL) + 1 or LABEL
        yield text[:end]
        text = text[end:]
    yield text
