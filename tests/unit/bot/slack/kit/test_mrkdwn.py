"""Strangers' text in Slack."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.kit import mrkdwn


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


CODE = st.lists(
    st.sampled_from(
        ["```\none\ntwo\nthree\n```", "words of some length", "`x`", "<https://a.example|a>"]
    ),
    max_size=12,
).map("\n".join)


@settings(deadline=None)
@given(CODE, st.integers(40, 90))
def test_no_piece_leaves_a_code_block_open(text: str, size: int) -> None:
    parts = mrkdwn.pieces(text, size)

    assert all(part.count("```") % 2 == 0 for part in parts)
    assert all(len(part) <= size for part in parts)
    words = "\n".join(parts).replace("```", "").split()
    assert words == text.replace("```", "").split()
    assert mrkdwn.clip(text, size).count("```") % 2 == 0


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
    assert mrkdwn.holds_stand_ins(mrkdwn.code("a`b*c"))
    assert mrkdwn.code("  ") == ""


def test_links_lead_to_the_web_only() -> None:
    assert mrkdwn.link("https://a.example/x y|z", "a|b") == "<https://a.example/x%20y%7Cz|a¦b>"
    assert mrkdwn.link("javascript:alert(1)", "click") == "click"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
