"""Slack's `rich_text` blocks as Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, permutations
from typing import Any

from bot.slack.kit.emojis import character, of_code_points
from bot.slack.kit.literal import address, fenced, literal, quoted, said, spaced
from bot.slack.kit.payloads import Body, at, entries, text_or_none
from provisioning.releases.notes import parsed

#: From the outside in, with the mark of Markdown for each.
_MARKS = (("bold", "**"), ("strike", "~~"), ("italic", "*"))
_STYLES = ("bold", "strike", "italic", "code")
_INDENT = 4
#: Under which key each kind of mention has its id, and the sign before the name.
_MENTIONS = {
    "user": ("user_id", "@"),
    "channel": ("channel_id", "#"),
    "usergroup": ("usergroup_id", "@"),
}


@dataclass(frozen=True, slots=True)
class _Run:
    """Words in one style, as Markdown without it; `break_` begins a new line instead."""

    text: str
    styles: frozenset[str] = frozenset()
    break_: bool = False


def ids_in(blocks: Sequence[Body]) -> set[str]:
    """Return whom and what rich text mentions, by id."""
    found: set[str] = set()
    for element in _leaves(blocks):
        key, _ = _MENTIONS.get(str(element.get("type")), ("", ""))
        found |= {str(element[key])} if element.get(key) else set()
    return found


def to_markdown(blocks: Sequence[Body], names: Mapping[str, str]) -> str:
    """Return rich text as Markdown; *names* are those of what is mentioned, by id."""
    parts: list[tuple[str, str]] = []
    depth = -1
    for block in blocks:
        for part in entries(block, "elements"):
            kind = str(part.get("type"))
            if kind == "rich_text_list":
                depth = min(_number(part, "indent"), depth + 1)
                parts.append((kind, _list(part, names, depth)))
            else:
                depth = -1
                parts.append((kind, _part(part, kind, names)))
    return _stacked([(kind, text) for kind, text in parts if text.strip()])


def _stacked(parts: Sequence[tuple[str, str]]) -> str:
    out = ""
    before = ""
    for kind, text in parts:
        between = "\n" if kind == before == "rich_text_list" else "\n\n"
        out += (between if out else "") + text
        before = kind
    return out


def _part(part: Body, kind: str, names: Mapping[str, str]) -> str:
    if kind == "rich_text_preformatted":
        return fenced("".join(map(_raw, entries(part, "elements"))).strip("\n"))
    lines = _lines(entries(part, "elements"), names)
    if kind == "rich_text_quote":
        return "\n".join(f"> {line}".rstrip() for line in lines)
    return "\n".join(map(spaced, lines)).strip("\n")


def _list(part: Body, names: Mapping[str, str], depth: int) -> str:
    lines: list[str] = []
    number = _number(part, "offset")
    for item in entries(part, "elements"):
        number += 1
        marker = f"{number}. " if part.get("style") == "ordered" else "- "
        margin = " " * (_INDENT * depth)
        first, *others = _lines(entries(item, "elements"), names) or [""]
        lines.append(margin + marker + first)
        lines += [margin + " " * len(marker) + line for line in others if line.strip()]
    return "\n".join(lines)


def _lines(elements: Iterable[Body], names: Mapping[str, str]) -> list[str]:
    lines: list[list[_Run]] = [[]]
    for element in elements:
        for run in _runs(element, names):
            if run.break_:
                lines.append([])
            else:
                lines[-1].append(run)
    return [_line(runs) for runs in lines]


def _runs(element: Body, names: Mapping[str, str]) -> Iterator[_Run]:
    styles = frozenset(name for name in _STYLES if at(element, "style", name))
    if element.get("type") != "text":
        yield _Run(_said(element, names), styles)
        return
    for index, line in enumerate((text_or_none(element, "text") or "").split("\n")):
        if index:
            yield _Run("", break_=True)
        if line:
            yield _Run(quoted(line) if "code" in styles else literal(line), styles)


def _said(element: Body, names: Mapping[str, str]) -> str:
    """Return what is no text: a link, a mention, an emoji, a date, a colour."""
    kind = str(element.get("type"))
    if kind == "link":
        return address(text_or_none(element, "url") or "", text_or_none(element, "text") or "")
    if kind in _MENTIONS:
        key, sign = _MENTIONS[kind]
        unknown = "channel" if sign == "#" else "somebody"
        return said(sign + names.get(str(element.get(key)), unknown))
    if kind == "broadcast":
        return said(f"@{element.get('range') or 'here'}")
    if kind == "emoji":
        return _emoji(element)
    return literal(_raw(element))


def _emoji(element: Body) -> str:
    drawn = of_code_points(text_or_none(element, "unicode") or "")
    tone = element.get("skin_tone")
    name = text_or_none(element, "name") or ""
    return drawn or character(name, tone if isinstance(tone, int) else None)


def _raw(element: Mapping[str, Any]) -> str:
    """Return the words of an element, as code shows them."""
    keys = ("text", "url", "fallback", "value")
    return next((found for key in keys if (found := text_or_none(element, key))), "")


def _line(runs: Sequence[_Run]) -> str:
    """Return one line with its styles, as far as Markdown can say them without showing a mark."""
    plain = "".join(run.text for run in runs)
    if not any(run.styles for run in runs):
        return plain
    ways = (_styled(runs, marks) for marks in permutations(_MARKS))
    return next((written for written in ways if _words(written) == _words(plain)), plain)


def _words(markdown: str) -> str:
    """Return what is read of a line, without blanks."""
    children = [child for token in parsed(f"x {markdown}") for child in token.children or []]
    return "".join("".join(child.content.split()) for child in children)


def _styled(
    runs: Sequence[_Run], marks: Sequence[tuple[str, str]], before: str = "", after: str = ""
) -> str:
    """Return one line, each style around all that has it in a row."""
    if not marks:
        return "".join(run.text for run in runs)
    (style, mark), *inner = marks
    out = ""
    groups = [(has, list(group)) for has, group in groupby(runs, lambda run: style in run.styles)]
    for index, (has, group) in enumerate(groups):
        left = out[-1:] or before
        right = groups[index + 1][1][0].text[:1] if index + 1 < len(groups) else after
        text = _styled(group, inner, left, right)
        out += _marked(left, text, right, mark) if has else text
    return out


def _marked(before: str, text: str, after: str, mark: str) -> str:
    """
    Return *text* between its marks, blanks left outside.

    Markdown takes no mark between a letter and a sign for one: there the words go without style.
    """
    core = text.strip()
    if not core:
        return text
    start = text.index(core)
    end = start + len(core)
    words = core.strip(mark[0])
    lost = (before.isalnum() and not start and not words[:1].isalnum()) or (
        after.isalnum() and end == len(text) and not words[-1:].isalnum()
    )
    return text if lost else f"{text[:start]}{mark}{core}{mark}{text[end:]}"


def _leaves(blocks: Iterable[Body]) -> Iterator[Body]:
    for block in blocks:
        inside = entries(block, "elements")
        if inside:
            yield from _leaves(inside)
        else:
            yield block


def _number(part: Body, key: str) -> int:
    value = part.get(key)
    return max(value, 0) if isinstance(value, int) else 0
