"""What whoever changed the notes reads."""

from bot.slack.drawing import notes, words
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Message
from provisioning.releases.cards import ReleaseCard


def changed(card: ReleaseCard) -> Message:
    """Return that the notes are changed, with where they show, and how they read."""
    text = f"{words.DONE} The notes of *{title_of(card)}* are changed. {_where(card)}"
    if not card.notes:
        return Message(text=text, blocks=(blocks.section(text), blocks.context("No notes.")))
    said = notes.beginning(card.notes, notes.CARD, notes.in_full(card), card.notes_kind)
    return Message(text=text, blocks=(blocks.section(text), blocks.section(said)))


def _where(card: ReleaseCard) -> str:
    if not card.people:
        return "Its card shows them."
    return (
        "Its cards, announcements, install pages and the messages that people have show them; "
        "nobody is told again."
    )
