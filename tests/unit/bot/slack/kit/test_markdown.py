"""Markdown as Slack shows it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.kit import markdown

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


@pytest.mark.parametrize(("written", "expected"), PROBES)
def test_a_probe_of_injection_comes_out_harmless(written: str, expected: str) -> None:
    assert markdown.to_mrkdwn(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
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
def test_markdown_becomes_what_slack_shows_alike(written: str, expected: str) -> None:
    assert markdown.to_mrkdwn(written) == expected


OURS = r"<(?:https?://[^<>|]*\|[^<>|]*|mailto:[^<>|]*\|[^<>|]*)>"


@settings(deadline=None)
@given(st.text(alphabet="<>!@#&|`*_~[]()\\ \nachelU1:/.https-`", max_size=120))
def test_no_text_whatever_makes_a_mention_or_a_ping(written: str) -> None:
    shown = markdown.to_mrkdwn(written)

    left = re.sub(OURS, "", shown)
    assert "<" not in left
    assert ">" not in "".join(line.removeprefix("> ") for line in left.split("\n")).replace(
        "> ", ""
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("**bold\nstill** not", "*bold*\n*still* not"),
        ("# A **bold** *soft* title", "*A bold _soft_ title*"),
        ("- a\n\n  ```\n  x\n  y\n  ```\n- b", "• a\n   ```\n   x\n   y\n   ```\n• b"),
        ("[](https://a.example)", "<https://a.example>"),
        ("[a **b**](https://a.example)", "<https://a.example|a >*<https://a.example|b>*"),
        (f"[far](https://a.example/{'x' * 2500})", "far"),
        ("`one\ntwo`", "`one two`"),
    ],
)
def test_each_line_is_whole_in_itself(written: str, expected: str) -> None:
    assert markdown.to_mrkdwn(written) == expected


def test_a_link_with_many_words_leads_there_from_all_of_them() -> None:
    shown = markdown.to_mrkdwn(f"[{'word ' * 200}](https://a.example)")

    assert "".join(re.findall(r"<https://a\.example\|([^>]*)>", shown)).split() == ["word"] * 200
