"""
Strangers' text as Slack's mrkdwn.

Slack escapes by entities and nothing else (`& < >`), and whatever stands between < and > is a
mention, a channel ping or a link with any label: everything that is not ours comes out escaped.

For `* _ ~` and the backtick there is no escape. Where one of them in a name could begin or end a
style, a stand-in is written for it, and `bot.slack.kit.blocks` makes rich text or plain text of
whatever holds one: those can say it. No stand-in ever reaches Slack.
"""

import re
from datetime import datetime

from provisioning.wording import MOMENT, moment_in

#: Where a link may lead. `itms-services:` would install an app from somebody else's manifest.
SCHEMES = ("https://", "http://", "mailto:")

#: Begins and ends a block of code.
FENCE = "```"
_END = re.compile(rf"[> ]*{FENCE}(?:\n+|$)")
_SHUT = f"\n{FENCE}"
_ENTITY = re.compile(r"&(?:amp|lt|gt);")

#: For each sign that cannot be escaped one of Unicode's noncharacters, which are for use inside a
#: program and stand in no text.
_STAND_INS = {"*": "\ufdd0", "_": "\ufdd1", "~": "\ufdd2", "`": "\ufdd3", ">": "\ufdd4"}
_SIGNS = {stand_in: sign for sign, stand_in in _STAND_INS.items()}
_ANY_STAND_IN = re.compile(f"[{''.join(_SIGNS)}]")
#: Signs that may act: an underscore between letters never does, and `>` only begins a quote.
_ACTING = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])|^&gt;")
#: In a sentence of ours: somebody's words in quotation marks, and code.
_QUOTED = re.compile(r"(“[^”\n]*”|`[^`\n]+`)")


def escape(text: str) -> str:
    """Return *text* with Slack's three control characters made harmless."""
    own = _ANY_STAND_IN.sub("\ufffd", text)
    return own.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int) -> str:
    """Return a name of somebody else's for mrkdwn: one line, cut to *limit*, all of it inert."""
    return _inert(escape(cut(" ".join(text.split()), limit)))


def sentence(text: str, limit: int = 3000) -> str:
    """
    Return a sentence of ours that may hold names.

    Only its code is shown as such; each reader sees its moments in their own zone.
    """
    parts = _QUOTED.split(cut(text, limit))
    return "".join(
        escape(part) if index % 2 and part[0] == "`" else _in_own_zone(_inert(escape(part)))
        for index, part in enumerate(parts)
    )


def _in_own_zone(text: str) -> str:
    def shown(found: re.Match[str]) -> str:
        when = moment_in(found[0])
        return found[0] if when is None else moment(when)

    return MOMENT.sub(shown, text)


def code(text: str, limit: int = 200) -> str:
    """Return *text* as inline code, backticks in it included."""
    inner = escape(cut(" ".join(text.split()), limit)).replace("`", _STAND_INS["`"])
    return f"`{inner}`" if inner else ""


def _inert(escaped: str) -> str:
    """Return escaped text with a stand-in for each sign that could act."""
    return _ACTING.sub(lambda found: _STAND_INS[found[0].replace("&gt;", ">")], escaped)


def holds_stand_ins(text: str) -> bool:
    """Return whether mrkdwn cannot say *text*."""
    return _ANY_STAND_IN.search(text) is not None


def without_stand_ins(text: str) -> str:
    """Return *text* with the signs themselves, for where nothing acts."""
    return _ANY_STAND_IN.sub(lambda found: _SIGNS[found[0]], text)


def unescaped(text: str) -> str:
    """Return finished mrkdwn without its entities and stand-ins, as it is read."""
    shown = without_stand_ins(text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


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
    shown, to = escape(label).replace("|", "¦"), target(url)
    if not to:
        return shown
    return f"<{to}|{shown}>" if shown.strip() else f"<{to}>"


def target(url: str) -> str:
    """Return *url* as it may stand in a link, or nothing when it leads where a link must not."""
    if not url.lower().startswith(SCHEMES):
        return ""
    return escape(url).replace("|", "%7C").replace(" ", "%20").replace("\n", "")


def moment(when: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """Return a time that each reader sees in their own zone. *when* is aware."""
    return f"<!date^{int(when.timestamp())}^{form}|{when:%d %b %Y %H:%M} UTC>"


def pieces(text: str, size: int) -> list[str]:
    """Split finished mrkdwn into strings of at most *size* characters, as `parted` does."""
    parts: list[str] = []
    while len(text) > size:
        head, text = parted(text, size)
        parts.append(head)
    return [*parts, text] if text else parts


def clip(text: str, limit: int) -> str:
    """Cut finished mrkdwn to *limit* characters, as `parted` does."""
    if len(text) <= limit:
        return text
    room = max(limit - 1, 1)
    return (parted(text, room)[0] if _safe_end(text, room) else "") + "…"


def parted(text: str, size: int) -> tuple[str, str]:
    """
    Part finished mrkdwn after at most *size* characters, never inside an entity.

    A code block is closed in the first part and goes on in the second. A link that is longer than
    *size* is torn.
    """
    end = _safe_end(text, size) or size
    if text.count(FENCE, 0, end) % 2 and size > 2 * len(_SHUT):
        end = _safe_end(text, size - len(_SHUT)) or size - len(_SHUT)
    head, rest = text[:end].rstrip(), text[end:].lstrip("\n")
    if head.count(FENCE) % 2 == 0 or size <= 2 * len(_SHUT):
        return head, rest
    ended = _END.match(rest)
    if ended is not None:
        return head + _SHUT, rest[ended.end() :]
    before, _, line = head.rpartition("\n")
    if before and line.endswith(FENCE):  # It has only just begun.
        return before, f"{line}\n{rest}"
    return head + _SHUT, f"{FENCE}\n{rest}"


def _safe_end(text: str, size: int) -> int:
    """Return where to cut before *size* so that no entity, link or line is torn if avoidable."""
    end = size
    opened = text.rfind("<", 0, end)
    if opened >= 0 and text.find(">", opened, end) == -1:
        end = opened
    entity = text.rfind("&", max(end - 5, 0), end)
    if entity >= 0 and (found := _ENTITY.match(text, entity)) and found.end() > end:
        end = entity
    while 0 < end < len(text) and text[end - 1] == text[end] == "`":
        end -= 1
    line = text.rfind("\n", end // 2, end)
    return line if line > 0 else end
