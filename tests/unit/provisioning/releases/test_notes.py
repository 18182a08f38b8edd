"""Release notes: what people wrote, without what others slipped in."""

import re

import pytest

from provisioning.releases.notes import LONGEST, to_html, to_plain

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](&#106;avascript:alert(1))",
    "[x](itms-services://?action=download-manifest&url=https://evil.example/m.plist)",
    "[x](intent://evil#Intent;scheme=https;end)",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<itms-services://?action=download-manifest>",
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    '[x](https://ok.example "\\" onmouseover=\\"alert(1)")',
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "<!--[if]><script>alert(1)</script>-->",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_runs_installs_or_tells_comes_out(text: str) -> None:
    html = to_html(text)

    tags = re.findall(r"<[^>]*>", html)
    allowed = re.compile(
        r"</?(?:p|pre|code|a)>"
        r'|<a(?: (?:href="https://ok\.example"|title="[^"<>]*"|rel="[a-z ]+"))*>'
    )
    assert [tag for tag in tags if not allowed.fullmatch(tag)] == []


def test_what_people_write_stays() -> None:
    html = to_html(
        "# New\n\n* **bold** and *soft*\n* ~~old~~ `code`\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n> said\n\n```\nx < y\n```\n\n"
        "[link](https://ok.example/?a=1&b=2) <ann@ok.example>"
    )

    for piece in (
        "<h1>New</h1>",
        "<strong>bold</strong>",
        "<em>soft</em>",
        "<s>old</s>",
        "<td>2</td>",
        "<blockquote>",
        "x &lt; y",
        'href="https://ok.example/?a=1&amp;b=2"',
        'href="mailto:ann@ok.example"',
    ):
        assert piece in html


def test_written_addresses_become_links_and_file_names_do_not() -> None:
    html = to_html("see https://ok.example/x and install.sh or app.py or ann@ok.example")

    assert html.count("<a ") == 1
    assert 'href="https://ok.example/x"' in html


def test_links_tell_the_other_side_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow"' in to_html("[x](https://ok.example)")


def test_notes_of_a_megabyte_are_cut_before_they_are_read() -> None:
    assert len(to_html("word " * 200_000)) < LONGEST + 100


def test_plain_words_are_cut_at_the_limit() -> None:
    assert to_plain("# Big\n\nnews for *everybody* here", 12) == "Big\nnews fo…"
    assert to_plain("short", 12) == "short"
    assert to_plain("", 12) == ""


def test_plain_words_keep_lines_and_lose_marks() -> None:
    plain = to_plain(
        "# Title\n\n* one\n* two `x`\n\n![picture](https://x.example/y.png)\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n[label](https://ok.example)",
        200,
    )

    assert plain == "Title\none\ntwo x\npicture\na b\n1 2\nlabel"
