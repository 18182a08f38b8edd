"""Textile as it came from HockeyApp's clients: read for pages and for Slack, and never for long."""

import re
from time import process_time

import pytest

from bot.slack.kit import lines
from bot.slack.kit.markdown import to_lines
from provisioning.releases.notes import LONGEST, to_html
from storage.records.release import NotesKind

TEXTILE = NotesKind.TEXTILE

WRITTEN = """h1. New in 2.4

Fixed *login* and _logout_, see "the ticket(PROJ-1)":https://ex.org/a?b=1&c=2.
It says @code <b>@ and -old- +new+ %span%
* one
** nested *bold*
* two
# first
# second

bq. Quoted
more

bc. x = 1
  y < 2

|_. Head|_. B|
|a|b|

h3(#id){color:red}. Styled"""

HTML = """<h1>New in 2.4</h1><p>Fixed <strong>login</strong> and <em>logout</em>, see \
<a href="https://ex.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">the ticket</a>.<br>
It says <code>code &lt;b&gt;</code> and <s>old</s> new span</p>\
<ul><li>one<ul><li>nested <strong>bold</strong></li></ul></li><li>two</li></ul>\
<ol><li>first</li><li>second</li></ol><blockquote><p>Quoted<br>
more</p></blockquote><pre><code>x = 1
  y &lt; 2
</code></pre>
<table><tbody><tr><th>Head</th><th>B</th></tr><tr><td>a</td><td>b</td></tr></tbody></table>\
<h3>Styled</h3>"""

MRKDWN = """*New in 2.4*
Fixed *login* and _logout_, see <https://ex.org/a?b=1&amp;c=2|the ticket>.
It says `code &lt;b&gt;` and ~old~ new span
• one
    • nested *bold*
• two
1. first
2. second
> Quoted
> more
```
x = 1
  y &lt; 2
```
Head │ B
a │ b
*Styled*"""


def mrkdwn(text: str) -> str:
    return lines.whole(to_lines(text, TEXTILE))


def test_a_text_is_read_the_same_for_a_page_and_for_slack() -> None:
    assert to_html(WRITTEN, TEXTILE) == HTML
    assert mrkdwn(WRITTEN) == MRKDWN


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("re-do a_b_c 5 * 3 -1", "re-do a_b_c 5 * 3 -1"),
        ("*a *b* c", "*a *b* c"),
        ("(*a*), _b_!", "(*a*), _b_!"),
        ("**a** __b__ ??c??", "*a* _b_ _c_"),
        ("*a _b* c_", "*a _b* c_"),
        ("1.5%, 50% of +x+", "1.5%, 50% of x"),
        ("bq.. one\n\ntwo\n\np. three", "> one\n> two\nthree"),
        ("bc.. a\n\nb\n\np. c", "```\na\n\nb\n```\nc"),
        ("#### deep\n# up", "            1. deep\n2. up"),
        ("* a\n# b", "• a\n1. b"),
        ("see http://x.example/y.", "see <http://x.example/y|http://x.example/y>."),
    ],
)
def test_signs_mean_what_they_mean_where_they_stand(written: str, shown: str) -> None:
    assert mrkdwn(written) == shown


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"x":javascript:alert(1)',
    '"x":JaVaScRiPt:alert(1)',
    '"x":data:text/html,<script>alert(1)</script>',
    '"x":itms-services://?action=download-manifest&url=https://evil.example/m.plist',
    "!https://evil.example/pixel.png!",
    "!javascript:alert(1)!",
    "p{background:url(javascript:alert(1))}. styled",
    "%{color:red}x% notextile. <b>x</b>",
    '=="<script>alert(1)</script>==',
    "@<script>alert(1)</script>@",
    "bc. <script>alert(1)</script>",
    "|<script>alert(1)</script>|",
    '"<img src=x>":https://ok.example/"onmouseover="alert(1)',
    "<!channel> <@U1> <https://evil.example|Slack>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_runs_installs_or_pings_comes_out(text: str) -> None:
    tags = re.findall(r"<[^>]*>", to_html(text, TEXTILE))
    allowed = re.compile(
        r"</?(?:p|pre|code|a|table|tbody|tr|td)>"
        r'|<a href="https://(?:ok|evil)\.example[^"<>]*" rel="noopener noreferrer nofollow">'
        r'|<a rel="[a-z ]+">'
    )
    assert [tag for tag in tags if not allowed.fullmatch(tag)] == []
    links = re.findall(r"<[^>]*>", mrkdwn(text))
    assert [one for one in links if not re.match(r"<https://(?:ok|evil)\.example", one)] == []


#: Seconds of CPU. The dearest takes one where nothing else runs; the library of that name takes
#: five for an eighth of it.
SOON = 5.0

#: What 64 kB of may cost a reader dearly.
HEAVY = {
    "open styles": "*a ",
    "closed styles": "*a* ",
    "crossing styles": "*_-a-_* ",
    "openers only": "(*_-",
    "a library's worst": "%{",
    "quotes": '"a":',
    "half links": '"(a',
    "code": "@",
    "deep lists": "******** a\n* b\n",
    "cells": "|a",
    "rows": "|a|b|\n",
    "headings": "h1. a\n",
    "quotes without an end": "bq.. a\n\n",
    "attributes": "h1" + "(a)" * 8 + "x\n",
    "brackets": "h1(" * 3,
    "blank lines": "\n",
    "one word": "a",
}


@pytest.mark.parametrize("piece", HEAVY.values(), ids=HEAVY)
def test_64_kb_of_it_are_read_soon(piece: str) -> None:
    written = (piece * LONGEST)[:LONGEST]
    began = process_time()

    to_html(written, TEXTILE)
    to_lines(written, TEXTILE)

    assert process_time() - began < SOON
