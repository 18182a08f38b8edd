"""
Finished mrkdwn of ours as rich text or plain text.

For what mrkdwn cannot say: names with signs in them that Slack would read as formatting. It knows
what our messages are written with: styles, inline code, mentions, links, dates and emoji.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from bot.slack.kit import mrkdwn

Element: TypeAlias = dict[str, Any]

_STYLES = {"*": "bold", "_": "italic", "~": "strike"}
#: A mark of ours opens before a word and closes behind one; names hold none that could.
_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|:(?P<emoji>[a-z+][a-z0-9_+-]*):"
    r"|(?P<mark>[*~]|(?<![^\W_])_|_(?![^\W_]))"
)
_PART = re.compile(r" · |\n")
_DATE = re.compile(r"!date\^(\d+)\^([^^|]+)\|(.*)")
_MENTIONS = (
    (re.compile(r"@([UW][A-Z0-9]+)"), "user", "user_id"),
    (re.compile(r"#([CGD][A-Z0-9]+)"), "channel", "channel_id"),
    (re.compile(r"!subteam\^([A-Z0-9]+)"), "usergroup", "usergroup_id"),
)


def rich_text(text: str) -> dict[str, Any]:
    """Return *text* as a block of rich text."""
    section = {"type": "rich_text_section", "elements": list(_elements(text))}
    return {"type": "rich_text", "elements": [section]}


def plain_text(text: str) -> str:
    """Return *text* without its formatting, for where Slack takes plain text alone."""
    return "".join(_read(element) for element in _elements(text))


def parted(text: str) -> tuple[str, str]:
    """Return *text* up to the part that mrkdwn cannot say and with it, and what comes after it."""
    last = max(index for index, sign in enumerate(text) if mrkdwn.holds_stand_ins(sign))
    for end in _PART.finditer(text, last):
        above = text[: end.start()]
        if above.count("*") % 2 == 0:
            return above, text[end.end() :]
    return text, ""


def words_of(block: dict[str, Any]) -> str:
    """Return the words of a block of rich text, escaped for mrkdwn; empty for any other block."""
    if block.get("type") != "rich_text":
        return ""
    parts = [element for part in block["elements"] for element in part["elements"]]
    return mrkdwn.escape("".join(map(_read, parts)))


def _elements(text: str) -> Iterator[Element]:
    styles: set[str] = set()
    last = 0
    for found in _TOKEN.finditer(text):
        yield from _words(text[last : found.start()], styles)
        last = found.end()
        if found["mark"]:
            styles ^= {_STYLES[found["mark"]]}
        elif found["code"]:
            yield from _words(found["code"], {*styles, "code"})
        elif found["emoji"]:
            yield {"type": "emoji", "name": found["emoji"]}
        else:
            yield _styled(_bracket(found["angle"]), styles)
    yield from _words(text[last:], styles)


def _words(text: str, styles: set[str]) -> Iterator[Element]:
    if text:
        yield _styled({"type": "text", "text": mrkdwn.unescaped(text)}, styles)


def _styled(element: Element, styles: set[str]) -> Element:
    return {**element, "style": dict.fromkeys(sorted(styles), True)} if styles else element


def _bracket(inside: str) -> Element:
    """Return what stands in brackets: a mention, a date or a link."""
    for pattern, kind, key in _MENTIONS:
        if mention := pattern.fullmatch(inside):
            return {"type": kind, key: mention[1]}
    if date := _DATE.fullmatch(inside):
        moment, form, fallback = int(date[1]), date[2], mrkdwn.unescaped(date[3])
        return {"type": "date", "timestamp": moment, "format": form, "fallback": fallback}
    url, _, label = (mrkdwn.unescaped(part) for part in inside.partition("|"))
    return {"type": "link", "url": url, **({"text": label} if label else {})}


def _read(element: Element) -> str:
    if element["type"] == "emoji":
        return f":{element['name']}:"
    keys = ("text", "fallback", "url")
    return next((str(element[key]) for key in keys if key in element), "somebody")
