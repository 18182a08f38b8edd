"""The form that holds the tags of a release."""

from collections.abc import Sequence

from bot.slack.drawing.titles import title_of
from bot.slack.features.editing.tags import messages
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from provisioning.releases.cards import ReleaseCard
from provisioning.releases.tagging import MOST
from storage.records.tag import LONGEST_TAG


def edit(card: ReleaseCard, tags: Sequence[str]) -> Form:
    """Return the form with the tags that a release has."""
    field = blocks.text_field(
        names.TAGS_TEXT,
        ", ".join(tags),
        placeholder="beta, rc1",
        longest=MOST * (LONGEST_TAG + 2),
    )
    return Form(
        callback_id=names.TAGS_FORM,
        title="Tags",
        submit="Save",
        private_metadata=names.value_of(card.release_id),
        blocks=[
            blocks.section(f"*{title_of(card)}*\nRelease {card.number}"),
            blocks.entry(
                names.TAGS_TEXT,
                "Tags",
                field,
                hint=f"Up to {MOST}, with commas between them. Empty: none.",
                optional=True,
            ),
        ],
    )


def changed(card: ReleaseCard) -> Form:
    """Return what stands in the place of the form once the tags are changed."""
    said = messages.changed(card)
    return Form(callback_id=names.SHOWN, title="Saved", close="Close", blocks=said.blocks)
