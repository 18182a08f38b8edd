"""
Release notes: Markdown or Textile, kept as it came, and read anew for each place where it is shown.

Each place has a room of its own, and says how much is left and where the rest is; what is kept is
always the whole.
"""

import re
from functools import lru_cache

import nh3
from markdown_it.token import Token

from provisioning.errors import Unclear
from provisioning.releases import textile
from provisioning.releases.markdown import reader
from storage.records.release import NotesKind

#: Bytes of UTF-8. Longer notes are a document, which belongs behind a link.
LONGEST = 64 * 1024

#: Pages are opened again and again with the same notes.
REMEMBERED = 32

#: `itms-services:` survives markdown-it's own check of links, and a note must not install somebody
#: else's app; so the schemes are named here once more.
SCHEMES = {"http", "https", "mailto"}

#: What Markdown can make, without images: they would tell a stranger who reads the notes.
TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "s", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}

_MARKDOWN = reader()

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
#: Room for the line that says what was left out.
_LEFT_OUT = 120


def parsed(written: str, kind: NotesKind = NotesKind.MARKDOWN) -> list[Token]:
    """Return notes as markdown-it's tokens: the one reading of them, for every place."""
    text = _clean(written)
    return textile.read(text) if kind is NotesKind.TEXTILE else _MARKDOWN.parse(text)


@lru_cache(maxsize=REMEMBERED)
def to_html(written: str, kind: NotesKind = NotesKind.MARKDOWN) -> str:
    """Return notes as HTML that is safe to show: no markup, script or style of the author's."""
    return nh3.clean(
        _MARKDOWN.renderer.render(parsed(written, kind), _MARKDOWN.options, {}),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def checked(markdown: str) -> str:
    """Return notes as they are kept. Raise Unclear with the field `notes` for too long ones."""
    kept = _clean(markdown)
    size = len(kept.encode())
    if size > LONGEST:
        raise Unclear(
            f"The notes are {size - LONGEST:,} bytes longer than the {LONGEST // 1024} kB that are "
            "kept. Shorten them, or put the rest on a page and link to it.",
            field="notes",
        )
    return kept


def fitted(markdown: str) -> str:
    """Return notes that nobody can be asked to shorten, cut after a line, and what was left."""
    kept = _clean(markdown)
    if len(kept.encode()) <= LONGEST:
        return kept
    part, left = _cut(kept, LONGEST - _LEFT_OUT)
    return f"{part}{_open_fence(part)}\n\n… {left:,} more characters were left out: notes end here."


def beginning(markdown: str, size: int) -> tuple[str, int]:
    """Return as much of notes as has room in *size* bytes, and how many characters are left."""
    kept = _clean(markdown)
    if len(kept.encode()) <= size:
        return kept, 0
    part, left = _cut(kept, size)
    return f"{part}{_open_fence(part)}", left


def _cut(kept: str, size: int) -> tuple[str, int]:
    """Return notes up to a size, cut after a line or a word, and how many characters are left."""
    part = kept.encode()[:size].decode(errors="ignore")
    end = part.rfind("\n")
    if end < len(part) // 2:
        word = part.rfind(" ")
        end = word if word > len(part) // 2 else len(part)
    part = part[:end].rstrip()
    return part, len(kept) - len(part)


def _clean(markdown: str) -> str:
    """No database keeps a NUL, and surrogates are no text."""
    whole = markdown.replace("\x00", "").encode(errors="replace").decode()
    return whole.replace("\r\n", "\n").strip()


def _open_fence(markdown: str) -> str:
    """Return what closes the code block in which *markdown* ends, nothing outside of one."""
    fence = ""
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        if found is None:
            continue
        if not fence:
            fence = found[1]
        elif line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
    return f"\n{fence}" if fence else ""
