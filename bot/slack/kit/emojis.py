"""Emoji: the characters behind the names that Slack writes between colons."""

import re

from emoji import emojize

#: Slack names people at work `female-cook`; the characters themselves are called `woman_cook`.
_SEXES = {"female": "woman", "male": "man"}
_SHORTCODE = re.compile(r":([a-z0-9_'+-]+)(?:::skin-tone-([2-6]))?:")
_FLAG = re.compile(r"flag-([a-z])([a-z])")
_FIRST_TONE, _FIRST_FLAG = 0x1F3FB - 2, 0x1F1E6 - ord("a")
_OTHERS = {"simple_smile": "🙂"}


def character(name: str, tone: int | None = None) -> str:
    """Return an emoji by Slack's name for it; `:name:` for one of the workspace's own."""
    name, _, toned = name.partition("::skin-tone-")
    flag = _FLAG.fullmatch(name)
    if flag is not None:
        return "".join(chr(_FIRST_FLAG + ord(letter)) for letter in flag.groups())
    found = _OTHERS.get(name) or next(filter(None, map(_known, _spellings(name))), "")
    if not found:
        return f":{name}:"
    shade = tone or (int(toned) if toned.isdigit() else 0)
    return found + (chr(_FIRST_TONE + shade) if 2 <= shade <= 6 else "")  # noqa: PLR2004 - Slack's tones


def drawn(text: str) -> str:
    """Return *text* with each `:name:` that is an emoji as its characters."""
    return _SHORTCODE.sub(_draw, text)


def of_code_points(codes: str) -> str:
    """Return the characters of code points as Slack writes them, `1f44d-1f3fb`; else nothing."""
    try:
        return "".join(chr(int(code, 16)) for code in codes.split("-"))
    except ValueError:
        return ""


def _draw(found: re.Match[str]) -> str:
    shown = character(found[1], int(found[2]) if found[2] else None)
    return found[0] if shown == f":{found[1]}:" else shown


def _spellings(name: str) -> list[str]:
    first, _, rest = name.partition("-")
    return [name, name.replace("-", "_"), f"{_SEXES.get(first, first)}_{rest}"]


def _known(name: str) -> str:
    written = f":{name}:"
    shown = emojize(written, language="alias")
    return "" if shown == written else shown
