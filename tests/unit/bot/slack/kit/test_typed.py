"""What people type in Slack becomes Markdown that shows what Slack showed."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.kit import markdown, mrkdwn, typed
from bot.slack.kit.emojis import character
from provisioning.releases.notes import to_html

NAMES = {"U1": "Ann Ahoy", "C1": "qa", "S1": "testers"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold* and _soft_ and ~gone~", "**bold** and *soft* and ~~gone~~"),
        ("*_both_* _a *b* c_", "***both*** *a **b** c*"),
        ("`code *x*` `a &lt;b&gt;`", "`code *x*` `a <b>`"),
        ("see\n```\nx *y*\n&lt;z&gt; <https://a.example>\n```\nso",
         "see\n\n```\nx *y*\n<z> https://a.example\n```\n\nso"),
        ("<https://a.example/x_y|the *log*>", r"[the \*log\*](<https://a.example/x_y>)"),
        ("<https://a.example/x>", "<https://a.example/x>"),
        ("<mailto:a@b.example|a@b.example>", "<a@b.example>"),
        ("<tel:+4912|+49 12>", "+49 12"),
        ("<@U1> in <#C1> for <!subteam^S1>", "@Ann Ahoy in #qa for @testers"),
        ("<@U9|bob> in <#C9|ops> <!subteam^S9|@all>", "@bob in #ops @all"),
        ("<@U8> <!here> <!channel|@channel>", "@somebody @here @channel"),
        ("<!date^1795176000^{date}|20 Nov>", "20 Nov"),
        (":tada: :+1::skin-tone-3: :flag-de: :our_own:", "🎉 👍🏼 🇩🇪 :our_own:"),
        ("• a\n• b\nafter", "- a\n- b\n\nafter"),
        ("first\n2. two\n3. three", "first\n\n2. two\n3. three"),
        ("&gt; said\n&gt; *so*\nme", "> said\n> **so**\n\nme"),
        ("a &lt;b&gt; &amp; c &amp;amp; d", r"a <b> & c \&amp; d"),
        ("2 * 3 * 4, snake_case_name, 5*6", r"2 * 3 * 4, snake_case_name, 5\*6"),
        ("title\n---", "title\n\\---"),
        ("C:\\*x", r"C:\\\*x"),
        ("[read](https://a.example) [1](x)", r"[read](https://a.example) \[1](x)"),
        ("*not bold\nnor* this", "\\*not bold\nnor\\* this"),
        ("  ", ""),
    ],
)  # fmt: skip
def test_c2_mrkdwn_becomes_markdown(text: str, expected: str) -> None:
    assert typed.to_markdown({"text": text}, NAMES) == expected


def _text(text: str, *styles: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": dict.fromkeys(styles, True)}


def _rich(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"text": "ignored", "blocks": [{"type": "rich_text", "elements": list(parts)}]}


def _section(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": kind, "elements": list(elements)}


def _list(style: str, indent: int, *items: str, offset: int = 0) -> dict[str, Any]:
    return {
        "type": "rich_text_list",
        "style": style,
        "indent": indent,
        "offset": offset,
        "elements": [_section(_text(item)) for item in items],
    }


BOLD = {"bold": True}
RICH = [
    (
        _section(_text("a "), _text(" bold ", "bold"), _text("b"), _text("c", "bold", "italic")),
        "a  **bold** b***c***",
    ),
    (_section(_text("x", "bold"), _text("y", "bold", "italic"), _text("z")), "**x*y***z"),
    (_section(_text("gone", "strike"), _text(" "), _text("a`b", "code")), "~~gone~~ ``a`b``"),
    (_section(_text("one\ntwo", "bold")), "**one**\n**two**"),
    (_section(_text("*typed* [x](y) &amp; # 1")), r"\*typed\* \[x](y) \&amp; # 1"),
    (
        _section(
            {"type": "link", "url": "https://a.example/x", "text": "the log", "style": BOLD},
            _text(" "),
            {"type": "link", "url": "https://a.example/y"},
        ),
        "**[the log](<https://a.example/x>)** <https://a.example/y>",
    ),
    (
        _section(
            {"type": "user", "user_id": "U1"},
            _text(" in "),
            {"type": "channel", "channel_id": "C1"},
            _text(" "),
            {"type": "usergroup", "usergroup_id": "S1"},
            _text(" "),
            {"type": "broadcast", "range": "here"},
            _text(" "),
            {"type": "user", "user_id": "U7"},
        ),
        "@Ann Ahoy in #qa @testers @here @somebody",
    ),
    (
        _section(
            {"type": "emoji", "name": "tada", "unicode": "1f389"},
            {"type": "emoji", "name": "wave", "skin_tone": 2},
            {"type": "emoji", "name": "party_boat"},
            {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "1 Jan"},
            {"type": "color", "value": "#ff0000"},
        ),
        "🎉👋🏻:party_boat:1 Jan#ff0000",
    ),
    (_section(_text("said\n\nso"), kind="rich_text_quote"), "> said\n>\n> so"),
    (
        _section(_text("x *y* ```\n  z "), {"type": "link", "url": "https://a.example"},
                 kind="rich_text_preformatted"),
        "````\nx *y* ```\n  z https://a.example\n````",
    ),
    (_list("bullet", 0, "a", "b\nmore"), "- a\n- b\n  more"),
    (_list("ordered", 0, "a", "b", offset=3), "4. a\n5. b"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "expected"), RICH)
def test_c2_rich_text_becomes_markdown(part: dict[str, Any], expected: str) -> None:
    assert typed.to_markdown(_rich(part), NAMES) == expected


def test_c2_lists_stay_inside_of_each_other() -> None:
    message = _rich(
        _section(_text("New:\n")),
        _list("bullet", 0, "a"),
        _list("ordered", 1, "b", "c"),
        _list("bullet", 4, "d"),
        _list("bullet", 0, "e"),
        _section(_text("That is all")),
    )

    written = typed.to_markdown(message, {})

    assert markdown.to_mrkdwn(written) == (
        "New:\n• a\n    1. b\n    2. c\n        • d\n• e\nThat is all"
    )


def test_c2_names_are_asked_for_only_where_the_message_does_not_say_them() -> None:
    mention = _rich(_section({"type": "user", "user_id": "U1"}, {"type": "user", "user_id": "U2"}))
    mention["text"] = "<@U1|ann> <@U2> <#C2>"

    assert typed.ids_in(mention) == {"U2", "C2"}
    assert typed.to_markdown(mention, {"U2": "Bob"}) == "@ann@Bob"


def test_c2_what_is_no_rich_text_is_read_from_the_text() -> None:
    message = {"text": "*new*", "blocks": [{"type": "section"}, "odd", None]}

    assert typed.to_markdown(message, {}) == "**new**"
    assert typed.to_markdown({}, {}) == ""


@settings(deadline=None)
@given(st.text(alphabet="ab*_~`[]()<>&;#!|\\- \n.:1=>", max_size=60))
def test_c2_words_without_style_are_shown_sign_by_sign(text: str) -> None:
    line = "x" + text.replace("\n", " ").replace("  ", " ").rstrip()

    written = typed.to_markdown(_rich(_section(_text(line))), {})

    assert markdown.to_mrkdwn(written) == mrkdwn.escape(line)


STYLES = st.sets(st.sampled_from(["bold", "italic", "strike"]))
RUNS = st.lists(st.tuples(st.text(alphabet="ab ", min_size=1, max_size=4), STYLES), max_size=6)


@settings(deadline=None)
@given(RUNS)
def test_c2_styles_in_any_order_leave_no_mark_behind(runs: list[tuple[str, set[str]]]) -> None:
    written = typed.to_markdown(_rich(_section(*(_text(text, *on) for text, on in runs))), {})

    html = to_html(written)
    assert not set("*_~") & set(html)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rocket", "🚀"),
        ("thumbsup", "👍"),
        ("female-technologist", "👩\u200d💻"),
        ("hammer_and_wrench", "🛠️"),
        ("no_such_thing", ":no_such_thing:"),
    ],
)
def test_c2_emoji_are_their_characters(name: str, expected: str) -> None:
    assert character(name) == expected


@pytest.mark.parametrize(
    ("typed_text", "markdown"),
    [
        ("_a_*b*~c~", "*a***b**~~c~~"),
        ("*a*_b_ _c_*d*", r"\*a\**b* *c***d**"),
        ("*a _b* c_ ~d~", r"**a \_b** c\_ ~~d~~"),
        ("_a *b _c_ d* e", r"\_a **b *c* d** e"),
    ],
)
def test_styles_may_follow_each_other_at_once(typed_text: str, markdown: str) -> None:
    assert typed.mrkdwn_to_markdown(typed_text, {}) == markdown


@pytest.mark.parametrize("dear", ["*_", "~a~ ", "*a* _b_ ", "`a` ", "*a ", "<a|", "[a](", "&lt;"])
def test_the_longest_message_is_read_soon(dear: str) -> None:
    """Two tenths of a second where nothing else runs; styles by the thousand once took eleven."""
    began = time.process_time()

    assert typed.mrkdwn_to_markdown((dear * 40_000)[:40_000], {})
    assert time.process_time() - began < 3
