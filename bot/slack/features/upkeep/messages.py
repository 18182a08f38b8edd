"""What is said when the bot is mentioned."""

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Message


def greeting() -> Message:
    """Return the answer to a mention: what to do next."""
    text = (
        ":wave: Post a build (`.ipa`, `.apk`) in a channel I am in, and I make a card of it that "
        f"can be distributed. `{names.COMMAND} help` shows all the rest."
    )
    return Message(text=text, blocks=(blocks.section(text),))
