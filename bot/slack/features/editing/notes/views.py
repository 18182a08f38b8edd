"""The forms that ask which release is meant, and for its notes."""

from collections.abc import Sequence
from typing import Final

from bot.slack.drawing import notes, words
from bot.slack.drawing.releases import option
from bot.slack.drawing.titles import title_of
from bot.slack.features.editing.notes import messages
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form
from provisioning.releases.cards import ReleaseCard, ReleaseLine

#: Slack's text inputs hold this many characters; longer notes are edited on the page.
INPUT: Final = 3000
TOO_LONG: Final = (
    "These notes are longer than Slack's form can hold. Edit them on a page of their own."
)
ON_A_PAGE: Final = "More room, and a preview: the link is for you alone and works once."


def pick() -> Form:
    """Return the form that asks which release is meant."""
    choice = blocks.external_choice(
        names.NOTES_RELEASE, placeholder="Type an app or a version", several=False
    )
    return Form(
        callback_id=names.NOTES_PICK_FORM,
        title="Edit notes",
        submit="Continue",
        blocks=[blocks.entry(names.NOTES_RELEASE, "Release", choice)],
    )


def options(lines: Sequence[ReleaseLine]) -> list[Block]:
    return [option(line) for line in lines]


def edit(card: ReleaseCard, url: str, text: str | None = None) -> Form:
    """Return the form that holds the notes, or *text* in their place; *url* leads to the page."""
    shown: list[Block] = [blocks.section(f"*{title_of(card)}*\n{_who_sees(card)}")]
    written = card.notes if text is None else text
    page = blocks.button("Edit on a page", names.OPEN_NOTES, url=url)
    if len(written) > INPUT:
        shown += [blocks.context(TOO_LONG), blocks.actions(page)]
        return Form(callback_id=names.SHOWN, title="Edit notes", close="Close", blocks=shown)
    shown += [
        blocks.entry(
            names.NOTES_TEXT,
            "Release notes",
            blocks.text_field(
                names.NOTES_TEXT,
                written,
                placeholder="What is new, what to look at.",
                multiline=True,
                longest=INPUT,
            ),
            hint=notes.HOW[card.notes_kind],
            optional=True,
        ),
        blocks.actions(page),
        blocks.context(ON_A_PAGE),
    ]
    return Form(
        callback_id=names.NOTES_FORM,
        title="Edit notes",
        submit="Save",
        private_metadata=names.value_of(card.release_id, str(card.revision)),
        blocks=shown,
    )


def changed(card: ReleaseCard) -> Form:
    """Return what stands in the place of the form once the notes are changed."""
    said = messages.changed(card)
    return Form(callback_id=names.SHOWN, title="Saved", close="Close", blocks=said.blocks)


def _who_sees(card: ReleaseCard) -> str:
    if not card.people:
        return f"Release {card.number}: nobody has it yet."
    return (
        f"Release {card.number}: {words.people(card.people)} may install it. What they were sent "
        "shows the new notes; nobody is told again."
    )
