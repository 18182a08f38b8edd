"""Reading a message as a person would: all its words, its buttons, and whether Slack takes it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.slack.kit.blocks import Message
from tests.blockkit import inertness, validity


def words(message: Message) -> str:
    """Return all the text that stands in a message's blocks."""
    assert_valid(message)
    return "\n".join(_texts(list(message.blocks)))


def buttons(message: Message) -> list[Mapping[str, Any]]:
    """Return the buttons and selects of a message in their order, without its menu."""
    return [
        element
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] != "overflow"
    ]


def labels(message: Message) -> list[str]:
    return [button["text"]["text"] for button in buttons(message)]


def assert_valid(message: Message) -> None:
    """Fail unless Slack would take the message, by our check and by slack_sdk's models."""
    assert message.text.strip()
    assert len(message.arguments()["text"]) <= 4000
    assert validity.message_complaints(list(message.blocks)) == []
    assert inertness.acting(message.arguments()) == []
    for block in message.blocks:
        parsed = Block.parse(dict(block))
        assert parsed is not None
        parsed.validate_json()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from _texts(part)
