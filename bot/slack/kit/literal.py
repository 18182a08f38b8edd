"""Pieces of Markdown: words that mean nothing but themselves, code, and links."""

import re

#: A sign that could begin or end a style, unless blanks or letters on both sides rule that out.
_STARS = re.compile(r"(?<!\s)\*|\*(?!\s)")
_UNDERSCORES = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
#: `[words](elsewhere)` is a link to nowhere; one to the web was meant as one.
_LABEL = re.compile(r"\[(?=[^\[\]\n]*\]\((?!https?://|<https?://|$))")
_ENTITY = re.compile(r"&(?=#?\w+;)")
#: A line of nothing but these would make a heading of the line above it, or a rule.
_RULE = re.compile(r"^(\s*)([-=_*])(?=[\s\-=_*]*$)")
#: One that would take away the meaning of the sign after it, or make a line end hard.
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~\n]|$)")
_RUN = re.compile(r"`+")


def literal(text: str) -> str:
    """Return *text* so that Markdown shows every sign of it."""
    return _LABEL.sub(r"\[", _plain(text))


def _plain(text: str) -> str:
    out = _BACKSLASH.sub(r"\\\\", text).replace("`", r"\`").replace("~", r"\~")
    out = _ENTITY.sub(r"\&", out)
    return _UNDERSCORES.sub(r"\_", _STARS.sub(r"\*", out))


def spaced(line: str) -> str:
    """Return a line that is no rule, and no code for the blanks at its beginning."""
    return _RULE.sub(r"\1\\\2", line.lstrip() if line.startswith("    ") else line)


def quoted(code: str) -> str:
    """Return inline code, between more backticks than there are in it."""
    marks = "`" * (max((len(run) for run in _RUN.findall(code)), default=0) + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{marks}{pad}{code}{pad}{marks}" if code.strip() else code


def fenced(code: str) -> str:
    """Return a block of code, between more backticks than there are in it."""
    longest = max((len(run) for run in _RUN.findall(code)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}\n{code}\n{marks}"


def said(name: str) -> str:
    """Return a mention as words: `@Ann`."""
    return literal(" ".join(name.split()))


def address(url: str, label: str) -> str:
    """Return a link; without a label of its own it shows its address."""
    target = re.sub(r"[\s<>]", lambda found: f"%{ord(found[0]):02X}", url)
    plain = target.removeprefix("mailto:")
    if not re.match(r"https?://|mailto:", target, re.IGNORECASE):
        return literal(label or target.removeprefix("tel:"))
    if not label.strip() or label in {url, target, plain}:
        return f"<{plain}>"
    words = _plain(" ".join(label.split())).replace("[", r"\[").replace("]", r"\]")
    return f"[{words}](<{target}>)"
