"""Which keys a block, an element or a view has and must have, and how long some values may be."""

PRIVATE_METADATA = 3000
IDENTIFIER = 255

COMMON = frozenset({"type", "block_id"})
BLOCK_KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # type: (required, allowed beside `type` and `block_id`)
    "section": (frozenset(), frozenset({"text", "fields", "accessory", "expand"})),
    "header": (frozenset({"text"}), frozenset({"text"})),
    "context": (frozenset({"elements"}), frozenset({"elements"})),
    "divider": (frozenset(), frozenset()),
    "rich_text": (frozenset({"elements"}), frozenset({"elements"})),
    "actions": (frozenset({"elements"}), frozenset({"elements"})),
    "image": (
        frozenset({"image_url", "alt_text"}),
        frozenset({"image_url", "alt_text", "title"}),
    ),
    "input": (
        frozenset({"label", "element"}),
        frozenset({"label", "element", "hint", "optional", "dispatch_action"}),
    ),
}
SELECT = frozenset({"action_id", "placeholder", "focus_on_load", "confirm"})
ELEMENT_KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "button": (
        frozenset({"text", "action_id"}),
        frozenset({"text", "action_id", "value", "url", "style", "confirm", "accessibility_label"}),
    ),
    "image": (frozenset({"image_url", "alt_text"}), frozenset({"image_url", "alt_text"})),
    "plain_text_input": (
        frozenset({"action_id"}),
        frozenset(
            {"action_id", "initial_value", "multiline", "max_length", "min_length", "placeholder"}
            | {"dispatch_action_config", "focus_on_load"}
        ),
    ),
    "external_select": (
        frozenset({"action_id"}),
        SELECT | {"initial_option", "min_query_length"},
    ),
    "multi_external_select": (
        frozenset({"action_id"}),
        SELECT | {"initial_options", "min_query_length", "max_selected_items"},
    ),
    "static_select": (
        frozenset({"action_id", "options"}),
        SELECT | {"options", "initial_option"},
    ),
    "multi_static_select": (
        frozenset({"action_id", "options"}),
        SELECT | {"options", "initial_options", "max_selected_items"},
    ),
    "datetimepicker": (
        frozenset({"action_id"}),
        frozenset({"action_id", "initial_date_time", "confirm", "focus_on_load"}),
    ),
    "users_select": (frozenset({"action_id"}), SELECT | {"initial_user"}),
    "multi_users_select": (
        frozenset({"action_id"}),
        SELECT | {"initial_users", "max_selected_items"},
    ),
    "multi_conversations_select": (
        frozenset({"action_id"}),
        SELECT
        | {"initial_conversations", "default_to_current_conversation", "filter"}
        | {"max_selected_items"},
    ),
    "conversations_select": (
        frozenset({"action_id"}),
        SELECT
        | {"initial_conversation", "default_to_current_conversation", "filter"}
        | {"response_url_enabled"},
    ),
    "channels_select": (
        frozenset({"action_id"}),
        SELECT | {"initial_channel", "response_url_enabled"},
    ),
    "checkboxes": (
        frozenset({"action_id", "options"}),
        frozenset({"action_id", "options", "initial_options", "confirm", "focus_on_load"}),
    ),
    "radio_buttons": (
        frozenset({"action_id", "options"}),
        frozenset({"action_id", "options", "initial_option", "confirm", "focus_on_load"}),
    ),
    "overflow": (
        frozenset({"action_id", "options"}),
        frozenset({"action_id", "options", "confirm"}),
    ),
}
VIEW_KEYS = frozenset(
    {"type", "title", "blocks", "close", "submit", "private_metadata", "callback_id"}
    | {"clear_on_close", "notify_on_close", "external_id", "submit_disabled"}
)
LENGTHS = {
    "action_id": IDENTIFIER,
    "block_id": IDENTIFIER,
    "callback_id": IDENTIFIER,
    "value": 2000,
    "url": 3000,
    "image_url": 3000,
    "alt_text": 2000,
    "initial_value": 3000,
    "private_metadata": PRIVATE_METADATA,
}
OPTION_COUNTS = {
    "checkboxes": 10,
    "radio_buttons": 10,
    "overflow": 5,
    "static_select": 100,
    "multi_static_select": 100,
}

#: Which keys the elements of rich text must have, beside `type` and, in most, `style`.
RICH_KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "text": (frozenset({"text"}), frozenset()),
    "link": (frozenset({"url"}), frozenset({"text"})),
    "emoji": (frozenset({"name"}), frozenset()),
    "user": (frozenset({"user_id"}), frozenset()),
    "channel": (frozenset({"channel_id"}), frozenset()),
    "usergroup": (frozenset({"usergroup_id"}), frozenset()),
    "date": (frozenset({"timestamp", "format"}), frozenset({"fallback"})),
}
