"""
Markdown as notes are read: CommonMark with tables, struck text, and addresses that are links.

Strangers write them, so that no text may take long. The parser takes its time for each sign that
might mean something; there is an allowance of them, as large as any document needs. What lies
beyond it is text, every sign of it shown as it was written.
"""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

#: Signs that may mean something, in all of a document; half as many as the longest has characters
#: take the parser half a second.
SIGNS = 16_000
#: An address takes as long as so many signs.
ADDRESS = 8
#: Characters. Browsers and servers take no longer ones.
LONGEST_ADDRESS = 2048
#: A table is filled up to as many cells a row as its head has.
COLUMNS = 64

_SIGN = re.compile(r"[\[\]!*_~`<&\\]")


class _Addresses:
    """Finds addresses as *finder* does (linkify-it), looking no further than one can be long."""

    def __init__(self, finder: Any) -> None:  # noqa: ANN401 - it has no types
        self._finder = finder

    def match_at_start(self, text: str) -> Any:  # noqa: ANN401 - as above
        """Return what linkify-it finds there, None for nothing."""
        found = self._finder.match_at_start(text[: LONGEST_ADDRESS + 1])
        return found if found is not None and found.last_index <= LONGEST_ADDRESS else None


def reader() -> MarkdownIt:
    """Return what reads notes. HTML of the author's is text."""
    # A line break is one wherever notes are shown: people write them as in a message.
    made = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(
        ["table", "strikethrough", "linkify"]
    )
    # Only what is written as a URL becomes a link: `install.sh` and `app.py` look like hosts too.
    # The rule that looks for anything else in what is text already is left out.
    made.core.ruler.disable("linkify")
    made.linkify = _Addresses(made.linkify)
    made.core.ruler.at("inline", _read_within_allowance)
    made.block.ruler.at("table", _narrow_table, {"alt": ["paragraph", "reference"]})
    return made


def _read_within_allowance(state: StateCore) -> None:
    """Read what stands in each block, while there are signs left."""
    left = SIGNS
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        left -= len(_SIGN.findall(token.content)) + ADDRESS * token.content.count("://")
        if left >= 0:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children = _as_written(token.content)


def _as_written(text: str) -> list[Token]:
    """Return lines of text as tokens that mean nothing else."""
    found: list[Token] = []
    for line in text.split("\n"):
        found += [Token("text", "", 0, content=line), Token("softbreak", "br", 0)]
    return found[:-1]


def _narrow_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's own signature
    """Read a table, unless it is wider than anybody's."""
    head = state.src[state.bMarks[start] : state.eMarks[start]]
    return head.count("|") <= COLUMNS and table(state, start, end, silent)
