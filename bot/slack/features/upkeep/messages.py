"""What is said when somebody speaks to the bot."""

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Message


def greeting() -> Message:
    """Return the answer to a mention: what to do next."""
    text = (
        ":wave: Post a build (`.ipa`, `.apk`) in a channel I am in, and I make a card of it that "
        f"can be distributed. `{names.COMMAND} help` shows all the rest."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def at_your_service() -> Message:
    """Return the answer to a word in a direct message, which no command is."""
    text = (
        "I do not read sentences yet, but I am here:\n"
        "• What you can install is on my *Home* tab, and I write to you here when something new is "
        "for you.\n"
        "• Post a build (`.ipa`, `.apk`) here or in a channel I am in, and I make a card of it.\n"
        f"• `{names.COMMAND} help` shows what else you can do."
    )
    return Message(text=text, blocks=(blocks.section(text),))
