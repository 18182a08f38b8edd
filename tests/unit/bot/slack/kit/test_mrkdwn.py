"""Strangers' text in Slack."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.kit import mrkdwn

PROBES = [
    ("<!channel> <@U1> in text", "&lt;!channel&gt; &lt;@U1&gt; in text"),
    ("`<!channel> <@U1>` in code", "`&lt;!channel&gt; &lt;@U1&gt;` in code"),
    ("[label](https://a.example/x|y)", "<https://a.example/x%7Cy|label>"),
    ("&lt;!channel&gt; as entities", "&lt;!channel&gt; as entities"),
    (r"\<!channel\>", "&lt;!channel&gt;"),
    ("<https://evil.example|good>", "<https://evil.example%7Cgood|https://evil.example¦good>"),
    ("[a|b>c](https://a.example)", "<https://a.example|a¦b&gt;c>"),
    ("[install](itms-services://?url=https://evil.example)", "install"),
]


@pytest.mark.parametrize(("markdown", "expected"), PROBES)
def test_a_probe_of_injection_comes_out_harmless(markdown: str, expected: str) -> None:
    assert mrkdwn.from_markdown(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# Title", "*Title*"),
        ("**bold** *it* ~~gone~~", "*bold* _it_ ~gone~"),
        ("- a\n- b", "• a\n• b"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("- a\n  - b", "• a\n    • b"),
        ("> quoted\n> twice", "> quoted\n> twice"),
        ("```\na `b` <c>\n```", "```\na 'b' &lt;c&gt;\n```"),
        ("one\ntwo", "one\ntwo"),
        ("![a picture](https://a.example/p.png)", "a picture"),
        ("see https://a.example/x", "see <https://a.example/x|https://a.example/x>"),
        ("run install.sh", "run install.sh"),
        ("|a|b|\n|-|-|\n|1|2|", "a │ b\n1 │ 2"),
        ("<b>html</b>", "&lt;b&gt;html&lt;/b&gt;"),
        ("[me](mailto:a@example.org)", "<mailto:a@example.org|me>"),
        ("", ""),
    ],
)
def test_markdown_becomes_what_slack_shows_alike(markdown: str, expected: str) -> None:
    assert mrkdwn.from_markdown(markdown) == expected


OURS = r"<(?:https?://[^<>|]*\|[^<>|]*|mailto:[^<>|]*\|[^<>|]*)>"


@settings(deadline=None)
@given(st.text(alphabet="<>!@#&|`*_~[]()\\ \nachelU1:/.https-`", max_size=120))
def test_no_text_whatever_makes_a_mention_or_a_ping(markdown: str) -> None:
    shown = mrkdwn.from_markdown(markdown)

    left = re.sub(OURS, "", shown)
    assert "<" not in left
    assert ">" not in "".join(line.removeprefix("> ") for line in left.split("\n")).replace(
        "> ", ""
    )


@settings(deadline=None)
@given(st.text(alphabet="ab&<>\n", max_size=200), st.integers(5, 60))
def test_cutting_never_tears_an_entity(text: str, limit: int) -> None:
    shown = mrkdwn.clip(mrkdwn.escape(text), limit)

    assert len(shown) <= limit
    assert mrkdwn.escape(_unescaped(shown)) == shown


@settings(deadline=None)
@given(st.text(alphabet="ab&<>\n", max_size=300), st.integers(10, 60))
def test_pieces_hold_everything_and_no_torn_entity(text: str, size: int) -> None:
    whole = mrkdwn.escape(text)
    parts = mrkdwn.pieces(whole, size)

    assert all(len(part) <= size for part in parts)
    assert all(mrkdwn.escape(_unescaped(part)) == part for part in parts)
    assert "".join(parts).replace("\n", "") == whole.replace("\n", "")


def test_a_long_text_is_cut_at_the_end_of_a_block() -> None:
    notes = "\n\n".join(["word " * 20] * 10)

    shown = mrkdwn.from_markdown(notes, 250)

    assert len(shown) <= 250
    assert shown.endswith("word\n…")


def test_a_link_is_never_cut_in_the_middle() -> None:
    notes = "x" * 60 + " [label](https://a.example/long/long/long)"

    assert "<" not in mrkdwn.from_markdown(notes, 80)


def test_a_name_becomes_one_line_and_loses_nothing_else() -> None:
    assert mrkdwn.plain(" a\n b & c ", 50) == "a b &amp; c"
    assert mrkdwn.plain("ab" * 10, 5) == "abab…"


def test_unicode_names_stay_as_they_are() -> None:
    assert mrkdwn.plain("Überraschung 🚀 שלום", 50) == "Überraschung 🚀 שלום"


def test_only_ids_that_slack_makes_become_mentions() -> None:
    assert mrkdwn.person("U012ABC") == "<@U012ABC>"
    assert mrkdwn.person("U1> <!channel") == "somebody"
    assert mrkdwn.channel("C012ABC") == "<#C012ABC>"
    assert mrkdwn.channel("C1|x") == "a channel"


def test_a_time_is_shown_in_each_readers_zone() -> None:
    when = datetime(2026, 11, 20, 12, tzinfo=UTC)

    shown = mrkdwn.moment(when)

    assert shown == "<!date^1795176000^{date_short_pretty} {time}|20 Nov 2026 12:00 UTC>"


def test_code_cannot_be_left_by_a_backtick() -> None:
    assert mrkdwn.code("a`b*c") == "`a'b*c`"
    assert mrkdwn.code("  ") == ""


def test_links_lead_to_the_web_only() -> None:
    assert mrkdwn.link("https://a.example/x y|z", "a|b") == "<https://a.example/x%20y%7Cz|a¦b>"
    assert mrkdwn.link("javascript:alert(1)", "click") == "click"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
