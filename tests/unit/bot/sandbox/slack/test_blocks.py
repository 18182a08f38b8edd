"""What Slack accepts as Block Kit, and what it refuses with which words."""

import pytest

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.blocks.compositions import check_suggestions
from bot.sandbox.slack.blocks.inspection import check_blocks, check_view
from bot.sandbox.slack.blocks.layout import Surface
from tests.unit.bot.sandbox.slack.payloads import (
    actions,
    button,
    field,
    home,
    modal,
    option,
    plain,
    section,
)


def mrkdwn(text: str) -> JsonObject:
    return {"type": "mrkdwn", "text": text}


def with_accessory(**element: object) -> JsonObject:
    return {**section(), "accessory": element}


def menu(**rest: object) -> JsonObject:
    return {"type": "static_select", "action_id": "m", "placeholder": plain("Pick"), **rest}


IMAGE = {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "An icon"}
CONFIRM = {"title": plain("Sure?"), "text": mrkdwn("Really?"), "confirm": plain("Yes")}

GOOD_MESSAGES: list[JsonObject] = [
    section(),
    {"type": "section", "fields": [mrkdwn("a"), plain("b")]},
    {"type": "header", "text": plain("Big")},
    {"type": "divider"},
    IMAGE,
    {**IMAGE, "title": plain("Icon")},
    {"type": "context", "elements": [mrkdwn("small"), IMAGE, plain("text")]},
    actions(button("a"), {**button("b"), "style": "danger", "confirm": CONFIRM}),
    actions({**button("a"), "url": "https://a.example/install"}),
    actions(menu(options=[option("a")], initial_option=option("a"))),
    actions(menu(option_groups=[{"label": plain("G"), "options": [option("a")]}])),
    actions({"type": "overflow", "action_id": "o", "options": [option("a")]}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-11-30"}),
    actions({"type": "timepicker", "action_id": "d", "initial_time": "09:30"}),
    actions({"type": "radio_buttons", "action_id": "r", "options": [option("a")]}),
    actions({"type": "multi_users_select", "action_id": "u", "initial_users": ["U1"]}),
    with_accessory(**button("a")),
    with_accessory(**IMAGE),
    with_accessory(
        type="checkboxes", action_id="c", options=[{**option("a"), "text": mrkdwn("a")}]
    ),
    field("b", "a"),
    field("b", "a", element={"type": "number_input", "is_decimal_allowed": False}),
    field("b", "a", hint=plain("Hint"), optional=True, dispatch_action=True),
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    },
    {"type": "markdown", "text": "# Notes"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
]


@pytest.mark.parametrize("block", GOOD_MESSAGES)
def test_a_good_block_is_accepted(block: JsonObject) -> None:
    assert check_blocks([block], Surface.MESSAGE) == []


BAD_MESSAGES: list[tuple[JsonObject, str]] = [
    ({"type": "sections"}, "unsupported type: sections [json-pointer:/blocks/0/type]"),
    ({"text": plain("x")}, "missing required field: type"),
    ({"type": "section"}, "must have text or fields"),
    ({**section(), "colour": "red"}, "unknown field: colour [json-pointer:/blocks/0/colour]"),
    (section("x" * 3001), "must be less than 3001 characters"),
    (section(""), "must be more than 0 characters"),
    ({"type": "section", "fields": [plain("x")] * 11}, "no more than 10 items allowed"),
    ({"type": "section", "fields": [plain("x" * 2001)]}, "must be less than 2001 characters"),
    ({"type": "section", "text": "bare"}, "must be an object"),
    ({"type": "section", "text": {"type": "plain_text", "text": 7}}, "must be a string"),
    ({"type": "section", "text": {"type": "html", "text": "x"}}, "unsupported type: html"),
    ({"type": "section", "text": {**mrkdwn("x"), "emoji": True}}, "unknown field: emoji"),
    ({"type": "header", "text": mrkdwn("x")}, "unsupported type: mrkdwn"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters"),
    ({"type": "header"}, "missing required field: text"),
    ({"type": "divider", "block_id": "x" * 256}, "must be less than 256 characters"),
    ({"type": "image", "image_url": "https://a.example/i.png"}, "required field: alt_text"),
    ({"type": "image", "alt_text": "x"}, "exactly one of image_url, slack_file"),
    ({**IMAGE, "image_url": "file:///etc/passwd"}, "must be a URL"),
    ({"type": "context", "elements": []}, "must have at least 1 items"),
    ({"type": "context", "elements": [plain("x")] * 11}, "no more than 10 items allowed"),
    ({"type": "context", "elements": [button("a")]}, "unsupported type: button"),
    (actions(), "must have at least 1 items"),
    (actions(*[button(f"a{number}") for number in range(26)]), "no more than 25 items allowed"),
    (actions(button("a"), button("a")), "`action_id` is used twice in a block"),
    (actions(button("a", value="x" * 2001)), "must be less than 2001 characters"),
    (actions(button("a", text="x" * 76)), "must be less than 76 characters"),
    (actions({"type": "button", "action_id": "a"}), "missing required field: text"),
    (actions({**button("a"), "text": mrkdwn("x")}), "unsupported type: mrkdwn"),
    (actions({**button("a"), "style": "default"}), "must be one of primary, danger"),
    (actions({**button("a"), "url": "javascript:alert(1)"}), "must be a URL"),
    (actions({**button("a"), "confirm": {"text": plain("x")}}), "missing required field: title"),
    (actions(IMAGE), "unsupported type: image"),
    (actions(menu()), "exactly one of options, option_groups"),
    (actions(menu(options=[])), "must have at least 1 items"),
    (actions(menu(options=[option(str(n)) for n in range(101)])), "no more than 100 items"),
    (actions(menu(options=[{**option("a"), "value": "x" * 151}])), "less than 151 characters"),
    (actions(menu(options=[{**option("a"), "text": plain("x" * 76)}])), "less than 76 characters"),
    (actions(menu(options=[{"text": plain("a")}])), "missing required field: value"),
    (actions(menu(options=[{**option("a"), "text": mrkdwn("a")}])), "unsupported type: mrkdwn"),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option("a")] * 6}),
        "no more than 5 items allowed",
    ),
    (actions({"type": "datepicker", "action_id": "d", "initial_date": "30.11."}), "must be a date"),
    (actions({"type": "plain_text_input", "action_id": "t"}), "unsupported type"),
    (with_accessory(type="plain_text_input", action_id="t"), "unsupported type"),
    (field("b", "a", element=button("x")), "unsupported type: button"),
    (field("b", "a", optional="yes"), "must be a boolean"),
    (
        field("b", "a", element={"type": "plain_text_input", "max_length": 3001}),
        "must be between 1 and 3000",
    ),
    (field("b", "a", element={"type": "number_input"}), "required field: is_decimal_allowed"),
    ({"type": "alert", "text": mrkdwn("x")}, "unsupported type: alert"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters"),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 21]},
        "no more than 20 items allowed",
    ),
    ({"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}, "unsupported type: text"),
]


@pytest.mark.parametrize(("block", "words"), BAD_MESSAGES)
def test_a_bad_block_is_refused_with_its_place(block: JsonObject, words: str) -> None:
    messages = check_blocks([block], Surface.MESSAGE)

    assert any(words in message for message in messages), messages
    assert all("[json-pointer:/blocks" in message for message in messages)


def test_blocks_that_are_no_list_of_objects_are_refused() -> None:
    assert check_blocks({}, Surface.MESSAGE) == ["[ERROR] must be an array [json-pointer:/blocks]"]
    assert "must be an object" in check_blocks(["x"], Surface.MESSAGE)[0]


def test_a_block_id_is_used_once() -> None:
    twins = [{**section(), "block_id": "a"}, {**section(), "block_id": "a"}]

    assert "`block_id` a is used twice" in check_blocks(twins, Surface.MESSAGE)[0]


def test_markdown_is_measured_over_the_whole_message() -> None:
    blocks = [{"type": "markdown", "text": "x" * 7000}] * 2

    assert "markdown must be less than 12001 characters" in check_blocks(blocks, Surface.MESSAGE)[0]


def test_every_surface_has_its_own_count_and_kinds() -> None:
    alert = {"type": "alert", "text": mrkdwn("Careful"), "level": "warning"}

    assert check_blocks([section()] * 51, Surface.MESSAGE) != []
    assert check_blocks([section()] * 100, Surface.MODAL) == []
    assert check_blocks([section()] * 101, Surface.HOME) != []
    assert check_blocks([alert], Surface.MODAL) == []
    assert check_blocks([alert], Surface.HOME) != []
    assert check_blocks([{"type": "markdown", "text": "x"}], Surface.MODAL) != []


BAD_VIEWS: list[tuple[object, str]] = [
    ("no object", "must be an object"),
    ({"type": "popup"}, "unsupported type: popup"),
    ({"type": "modal", "title": plain("T")}, "missing required field: blocks"),
    ({**modal(), "title": mrkdwn("T")}, "unsupported type: mrkdwn"),
    ({**modal(), "submit": plain("x" * 25)}, "must be less than 25 characters"),
    ({**modal(), "private_metadata": "x" * 3001}, "must be less than 3001 characters"),
    ({**modal(), "callback_id": "x" * 256}, "must be less than 256 characters"),
    ({**modal(), "colour": "red"}, "unknown field: colour"),
    ({**modal(), "blocks": []}, "must have at least 1 items"),
    ({**home(), "submit": plain("Go")}, "unknown field: submit"),
    (
        {"type": "modal", "title": plain("T"), "blocks": [field("a", "b")]},
        "missing required field: submit",
    ),
]


@pytest.mark.parametrize(("view", "words"), BAD_VIEWS)
def test_a_bad_view_is_refused(view: object, words: str) -> None:
    assert any(words in message for message in check_view(view))


def test_good_views_are_accepted() -> None:
    assert check_view(modal(field("a", "b"), private_metadata="{}", notify_on_close=True)) == []
    assert check_view(home(section(), actions(button("a")))) == []


def test_suggestions_are_options_or_groups_and_not_both() -> None:
    groups = [{"label": plain("G"), "options": [option("a")]}]

    assert check_suggestions({"options": []}) == []
    assert check_suggestions({"option_groups": groups}) == []
    assert check_suggestions({}) != []
    assert check_suggestions({"options": [], "option_groups": groups}) != []
    assert check_suggestions({"options": [option("x" * 151)]}) != []
