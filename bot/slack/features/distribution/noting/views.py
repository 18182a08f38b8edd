"""The input of the notes, how they read, and what leads to the page on which they are edited."""

from bot.slack.drawing import notes
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form
from provisioning.releases.cards import ReleaseCard

#: Slack's text inputs hold this many characters; longer notes stay as they are.
INPUT_NOTES = 3000
TOO_LONG = (
    "The notes are longer than Slack's form can hold. They go out whole, and are edited on a page."
)
EDIT = (
    "On a page of its own there is room for 64 kB. The link is for you alone and works once: what "
    "you save there replaces the notes at once. Open the form again afterwards."
)

HINT_ALONE = (
    "Only those you choose here read what you change; the others keep the notes of the release. "
    "Markdown works."
)


def inputs(card: ReleaseCard, written: str) -> tuple[Block, ...]:
    """Return where the notes are *written*, or why that is not here, with what leads to both."""
    look = blocks.button("Preview notes", names.PREVIEW, names.value_of(card.release_id))
    edit = blocks.button("Edit on a page…", names.EDIT_NOTES, names.value_of(card.release_id))
    if len(written) > INPUT_NOTES:
        return (blocks.context(TOO_LONG), blocks.actions(edit, look))
    return (
        blocks.entry(
            names.NOTES,
            "Notes for them alone" if card.sent else "Release notes",
            blocks.text_field(
                names.NOTES,
                written,
                placeholder="What is new, what to look at.",
                multiline=True,
                longest=INPUT_NOTES,
            ),
            hint=HINT_ALONE if card.sent else notes.HOW[card.notes_kind],
            optional=True,
        ),
        blocks.actions(look, edit),
    )


def preview(card: ReleaseCard, written: str) -> Form:
    """Return the notes as people will read them."""
    shown = notes.sections(written, notes.PREVIEW, "under *Edit on a page…*", card.notes_kind)
    title = f"*{title_of(card)}*"
    return Form(
        callback_id=names.PREVIEW_VIEW,
        title="Preview of the notes",
        close="Back",
        blocks=(
            blocks.section(title),
            blocks.divider(),
            *(shown or [blocks.section("_No notes._")]),
        ),
    )


def edit_notes(url: str) -> Form:
    """Return what leads to the page on which notes of any length are edited."""
    button = blocks.button("Open the page", names.OPEN_NOTES, url=url, style="primary")
    return Form(
        callback_id=names.EDIT_NOTES_VIEW,
        title="Edit the notes",
        close="Back",
        blocks=(blocks.section(EDIT), blocks.actions(button)),
    )
