"""Names that strangers chose, made fit for a title, a header or a file."""

import re
import unicodedata
from urllib.parse import quote

#: Controls, surrogates and unassigned code points; and the marks that turn the reading direction,
#: with which `gpj.exe` reads as `exe.jpg`.
UNFIT = {"Cc", "Cs", "Cn", "Co"}
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

#: What a file name may keep in the plain form of the header.
PLAIN = re.compile(r"[^A-Za-z0-9._-]+")

LONGEST = 120


def tidy(text: str) -> str:
    """Return *text* on one line without anything that XML refuses or that misleads the eye."""
    kept = "".join(" " if letter.isspace() else letter for letter in TURNS.sub("", text))
    return "".join(letter for letter in kept if unicodedata.category(letter) not in UNFIT).strip()


def disposition(file_name: str, ending: str) -> str:
    """
    Return the `Content-Disposition` of a download (RFC 6266, RFC 8187).

    The name ends in *ending*, which may be empty, so that no phone takes it for something else.
    """
    name = tidy(re.split(r"[/\\]", file_name)[-1])
    if name.lower().endswith(ending):
        name = name[: len(name) - len(ending)]
    stem = name.strip(". ")[:LONGEST] or "app"
    plain = PLAIN.sub("_", unicodedata.normalize("NFKD", stem)).strip("_") or "app"
    encoded = quote(stem + ending, safe="")
    return f"attachment; filename=\"{plain}{ending}\"; filename*=UTF-8''{encoded}"
