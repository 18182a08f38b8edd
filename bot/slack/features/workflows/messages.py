"""What a person reads of workflows that act in their name."""

from typing import Final

from bot.slack.kit import blocks
from bot.slack.kit.blocks import Message
from bot.slack.kit.verbs import example

SWITCH: Final = frozenset({"on", "off"})

ON: Final = (
    "Workflows may distribute in your name. Whoever can build one in this workspace can name you "
    "in the step *Distribute a build*; your rights count at the moment of each run, and the "
    "history names you."
)
OFF: Final = (
    "Workflows may not distribute in your name: the step *Distribute a build* fails where you are "
    "named."
)


def standing(*, on: bool) -> Message:
    """Return whether workflows may act for whoever asks, and how that is changed."""
    other = example("workflows off" if on else "workflows on")
    text = ON if on else OFF
    return Message(
        text=text, blocks=[blocks.section(text), blocks.context(f"To change it: {other}")]
    )
