"""
Textile as notes are read: as HockeyApp's clients sent it, into markdown-it's tokens.

So there is one writer of HTML and one of Slack's mrkdwn for both. HTML of the author's is text, and
so is what Textile has beyond this: images, footnotes and the like.

Strangers write it, so that no text may take long: each part of it is looked at once. The library of
that name takes seconds for eight thousand well chosen characters, and far longer for all we keep.
"""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it.token import Token

#: Lists are nested no deeper than anybody reads.
DEEPEST: Final = 6
#: A row of a table that has more cells is text.
COLUMNS: Final = 64

#: Classes, styles, languages and alignment, which are read over.
_ATTRIBUTES: Final = r"(?:\([^()\n]{0,100}\)|\{[^{}\n]{0,100}\}|\[[^\[\]\n]{0,20}\]|[<>=]){0,8}"
_BLOCK: Final = re.compile(rf"(h[1-6]|p|bq|bc|pre){_ATTRIBUTES}(\.\.?)(?:$| +)")
_ITEM: Final = re.compile(r"([*#]{1,200}) +(?=\S)")
_ROW: Final = re.compile(r"\|.*\|\s*")
_CELL: Final = re.compile(rf"(?:_{_ATTRIBUTES}|(?=[({{\[<>=]){_ATTRIBUTES})\. ?")

#: What each sign makes of the words between two of it.
_STYLES: Final = {
    "**": "strong",
    "__": "em",
    "??": "em",
    "*": "strong",
    "_": "em",
    "-": "s",
    "+": "",
    "%": "",
}
_SIGN: Final = re.compile(
    r'"(?P<label>[^"\n]{1,500})":(?P<to>[^\s"<>]{1,2048})'
    r"|(?P<bare>https?://[^\s\"<>]{1,2048})"
    r"|@(?P<code>[^@\n]{1,2000})@"
    r"|(?P<style>\*\*?|__?|\?\?|-|\+|%)"
    r"|[^\W_]+"
)
_TITLE: Final = re.compile(r"\([^()]{1,200}\)$")
_SCHEMES: Final = ("https://", "http://", "mailto:")
#: These end the sentence around an address, and not the address.
_AFTER_ADDRESS: Final = ".,;:!?)]'*_-"


def read(text: str) -> list[Token]:
    """Return *text*, whose lines are parted by newlines, as tokens."""
    return _Reader(text.split("\n")).read()


class _Reader:
    """Goes through lines from the first to the last, and never back."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._tokens: list[Token] = []

    def read(self) -> list[Token]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            block = _BLOCK.match(line)
            if not line.strip():
                self._at += 1
            elif block is not None:
                self._block(block[1], line[block.end() :], goes_on=block[2] == "..")
            elif _ITEM.match(line):
                self._list()
            elif _is_row(line):
                self._table()
            else:
                self._element("paragraph", "p", self._paragraph(line))
        return self._tokens

    def _block(self, name: str, first: str, *, goes_on: bool) -> None:
        if name in {"bc", "pre"}:
            self._code(first, goes_on=goes_on)
        elif name == "bq":
            self._tokens.append(Token("blockquote_open", "blockquote", 1))
            self._element("paragraph", "p", self._paragraph(first))
            while goes_on and self._follows():
                self._element("paragraph", "p", self._paragraph(self._lines[self._at]))
            self._tokens.append(Token("blockquote_close", "blockquote", -1))
        elif name == "p":
            self._element("paragraph", "p", self._paragraph(first))
        else:
            self._element("heading", name, self._paragraph(first))

    def _follows(self) -> bool:
        """Go to the next line that says something; return whether it begins no other block."""
        while self._at < len(self._lines) and not self._lines[self._at].strip():
            self._at += 1
        return self._at < len(self._lines) and not _BLOCK.match(self._lines[self._at])

    def _paragraph(self, first: str) -> list[str]:
        """Return the lines of a paragraph that begins with *first* in the line that is its turn."""
        found = [first]
        self._at += 1
        while self._at < len(self._lines) and not _begins(self._lines[self._at]):
            found.append(self._lines[self._at])
            self._at += 1
        return found

    def _code(self, first: str, *, goes_on: bool) -> None:
        found = [first]
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if _BLOCK.match(line) if goes_on else not line.strip():
                break
            found.append(line)
            self._at += 1
        content = "\n".join(found).strip("\n")
        self._tokens.append(Token("fence", "code", 0, content=f"{content}\n", markup="```"))

    def _list(self) -> None:
        opened: list[str] = []
        while self._at < len(self._lines) and (item := _ITEM.match(self._lines[self._at])):
            signs = item[1][:DEEPEST]
            self._leave(opened, len(signs), signs[-1])
            while len(opened) < len(signs):
                sign = signs[len(opened)]
                self._tokens.append(Token(f"{_LISTS[sign][0]}_open", _LISTS[sign][1], 1))
                self._tokens.append(Token("list_item_open", "li", 1))
                opened.append(sign)
            self._tokens.append(_inline(self._paragraph(self._lines[self._at][item.end() :])))
        self._leave(opened, 0, "")

    def _leave(self, opened: list[str], depth: int, sign: str) -> None:
        """Close what is deeper than *depth*; there another item begins, or another list."""
        while len(opened) > depth or (opened and len(opened) == depth):
            self._tokens.append(Token("list_item_close", "li", -1))
            if len(opened) == depth and opened[-1] == sign:
                self._tokens.append(Token("list_item_open", "li", 1))
                return
            name, tag = _LISTS[opened.pop()]
            self._tokens.append(Token(f"{name}_close", tag, -1))

    def _table(self) -> None:
        self._tokens += [Token("table_open", "table", 1), Token("tbody_open", "tbody", 1)]
        while self._at < len(self._lines) and _is_row(self._lines[self._at]):
            self._tokens.append(Token("tr_open", "tr", 1))
            for written in self._lines[self._at].strip()[1:-1].split("|"):
                self._cell(written)
            self._tokens.append(Token("tr_close", "tr", -1))
            self._at += 1
        self._tokens += [Token("tbody_close", "tbody", -1), Token("table_close", "table", -1)]

    def _cell(self, written: str) -> None:
        begun = _CELL.match(written)
        tag = "th" if begun and begun[0].startswith("_") else "td"
        self._element(tag, tag, [written[begun.end() if begun else 0 :].strip()])

    def _element(self, name: str, tag: str, lines: list[str]) -> None:
        self._tokens += [
            Token(f"{name}_open", tag, 1),
            _inline(lines),
            Token(f"{name}_close", tag, -1),
        ]


_LISTS: Final = {"*": ("bullet_list", "ul"), "#": ("ordered_list", "ol")}


def _is_row(line: str) -> bool:
    return _ROW.fullmatch(line) is not None and line.count("|") <= COLUMNS + 1


def _begins(line: str) -> bool:
    """Return whether a line is no more of the paragraph before it."""
    return not line.strip() or any(one.match(line) for one in (_BLOCK, _ITEM)) or _is_row(line)


def _inline(lines: list[str]) -> Token:
    """Return lines as one token whose children are the words in them; each break stays one."""
    children: list[Token] = []
    for line in lines:
        children += [*_words(line.strip()), Token("softbreak", "br", 0)]
    return Token("inline", "", 0, content="\n".join(lines), children=children[:-1])


def _words(line: str, *, links: bool = True) -> list[Token]:
    """Return one line as tokens. A sign without its partner is a sign."""
    found: list[Token] = []
    opened: dict[str, int] = {}
    at = 0
    for sign in _SIGN.finditer(line):
        if sign["style"]:
            found += _text(line[at : sign.start()])
            _style(line, sign, found, opened)
        elif sign["code"]:
            found += _text(line[at : sign.start()])
            found.append(Token("code_inline", "code", 0, content=sign["code"]))
        elif links and (sign["bare"] or sign["to"]):
            found += _text(line[at : sign.start()])
            found += _link(sign)
        else:
            continue
        at = sign.end()
    return [*found, *_text(line[at:])]


def _style(line: str, sign: re.Match[str], found: list[Token], opened: dict[str, int]) -> None:
    """Close what the sign opened before, or let it open something, or be a sign."""
    mark, tag = sign["style"], _STYLES[sign["style"]]
    before = line[sign.start() - 1 : sign.start()] if sign.start() else ""
    after = line[sign.end() : sign.end() + 1]
    closes = bool(before) and not before.isspace() and not after.isalnum()
    if mark in opened and closes:
        begin = opened[mark]
        for other in [one for one, place in opened.items() if place >= begin]:
            del opened[other]
        found[begin] = Token(f"{tag}_open", tag, 1) if tag else _plain("")
        found.append(Token(f"{tag}_close", tag, -1) if tag else _plain(""))
        return
    if after and not after.isspace() and not before.isalnum():
        opened[mark] = len(found)
    found.append(_plain(mark))


def _link(sign: re.Match[str]) -> Iterator[Token]:
    written = sign["bare"] or sign["to"]
    to = written.rstrip(_AFTER_ADDRESS)
    if not to.lower().startswith(_SCHEMES):
        yield _plain(sign[0])
        return
    yield Token("link_open", "a", 1, attrs={"href": to})
    if sign["bare"]:
        yield _plain(to)
    else:
        yield from _words(_TITLE.sub("", sign["label"]) or sign["label"], links=False)
    yield Token("link_close", "a", -1)
    yield from _text(written[len(to) :])


def _text(written: str) -> list[Token]:
    return [_plain(written)] if written else []


def _plain(written: str) -> Token:
    return Token("text", "", 0, content=written)
