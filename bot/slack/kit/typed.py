"""
What people type in Slack, as Markdown.

Slack hands a message on as `rich_text` blocks, which say what everything is, and as mrkdwn, where
it has to be read again. Both come out as Markdown that shows what Slack showed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.slack.kit import rich_text
from bot.slack.kit.emojis import drawn
from bot.slack.kit.literal import address, fenced, literal, quoted, said, spaced
from bot.slack.kit.payloads import Body, entries, text_or_none

#: Names by what Slack calls somebody or something: `U1`, `C1`, `S1`.
Names = Mapping[str, str]

_BRACKETS = re.compile(r"<([^<>\n]+)>")
_MENTION = re.compile(r"<([@#]|!subteam\^)([A-Z0-9]+)(?:\|([^<>\n]*))?>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
#: What Slack takes for the begin and the end of a style: blanks or signs around it, none inside.
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])"), "**"),
    (re.compile(r"(?<![\w_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\w_])"), "*"),
    (re.compile(r"(?<![\w~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\w~])"), "~~"),
)
_ITEM = re.compile(r"^( *)[•◦▪\-*] +")
_QUOTE = re.compile(r"(?:&gt;|>) ?")
_NUMBERED = re.compile(r"^ *\d{1,4}[.)] +")


def ids_in(message: Body) -> set[str]:
    """Return whom and what a message mentions by id, as far as it does not say the names itself."""
    found = {kept[2] for kept in _MENTION.finditer(text_or_none(message, "text") or "")}
    return (found | rich_text.ids_in(_rich(message))) - _own_names(message).keys()


def to_markdown(message: Body, names: Names) -> str:
    """Return the text of a message as Markdown; *names* are those of `ids_in`."""
    known = {**_own_names(message), **names}
    rich = _rich(message)
    return (
        rich_text.to_markdown(rich, known)
        if rich
        else mrkdwn_to_markdown(text_or_none(message, "text") or "", known)
    )


def to_plain(text: str) -> str:
    """Return Slack's mrkdwn as it is read: links by what they show, and nobody who is mentioned."""
    return _unescaped(_BRACKETS.sub(_shown, text))


def _shown(found: re.Match[str]) -> str:
    what, _, label = found[1].partition("|")
    return " " if what[:1] in {"@", "#", "!"} else label or what


def _rich(message: Body) -> list[Mapping[str, Any]]:
    return [block for block in entries(message, "blocks") if block.get("type") == "rich_text"]


def _own_names(message: Body) -> dict[str, str]:
    """Return the names that stand in the text beside the ids: `<@U1|ann>`."""
    found = _MENTION.finditer(text_or_none(message, "text") or "")
    return {one[2]: _unescaped(one[3]).lstrip("@#") for one in found if one[3]}


def mrkdwn_to_markdown(text: str, names: Names) -> str:
    """Return Slack's mrkdwn as Markdown."""
    kept: list[str] = []

    def keep(markdown: str) -> str:
        kept.append(markdown)
        return f"\x00{len(kept) - 1}\x01"

    def code(found: re.Match[str]) -> str:
        if found[1] is not None:
            return f"\n\n{keep(_block(found[1]))}\n\n"
        return keep(quoted(_unescaped(_bare(found[2]))))

    held = _CODE.sub(code, text.replace("\x00", "").replace("\x01", ""))
    held = _BRACKETS.sub(lambda found: keep(_bracket(found[1], names)), held)
    lines = [_line(line) for line in held.split("\n")]
    stacked = re.sub(r"\n{3,}", "\n\n", _stacked(lines))
    return re.sub("\x00(\\d+)\x01", lambda found: kept[int(found[1])], stacked).strip()


def _line(line: str) -> str:
    """Return one line: its marker as Markdown has it, then its words with their styles."""
    quote = _QUOTE.match(line)
    if quote is not None:
        return "> " + _words(line[quote.end() :])
    item, numbered = _ITEM.match(line), _NUMBERED.match(line)
    if item is not None:
        return " " * (len(item[1]) // 2 * 2) + "- " + _words(line[item.end() :])
    if numbered is not None:
        return numbered[0].lstrip() + _words(line[numbered.end() :])
    return spaced(_words(line))


class _Styled(NamedTuple):
    """Words in a style: where they begin and end in a line, signs included."""

    start: int
    end: int
    words: str
    mark: str


def _words(text: str) -> str:
    """Return words with their styles; whatever is none stays as it was typed."""
    out, at = "", 0
    ahead = {mark: _styled(style.search(text), at, mark) for style, mark in _STYLES}
    while first := min((one for one in ahead.values() if one is not None), default=None):
        out += _plain(text[at : first.start]) + first.mark + _words(first.words) + first.mark
        at = first.end
        rest = text[at:]
        for style, mark in _STYLES:
            known = ahead[mark]
            # What begins right here could not while the style that just ended stood before it.
            if here := style.match(rest):
                ahead[mark] = _styled(here, at, mark)
            elif known is not None and known.start < at:
                ahead[mark] = _styled(style.search(rest), at, mark)
    return out + _plain(text[at:])


def _styled(found: re.Match[str] | None, at: int, mark: str) -> _Styled | None:
    if found is None:
        return None
    return _Styled(at + found.start(), at + found.end(), found[1], mark)


def _plain(text: str) -> str:
    return literal(drawn(_unescaped(text)))


def _stacked(lines: Sequence[str]) -> str:
    """Return lines with a blank one wherever Markdown would take the next for more of the same."""
    out: list[str] = []
    before = ""
    for line in lines:
        kind = _kind(line)
        if out and line.strip() and before and kind != before:
            out.append("")
        out.append(line)
        before = kind if line.strip() else ""
    return "\n".join(out)


def _kind(line: str) -> str:
    if line.startswith(">"):
        return "quote"
    if re.match(r" *- ", line):
        return "items"
    return "numbers" if re.match(r"\d{1,4}[.)] ", line) else "words"


def _block(code: str) -> str:
    return fenced(_unescaped(_bare(code)).strip("\n"))


def _bare(text: str) -> str:
    """Return text of code without the brackets that Slack puts around addresses there, too."""
    return _BRACKETS.sub(lambda found: found[1].partition("|")[0], text)


def _bracket(inside: str, names: Names) -> str:
    """Return what stands in brackets: a mention, a call, a date or a link."""
    what, _, label = inside.partition("|")
    label = _unescaped(label)
    mention = _MENTION.fullmatch(f"<{inside}>")
    if mention is not None:
        sign = "#" if mention[1] == "#" else "@"
        return said(sign + (names.get(mention[2]) or label.lstrip("@#") or "somebody"))
    if what.startswith("!date"):
        return literal(label)
    if what.startswith("!"):
        return said(label or f"@{what[1:].partition('^')[0]}")
    return address(_unescaped(what), label)


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
