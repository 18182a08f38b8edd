"""The check that Slack makes, made before."""

from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Form
from tests.blockkit import validity

BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}


def section(**changes: object) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}, **changes}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("unknown type", {"type": "sparkle"}, "unknown type sparkle"),
    ("unknown key", section(color="red"), "color: unknown key"),
    ("null", section(block_id=None), "block_id: null"),
    ("empty text", section(text={"type": "mrkdwn", "text": ""}), "1 to 3000 characters"),
    ("long text", section(text={"type": "mrkdwn", "text": "x" * 3001}), "not 3001"),
    ("no text object", section(text="hello"), "no text object"),
    ("neither", {"type": "section"}, "neither text nor fields"),
    (
        "mrkdwn in a header",
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        "mrkdwn is not allowed",
    ),
    (
        "long header",
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        "1 to 150",
    ),
    (
        "emoji on mrkdwn",
        section(text={"type": "mrkdwn", "text": "x", "emoji": True}),
        "unknown key",
    ),
    ("no elements", {"type": "actions", "elements": []}, "1 to 25"),
    ("many elements", {"type": "context", "elements": [BUTTON] * 11}, "1 to 10"),
    (
        "button without text",
        {"type": "actions", "elements": [{"type": "button", "action_id": "a"}]},
        "text: missing",
    ),
    (
        "mrkdwn on a button",
        {
            "type": "actions",
            "elements": [{**BUTTON, "text": {"type": "mrkdwn", "text": "x"}}],
        },
        "mrkdwn is not allowed",
    ),
    ("style", {"type": "actions", "elements": [{**BUTTON, "style": "loud"}]}, "neither primary"),
    (
        "long value",
        {"type": "actions", "elements": [{**BUTTON, "value": "x" * 2001}]},
        "more than 2000",
    ),
    ("same action twice", {"type": "actions", "elements": [BUTTON, BUTTON]}, "stands twice"),
    ("many fields", section(fields=[{"type": "mrkdwn", "text": "x"}] * 11), "at most 10"),
    (
        "long option value",
        {
            "type": "actions",
            "elements": [
                {
                    "type": "checkboxes",
                    "action_id": "a",
                    "options": [{"text": {"type": "plain_text", "text": "x"}, "value": "v" * 151}],
                }
            ],
        },
        "more than 150",
    ),
    (
        "long confirmation",
        {
            "type": "actions",
            "elements": [
                {
                    **BUTTON,
                    "confirm": {
                        "title": {"type": "plain_text", "text": "x" * 101},
                        "text": {"type": "plain_text", "text": "x"},
                        "confirm": {"type": "plain_text", "text": "x"},
                        "deny": {"type": "plain_text", "text": "x"},
                    },
                }
            ],
        },
        "1 to 100",
    ),
]


@pytest.mark.parametrize(("why", "block", "complaint"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_block_that_slack_refuses_is_complained_about(
    why: str, block: dict[str, Any], complaint: str
) -> None:
    complaints = validity.message_complaints([block])

    assert any(complaint in found for found in complaints), (why, complaints)


def test_a_message_has_at_most_50_blocks_and_13000_characters() -> None:
    many = [section()] * 51
    long = [section(text={"type": "mrkdwn", "text": "x" * 2700})] * 5

    assert any("50 blocks" in found for found in validity.message_complaints(many))
    assert any("13000" in found for found in validity.message_complaints(long))


def test_an_input_belongs_in_a_form() -> None:
    entry = blocks.entry("b", "Name", blocks.text_field("a"))

    assert any("belongs in a modal" in found for found in validity.message_complaints([entry]))


def test_a_form_with_inputs_needs_something_to_submit_it() -> None:
    entry = blocks.entry("b", "Name", blocks.text_field("a"))
    view = Form(callback_id="c", title="Title", blocks=[entry]).view()

    assert validity.view_complaints(view) == ["/submit: missing, though there are inputs"]


def test_two_blocks_cannot_have_the_same_id() -> None:
    entry = blocks.entry("b", "Name", blocks.text_field("a"))
    view = Form(callback_id="c", title="T", submit="Go", blocks=[entry, entry]).view()

    assert any("stands twice" in found for found in validity.view_complaints(view))


def test_private_metadata_is_limited() -> None:
    view = Form(
        callback_id="c", title="T", blocks=[blocks.divider()], private_metadata="x" * 3001
    ).view()

    assert any("more than 3000" in found for found in validity.view_complaints(view))


def test_every_builder_cuts_to_what_slack_takes() -> None:
    long = "🚀 & <b> " * 2000
    built = [
        blocks.header(long),
        blocks.section(mrkdwn.escape(long)),
        blocks.context(*[long] * 2),
        blocks.divider(),
        blocks.actions(
            blocks.button(
                long,
                "a",
                "v",
                style="danger",
                confirm=blocks.confirm(long, long, long, long),
            )
        ),
    ]
    view = Form(
        callback_id="c",
        title=long,
        submit=long,
        close=long,
        blocks=[
            blocks.entry("1", long, blocks.text_field("a", long, placeholder=long), hint=long),
            blocks.entry(
                "2",
                "x",
                blocks.external_choice(
                    "a", [blocks.option(long, "v", long)] * 101, placeholder=long, several=True
                ),
            ),
            blocks.entry("3", "x", blocks.ticks("a", [blocks.option(long, "v")], ["v"])),
            blocks.entry("4", "x", blocks.people_choice("a", ["U1"], placeholder=long)),
        ],
    ).view()

    assert [c for c in validity.message_complaints(built) if "13000" not in c] == []
    assert validity.view_complaints(view) == []
    for block in built:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
    View(**view).validate_json()


def test_empty_texts_become_a_dash_instead_of_a_refusal() -> None:
    built = [blocks.header("  "), blocks.section(""), blocks.context("")]

    assert validity.message_complaints(built) == []
