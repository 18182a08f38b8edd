"""What whoever tagged a release reads."""

from bot.slack.drawing import words
from bot.slack.drawing.releases import tagged
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Message
from bot.slack.kit.verbs import example
from provisioning.releases.cards import ReleaseCard


def changed(card: ReleaseCard) -> Message:
    """Return the tags that a release has now, with how releases are found by one."""
    if not card.tags:
        text = f"{words.DONE} *{title_of(card)}* has no tags now."
        return Message(text=text, blocks=(blocks.section(text),))
    text = f"{words.DONE} *{title_of(card)}* is tagged {tagged(card.tags)}"
    how = f"All that have one: {example(f'list {card.app_name} tag:{card.tags[0]}')}"
    return Message(text=text, blocks=(blocks.section(text), blocks.context(how)))
