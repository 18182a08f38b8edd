"""What whoever lets a group go back reads at once."""

from bot.slack.drawing import words
from bot.slack.drawing.titles import title_of
from bot.slack.features.rollback.views import RollbackWish
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from provisioning.releases.cards import ReleaseCard


def done(card: ReleaseCard, wish: RollbackWish) -> Message:
    """Return that a group went back."""
    name = next((chip.name for chip in card.groups if chip.id == wish.group_id), "The group")
    told = "Everybody in it is told by direct message now." if wish.notify else "Nobody is told."
    text = f"{words.BACK} *{mrkdwn.plain(name, 64)}* has *{title_of(card)}* again. {told}"
    return Message(text=text, blocks=(blocks.section(text),))
