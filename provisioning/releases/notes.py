"""Release notes: kept as they were written, made safe when they are shown."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Longer notes are cut before they are read: nobody reads more, and parsing takes time.
LONGEST = 20_000

#: `itms-services:` survives markdown-it's own check of links, and a note must not install somebody
#: else's app; so the schemes are named here once more.
SCHEMES = {"http", "https", "mailto"}

#: What Markdown can make, without images: they would tell a stranger who reads the notes.
TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "s", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}

#: These end a line of plain text.
LINES = {"paragraph_close", "heading_close", "fence", "code_block", "html_block", "tr_close", "hr"}

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(
    ["table", "strikethrough", "linkify"]
)
# Only what is written as a URL becomes a link: `install.sh` and `app.py` look like hosts too.
if _MARKDOWN.linkify is not None:
    _MARKDOWN.linkify.set({"fuzzy_link": False, "fuzzy_email": False})


def to_html(markdown: str) -> str:
    """Return notes as HTML that is safe to show: no markup, script or style of the author's."""
    return nh3.clean(
        _MARKDOWN.render(markdown[:LONGEST]),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def to_plain(markdown: str, limit: int) -> str:
    """Return the words of the notes without markup, in at most *limit* characters."""
    words: list[str] = []
    for token in _MARKDOWN.parse(markdown[:LONGEST]):
        words.extend(_words(token))
    lines = (" ".join(line.split()) for line in "".join(words).splitlines())
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _words(token: Token) -> list[str]:
    if token.children is not None:
        return [word for child in token.children for word in _words(child)]
    if token.type in {"softbreak", "hardbreak"}:
        return ["\n"]
    if token.type in {"td_close", "th_close"}:
        return [" "]
    return [token.content, "\n"] if token.type in LINES else [token.content]
