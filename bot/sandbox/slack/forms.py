"""What a person fills in: the `state.values` of views and messages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.sandbox.shapes import JsonObject, as_list, as_object, as_text
from bot.sandbox.slack.blocks.inspection import elements_of
from bot.sandbox.slack.errors import NotPossible


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How Slack names the value of an element, and the element's own initial value."""

    key: str
    initial: str
    is_many: bool = False


FIELDS: dict[str, Field] = {
    "plain_text_input": Field(key="value", initial="initial_value"),
    "email_text_input": Field(key="value", initial="initial_value"),
    "url_text_input": Field(key="value", initial="initial_value"),
    "number_input": Field(key="value", initial="initial_value"),
    "rich_text_input": Field(key="rich_text_value", initial="initial_value"),
    "static_select": Field(key="selected_option", initial="initial_option"),
    "external_select": Field(key="selected_option", initial="initial_option"),
    "radio_buttons": Field(key="selected_option", initial="initial_option"),
    "users_select": Field(key="selected_user", initial="initial_user"),
    "channels_select": Field(key="selected_channel", initial="initial_channel"),
    "conversations_select": Field(key="selected_conversation", initial="initial_conversation"),
    "datepicker": Field(key="selected_date", initial="initial_date"),
    "timepicker": Field(key="selected_time", initial="initial_time"),
    "datetimepicker": Field(key="selected_date_time", initial="initial_date_time"),
    "checkboxes": Field(key="selected_options", initial="initial_options", is_many=True),
    "multi_static_select": Field(key="selected_options", initial="initial_options", is_many=True),
    "multi_external_select": Field(key="selected_options", initial="initial_options", is_many=True),
    "multi_users_select": Field(key="selected_users", initial="initial_users", is_many=True),
    "multi_channels_select": Field(
        key="selected_channels", initial="initial_channels", is_many=True
    ),
    "multi_conversations_select": Field(
        key="selected_conversations", initial="initial_conversations", is_many=True
    ),
    "file_input": Field(key="files", initial="initial_files", is_many=True),
}

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def fields_of(blocks: Sequence[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Yield every block and element that has a value."""
    for block in blocks:
        for element in elements_of(block):
            if element.get("type") in FIELDS and "action_id" in element:
                yield block, element


def initial_values(blocks: Sequence[JsonObject]) -> JsonObject:
    """Return the values of a form that nobody has touched yet."""
    values: JsonObject = {}
    for block, element in fields_of(blocks):
        value = _initial(element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return values


def _initial(element: JsonObject) -> JsonObject:
    field = FIELDS[element["type"]]
    given = element.get(field.initial, [] if field.is_many else None)
    if field.key == "value" and given is not None:
        given = str(given)
    return {"type": element["type"], field.key: given}


def kept_values(blocks: Sequence[JsonObject], before: JsonObject) -> JsonObject:
    """Return the values after an update: those of unchanged ids stay, the others are initial."""
    values = initial_values(blocks)
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            kept = as_object(as_object(before.get(block_id)).get(action_id))
            if kept.get("type") == value["type"]:
                actions[action_id] = kept
    return values


def element_named(
    blocks: Sequence[JsonObject], action_id: str, *, block_id: str | None = None
) -> tuple[JsonObject, JsonObject]:
    """Find the one block and element with an action id. Raise NotPossible."""
    found = [
        (block, element)
        for block in blocks
        if block_id is None or block.get("block_id") == block_id
        for element in elements_of(block)
        if element.get("action_id") == action_id
    ]
    if not found:
        known = [str(e.get("action_id")) for b in blocks for e in elements_of(b)]
        raise NotPossible(f"There is no {action_id} here, only: {', '.join(known) or 'nothing'}.")
    if len(found) > 1:
        raise NotPossible(f"There are {len(found)} of {action_id} here: name the block as well.")
    return found[0]


def value_of(element: JsonObject, given: object) -> JsonObject:
    """
    Return the value object for what a person enters or picks.

    A value object is taken as it is. For options, the value or the label of an offered option
    is enough. Raise NotPossible for what the element does not offer.
    """
    kind = as_text(element.get("type"))
    field = FIELDS.get(kind)
    if field is None:
        raise NotPossible(f"Nothing can be entered into a {kind}.")
    if isinstance(given, dict) and given.get("type") == kind:
        return given
    if field.key == "selected_option":
        return {"type": kind, field.key: _picked(element, given)}
    if field.key == "selected_options":
        return {"type": kind, field.key: [_picked(element, one) for one in _many(given)]}
    if field.is_many:
        return {"type": kind, field.key: _many(given)}
    if field.key == "value" and given is not None:
        return {"type": kind, field.key: str(given)}
    return {"type": kind, field.key: given}


def _many(given: object) -> list[object]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _picked(element: JsonObject, given: object) -> JsonObject | None:
    if given is None:
        return None
    offered = offered_options(element)
    if isinstance(given, dict) and (not offered or given in offered):
        return given
    for option in offered:
        if given in {option.get("value"), as_object(option.get("text")).get("text")}:
            return option
    labels = [str(option.get("value")) for option in offered]
    raise NotPossible(f"{given} is not offered here, only: {', '.join(labels) or 'nothing'}.")


def offered_options(element: JsonObject) -> list[JsonObject]:
    groups = as_list(element.get("option_groups"))
    grouped = [option for group in groups for option in as_list(as_object(group).get("options"))]
    return [*as_list(element.get("options")), *grouped]


def missing(blocks: Sequence[JsonObject], values: JsonObject) -> dict[str, str]:
    """Return, by block id, what Slack's own client would refuse to submit."""
    wrong: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = as_object(block.get("element"))
        entered = as_object(values.get(block["block_id"])).get(as_text(element.get("action_id")))
        sentence = _refused(element, as_object(entered), is_optional=bool(block.get("optional")))
        if sentence is not None:
            wrong[block["block_id"]] = sentence
    return wrong


def _refused(element: JsonObject, entered: JsonObject, *, is_optional: bool) -> str | None:
    field = FIELDS[element["type"]]
    value = entered.get(field.key)
    if value in (None, "", []):
        return None if is_optional else "Please complete this required field."
    if field.key != "value":
        return None
    return _mistyped(element, str(value))


def _mistyped(element: JsonObject, value: str) -> str | None:
    kind = element["type"]
    if kind == "email_text_input" and _EMAIL.fullmatch(value) is None:
        return "Please enter an email address."
    if kind == "url_text_input" and not value.startswith(("http://", "https://")):
        return "Please enter a URL."
    if kind == "number_input" and _NUMBER.fullmatch(value) is None:
        return "Please enter a number."
    if len(value) > int(element.get("max_length", 3000)):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    if len(value) < int(element.get("min_length", 0)):
        return f"Please enter at least {element['min_length']} characters."
    return None
