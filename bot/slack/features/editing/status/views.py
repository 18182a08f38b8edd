"""The form that asks why a release is disabled."""

from bot.slack.drawing.titles import title_of
from bot.slack.features.editing.status import messages
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from provisioning.releases.availability import LONGEST_WHY
from provisioning.releases.cards import ReleaseCard


def disable(card: ReleaseCard, because: str = "") -> Form:
    """Return the form for a release; *because* is what was said already."""
    about = (
        f"*{title_of(card)}*\nNobody can install it until somebody enables it again. Whoever has "
        "it keeps it: their links work again then. Nobody is told; the announcement says it."
    )
    field = blocks.text_field(
        names.DISABLE_BECAUSE,
        because,
        placeholder="The server it needs is down.",
        longest=LONGEST_WHY,
    )
    return Form(
        callback_id=names.DISABLE_FORM,
        title="Disable a release",
        submit="Disable",
        private_metadata=names.value_of(card.release_id),
        blocks=[
            blocks.section(about),
            blocks.entry(
                names.DISABLE_BECAUSE,
                "Why",
                field,
                hint="It stands on the card and on the announcement.",
                optional=True,
            ),
        ],
    )


def disabled(card: ReleaseCard) -> Form:
    """Return what stands in the place of the form once the release is disabled."""
    said = messages.disabled(card)
    return Form(callback_id=names.SHOWN, title="Disabled", close="Close", blocks=said.blocks[:1])
