"""Paths: which are tricks, and how one is shown without the secret in it."""

import re

#: Everything below them holds a link's secret.
SECRET_BELOW = re.compile("/(?:[in]|me|join(?:ed)?|apple|enroll(?:/answer|/result)?)/")

#: A slash, a backslash, a dot or a control character in disguise, or a step upwards or nowhere.
#: Nobody who follows our links writes these (CVE-2024-4956 was the encoded slash).
TRICK = re.compile(
    r"%(?:2f|5c|2e|25|0[0-9a-f]|1[0-9a-f]|7f)|[\\\x00-\x1f]|//|/\.{1,2}(?:/|$)", re.IGNORECASE
)

#: Whatever looks like a secret, should one stand where none belongs.
SECRET = re.compile(r"[A-Za-z0-9_-]{20,}")

#: So much of an unknown path is worth a line of the log.
SHOWN = 120


def is_trick(raw_path: str) -> bool:
    """Whether a path, as it was sent, hides something from those who match it."""
    path = raw_path.partition("?")[0]
    if not path.startswith("/"):
        return True
    return bool(TRICK.search(path)) or (SECRET_BELOW.match(path) is not None and "%" in path)


def masked(raw_path: str) -> str:
    """Return a path for the log: no query, no secret, nothing unprintable."""
    head = raw_path.partition("?")[0]
    found = SECRET_BELOW.search(head)
    if found is not None:
        _secret, slash, rest = head[found.end() :].partition("/")
        head = f"{head[: found.end()]}…{slash}{rest}"
    shown = SECRET.sub("…", head)[:SHOWN]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)
