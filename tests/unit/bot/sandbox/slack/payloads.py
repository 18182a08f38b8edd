"""Short ways to write blocks and views."""

from bot.sandbox.shapes import JsonObject


def plain(text: str) -> JsonObject:
    return {"type": "plain_text", "text": text}


def section(text: str = "Hello") -> JsonObject:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, value: str = "1", text: str = "Press") -> JsonObject:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": value}


def actions(*elements: JsonObject) -> JsonObject:
    return {"type": "actions", "elements": list(elements)}


def field(block_id: str, action_id: str, **rest: object) -> JsonObject:
    """Return an input block with a text field, or with another *element*."""
    element = rest.pop("element", {"type": "plain_text_input"})
    assert isinstance(element, dict)
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Label"),
        "element": {**element, "action_id": action_id},
        **rest,
    }


def modal(*blocks: JsonObject, **rest: object) -> JsonObject:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Save"),
        "blocks": list(blocks) or [section()],
        **rest,
    }


def home(*blocks: JsonObject) -> JsonObject:
    return {"type": "home", "blocks": list(blocks) or [section()]}


def option(value: str) -> JsonObject:
    return {"text": plain(value.title()), "value": value}
