"""Block elements: what can be clicked, chosen or typed into."""

from collections.abc import Mapping

from bot.sandbox.slack.blocks.checks import (
    anything,
    array,
    boolean,
    integer,
    one_of,
    pattern,
    shape,
    text,
)
from bot.sandbox.slack.blocks.compositions import (
    LONGEST_URL,
    confirm,
    conversation_filter,
    dispatch_config,
    identifier,
    option_groups,
    options,
    plain,
    plain_option,
    rich_option,
    slack_file,
    web_address,
)
from bot.sandbox.slack.blocks.report import Check, Report

PLACEHOLDER = plain(150)
DATE = pattern(r"\d{4}-\d{2}-\d{2}", "a date such as 2026-11-30")
TIME = pattern(r"\d{2}:\d{2}", "a time such as 09:30")
_ID = text(LONGEST_URL)
_IDS = array(_ID, fewest=0)


def _element(
    optional: Mapping[str, Check] | None = None, required: Mapping[str, Check] | None = None
) -> Check:
    """Expect an element with an `action_id`; Slack invents a missing one."""
    always: dict[str, Check] = {"type": anything, **(required or {})}
    return shape(always, {"action_id": identifier, **(optional or {})})


_SELECT: dict[str, Check] = {
    "placeholder": PLACEHOLDER,
    "confirm": confirm,
    "focus_on_load": boolean,
}
_MANY: dict[str, Check] = _SELECT | {"max_selected_items": integer(1, 100)}
_CONVERSATIONS: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "filter": conversation_filter,
}
_TYPED: dict[str, Check] = {
    "placeholder": PLACEHOLDER,
    "initial_value": text(3000, shortest=0),
    "dispatch_action_config": dispatch_config,
    "focus_on_load": boolean,
}


def _with_options(more: Mapping[str, Check]) -> Check:
    """Expect a static select: either options or groups of options."""
    return shape(
        {"type": anything},
        {"action_id": identifier, "options": options, "option_groups": option_groups, **more},
        any_of=("options", "option_groups"),
    )


def _decimal(value: object, pointer: str, report: Report) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        report.wrong("must be a number", pointer)


BUTTON = _element(
    {
        "url": web_address,
        "value": text(2000),
        "style": one_of("primary", "danger"),
        "confirm": confirm,
        "accessibility_label": text(75),
    },
    {"text": plain(75)},
)
IMAGE = shape(
    {"type": anything, "alt_text": text(2000)},
    {"image_url": web_address, "slack_file": slack_file},
    any_of=("image_url", "slack_file"),
)
_FEW_OPTIONS = array(rich_option, most=10)

SELECTS: dict[str, Check] = {
    "static_select": _with_options(_SELECT | {"initial_option": plain_option}),
    "multi_static_select": _with_options(_MANY | {"initial_options": options}),
    "external_select": _element(
        _SELECT | {"initial_option": plain_option, "min_query_length": integer(0, 100)}
    ),
    "multi_external_select": _element(
        _MANY | {"initial_options": options, "min_query_length": integer(0, 100)}
    ),
    "users_select": _element(_SELECT | {"initial_user": _ID}),
    "multi_users_select": _element(_MANY | {"initial_users": _IDS}),
    "channels_select": _element(
        _SELECT | {"initial_channel": _ID, "response_url_enabled": boolean}
    ),
    "multi_channels_select": _element(_MANY | {"initial_channels": _IDS}),
    "conversations_select": _element(
        _SELECT | _CONVERSATIONS | {"initial_conversation": _ID, "response_url_enabled": boolean}
    ),
    "multi_conversations_select": _element(
        _MANY | _CONVERSATIONS | {"initial_conversations": _IDS}
    ),
}
PICKERS: dict[str, Check] = {
    "checkboxes": _element(
        {"initial_options": _FEW_OPTIONS, "confirm": confirm, "focus_on_load": boolean},
        {"options": _FEW_OPTIONS},
    ),
    "radio_buttons": _element(
        {"initial_option": rich_option, "confirm": confirm, "focus_on_load": boolean},
        {"options": _FEW_OPTIONS},
    ),
    "datepicker": _element(_SELECT | {"initial_date": DATE}),
    "timepicker": _element(_SELECT | {"initial_time": TIME, "timezone": text(100)}),
    "datetimepicker": _element(
        {
            "initial_date_time": integer(0, 9_999_999_999),
            "confirm": confirm,
            "focus_on_load": boolean,
        }
    ),
}
_MENUS: dict[str, Check] = {
    "button": BUTTON,
    "overflow": _element({"confirm": confirm}, {"options": array(plain_option, most=5)}),
}
INPUTS: dict[str, Check] = {
    "plain_text_input": _element(
        _TYPED
        | {"multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)}
    ),
    "email_text_input": _element(_TYPED),
    "url_text_input": _element(_TYPED),
    "number_input": _element(
        _TYPED | {"initial_value": _decimal, "min_value": _decimal, "max_value": _decimal},
        {"is_decimal_allowed": boolean},
    ),
    "rich_text_input": _element(_TYPED | {"initial_value": anything}),
    "file_input": _element({"filetypes": array(text(20), most=100), "max_files": integer(1, 10)}),
}

#: Which elements may stand where.
ACCESSORIES: dict[str, Check] = {
    **_MENUS,
    **SELECTS,
    **{k: PICKERS[k] for k in ("checkboxes", "radio_buttons", "datepicker", "timepicker")},
    "image": IMAGE,
}
ACTIONS: dict[str, Check] = {**_MENUS, **SELECTS, **PICKERS}
FIELDS: dict[str, Check] = {**SELECTS, **PICKERS, **INPUTS}
