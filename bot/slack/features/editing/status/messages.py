"""What whoever disabled or enabled a release reads."""

from bot.slack.drawing import words
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Message
from provisioning.releases.cards import ReleaseCard
from storage.records.release import ReleaseState


def disabled(card: ReleaseCard) -> Message:
    """Return that nobody can install a release now, with the way back."""
    text = (
        f"{words.DISABLED} *{title_of(card)}* is disabled: its links lead nowhere. Nobody was "
        "told, and nothing was taken from anybody."
    )
    undo = blocks.button("Undo", names.ENABLE, names.value_of(card.release_id))
    return Message(text=text, blocks=(blocks.section(text), blocks.actions(undo)))


def enabled(card: ReleaseCard) -> Message:
    """Return that a release can be installed again."""
    then = (
        "It can be distributed."
        if card.state is not ReleaseState.LIVE
        else "The links that people have work as before. Whoever joined a group meanwhile gets it."
    )
    text = f"{words.DONE} *{title_of(card)}* is enabled again. {then}"
    return Message(text=text, blocks=(blocks.section(text),))
