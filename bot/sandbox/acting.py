"""Finding the buttons on a message, as a person does with their eyes."""

from typing import Any

from bot.sandbox.slack.messages import Message


def buttons(message: Message) -> list[dict[str, Any]]:
    """Return every button on a message, those beside a section included."""
    found: list[dict[str, Any]] = []
    for block in message.blocks:
        elements = [*block.get("elements", []), block.get("accessory") or {}]
        found += [one for one in elements if isinstance(one, dict) and one.get("type") == "button"]
    return found


def named_button(message: Message, action_id: str) -> dict[str, Any] | None:
    """Return the button with an action id, None when the message has none."""
    return next((one for one in buttons(message) if one.get("action_id") == action_id), None)
