"""Release notes: what people wrote, without what others slipped in."""

import re

import pytest

from provisioning.errors import Unclear
from provisioning.releases.notes import LONGEST, checked, fitted, to_html

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


def test_a_line_break_is_one_as_in_slack() -> None:
    assert to_html("one\ntwo") == "<p>one<br>\ntwo</p>"


@pytest.mark.parametrize("letter", ["x", "é", "船", "🚢"])
def test_c1_notes_of_64_kb_are_kept_and_one_byte_more_is_refused(letter: str) -> None:
    most = letter * (LONGEST // len(letter.encode()))
    most += "x" * (LONGEST - len(most.encode()))

    assert checked(most) == most
    assert fitted(most) == most
    with pytest.raises(Unclear, match="1 bytes longer than the 64 kB") as refused:
        checked(most + "x")
    assert refused.value.data["field"] == "notes"


@pytest.mark.parametrize(
    "line", ["- one more thing\n", "word ", "船", "```\ncode\n", "~~~~\n```\ncode\n"]
)
def test_c1_what_nobody_can_be_asked_to_shorten_is_cut_and_says_so(line: str) -> None:
    written = line * (LONGEST // len(line.encode()) + 1000)

    kept = fitted(written)

    body, _, said = kept.rpartition("\n\n… ")
    left = int(said.split()[0].replace(",", ""))
    body = body.removesuffix("\n~~~~")
    assert len(kept.encode()) <= LONGEST
    assert len(kept.encode()) > LONGEST - 400
    assert written.startswith((body, body.removesuffix("\n```")))
    assert abs(len(written.strip()) - len(body) - left) <= len("\n~~~~")
    assert "<p>… " in to_html(kept)
    assert fitted(kept) == kept


def test_c1_the_page_shows_all_of_them() -> None:
    written = "# New\n\n" + "".join(f"- thing {i}\n" for i in range(5_000))

    html = to_html(checked(written))

    assert html.count("<li>") == 5_000
    assert "thing 4999" in html


def test_no_database_is_given_what_it_cannot_keep() -> None:
    assert checked(" a\x00b\r\nc\ud800 ") == "ab\nc?"
