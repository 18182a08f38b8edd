"""Names that mrkdwn cannot say: in rich text or plain text, to the letter."""

from datetime import UTC, datetime

import pytest

from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from bot.slack.kit.shortening import plainly
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL, acting, strings

NAMES = ["*QA*", "_beta_", "~old~", "`x`", "> quoted", "* a", "a *", "__init__", "a_ _b", EVIL]


@pytest.mark.parametrize("name", NAMES)
def test_c12_a_name_that_could_act_is_said_to_the_letter(name: str) -> None:
    shown = [
        blocks.section(f"*{mrkdwn.plain(name, 80)}* · iOS"),
        blocks.context(f"_Given_ to {mrkdwn.plain(name, 80)}"),
        blocks.fields(f"*Name*\n{mrkdwn.plain(name, 80)}"),
        blocks.section(mrkdwn.plain(name, 80), accessory=blocks.button("Open", "open")),
    ]

    assert validity.message_complaints(shown) == []
    assert acting(shown) == []
    assert all(any(name in text for text in strings(block)) for block in shown)
    assert not any(part.get("type") == "mrkdwn" and name in part["text"] for part in _texts(shown))


@pytest.mark.parametrize(
    "name", ["my_app", "Harbour", "a > b", "1:30", "Grüße & Küsse", "snake_case_"[:-1]]
)
def test_c12_any_other_name_stays_in_mrkdwn(name: str) -> None:
    assert blocks.section(mrkdwn.plain(name, 80))["type"] == "section"


def test_c12_what_is_ours_is_drawn_as_in_mrkdwn() -> None:
    when = mrkdwn.moment(datetime(2026, 11, 29, 6, 5, tzinfo=UTC))
    text = (
        f":warning: *{mrkdwn.plain('*x*', 9)}* _by_ <@U012> in <#C012>, <!subteam^S012> "
        f"{mrkdwn.code('a`b')} {mrkdwn.link('https://x.example/a?b&c', 'a & b')} {when}"
    )

    (section,) = blocks.section(text)["elements"]

    assert section["elements"] == [
        {"type": "emoji", "name": "warning"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "*x*", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "text", "text": "by", "style": {"italic": True}},
        {"type": "text", "text": " "},
        {"type": "user", "user_id": "U012"},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": "C012"},
        {"type": "text", "text": ", "},
        {"type": "usergroup", "usergroup_id": "S012"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "a`b", "style": {"code": True}},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://x.example/a?b&c", "text": "a & b"},
        {"type": "text", "text": " "},
        {
            "type": "date",
            "timestamp": 1795932300,
            "format": "{date_short_pretty} {time}",
            "fallback": "29 Nov 2026 06:05 UTC",
        },
    ]


def test_c12_beside_a_button_only_the_name_is_plain() -> None:
    when = mrkdwn.moment(datetime(2026, 11, 29, 6, 5, tzinfo=UTC))
    text = f"*{mrkdwn.plain('*x* · y', 80)}* 2.4 · iOS · {when}"

    row = blocks.section(text, accessory=blocks.button("Details", "details"))

    assert row["text"] == {"type": "plain_text", "text": "*x* · y 2.4", "emoji": True}
    assert [field["text"] for field in row["fields"]] == [f"iOS · {when}"]


def test_c12_a_sentence_keeps_its_code_and_nothing_of_what_it_quotes() -> None:
    said = mrkdwn.sentence("There is no group called “*x* `y`”. There are: `qa_1`. Ask *Ann*.")
    (section,) = blocks.section(said)["elements"]

    assert [(one["text"], one.get("style")) for one in section["elements"]] == [
        ("There is no group called “*x* `y`”. There are: ", None),
        ("qa_1", {"code": True}),
        (". Ask *Ann*.", None),
    ]


def test_c12_a_name_of_stand_ins_is_none_of_ours() -> None:
    shown = blocks.section(mrkdwn.plain("".join(map(chr, range(0xFDD0, 0xFDD5))), 80))

    assert shown["text"]["text"] == "\ufffd" * 5


def test_c12_a_card_that_is_not_understood_keeps_such_a_name() -> None:
    message = Message(text="x", blocks=[blocks.section(f"*{mrkdwn.plain('*x*', 9)}* is ready")])

    assert plainly(message).blocks[0]["text"]["text"] == "*x* is ready"


def _texts(value: object) -> list[dict[str, str]]:
    if isinstance(value, list):
        return [found for part in value for found in _texts(part)]
    if isinstance(value, dict):
        own = [value] if isinstance(value.get("text"), str) else []
        return own + [found for part in value.values() for found in _texts(part)]
    return []
