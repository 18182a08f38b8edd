"""Forms: what may be entered, what is picked, and what Slack's own client refuses."""

import pytest

from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.desk.door import _is_loopback
from bot.sandbox.slack.errors import NotPossible
from bot.sandbox.slack.forms import initial_values, kept_values, missing, value_of
from tests.unit.bot.sandbox.slack.payloads import field, option


def typed(element: JsonObject, value: str | None) -> dict[str, str]:
    """Return what is refused when *value* is entered into a required field."""
    block = field("b", "a", element=element)
    entered = {"b": {"a": {"type": element["type"], "value": value}}}
    return missing([block], entered)


@pytest.mark.parametrize(
    ("element", "good", "bad", "sentence"),
    [
        ({"type": "plain_text_input"}, "x", "", "Please complete this required field."),
        ({"type": "plain_text_input", "max_length": 3}, "abc", "abcd", "at most 3 characters"),
        ({"type": "plain_text_input", "min_length": 3}, "abc", "ab", "at least 3 characters"),
        ({"type": "email_text_input"}, "a@b.example", "a@b", "Please enter an email address."),
        ({"type": "url_text_input"}, "https://a.example", "ftp://a", "Please enter a URL."),
        ({"type": "number_input"}, "-1.5", "one", "Please enter a number."),
    ],
)
def test_a_field_refuses_what_slack_s_client_refuses(
    element: JsonObject, good: str, bad: str, sentence: str
) -> None:
    assert typed(element, good) == {}
    assert sentence in typed(element, bad)["b"]


def test_an_optional_field_may_stay_empty_and_a_required_menu_may_not() -> None:
    optional = field("b", "a", optional=True)
    menu = field("m", "a", element={"type": "multi_users_select"})
    values = initial_values([optional, menu])

    assert missing([optional, menu], values) == {"m": "Please complete this required field."}


def test_initial_values_are_in_the_state_from_the_beginning() -> None:
    blocks = [
        field("text", "a", element={"type": "plain_text_input", "initial_value": "Hi"}),
        field("number", "a", element={"type": "number_input", "initial_value": 7}),
        field("who", "a", element={"type": "users_select", "initial_user": "U1"}),
        field("boxes", "a", element={"type": "checkboxes", "options": [option("x")]}),
    ]

    assert initial_values(blocks) == {
        "text": {"a": {"type": "plain_text_input", "value": "Hi"}},
        "number": {"a": {"type": "number_input", "value": "7"}},
        "who": {"a": {"type": "users_select", "selected_user": "U1"}},
        "boxes": {"a": {"type": "checkboxes", "selected_options": []}},
    }


def test_an_update_forgets_values_whose_field_changed_its_kind() -> None:
    before = initial_values([field("b", "a", element={"type": "users_select"})])
    before["b"]["a"]["selected_user"] = "U1"

    assert kept_values([field("b", "a")], before)["b"]["a"]["value"] is None


def test_a_choice_is_made_by_value_or_label_and_only_from_what_is_offered() -> None:
    menu = {"type": "static_select", "options": [option("qa")]}
    boxes = {"type": "checkboxes", "options": [option("qa"), option("dev")]}

    assert value_of(menu, "qa")["selected_option"] == option("qa")
    assert value_of(menu, "Qa")["selected_option"] == option("qa")
    assert value_of(menu, None)["selected_option"] is None
    assert value_of(boxes, ["dev"])["selected_options"] == [option("dev")]
    assert value_of({"type": "multi_users_select"}, "U1")["selected_users"] == ["U1"]
    assert value_of({"type": "datepicker"}, "2026-11-30")["selected_date"] == "2026-11-30"
    with pytest.raises(NotPossible, match="other is not offered here, only: qa"):
        value_of(menu, "other")
    with pytest.raises(NotPossible, match="Nothing can be entered into a button"):
        value_of({"type": "button"}, "x")


@pytest.mark.parametrize(
    ("remote", "is_let_in"),
    [("127.0.0.1", True), ("::1", True), ("10.0.0.7", False), ("", False), (None, False)],
)
def test_only_this_machine_is_let_in(remote: str | None, *, is_let_in: bool) -> None:
    assert _is_loopback(remote) is is_let_in
