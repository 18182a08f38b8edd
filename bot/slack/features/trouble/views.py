"""The form in which somebody says what they see who cannot install."""

from collections.abc import Sequence

from bot.slack.features.trouble import messages
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from provisioning.following.troubles import LONGEST_WORDS, TroubleCard
from provisioning.installing.sights import Sight


def asking(release_id: str, choices: Sequence[Sight]) -> Form:
    """Return the form; *choices* are what phones show."""
    options = [blocks.option(one.words, one.code) for one in choices]
    return Form(
        callback_id=names.TROUBLE_FORM,
        title="It does not install",
        submit="Tell the team",
        private_metadata=names.value_of(release_id),
        blocks=[
            blocks.entry(
                names.TROUBLE_SAW,
                "What do you see?",
                blocks.choice(names.TROUBLE_SAW, options, placeholder="What the phone shows"),
            ),
            blocks.entry(
                names.TROUBLE_WORDS,
                "Anything else?",
                blocks.text_field(
                    names.TROUBLE_WORDS,
                    placeholder="It stops at half, on the train's Wi-Fi.",
                    multiline=True,
                    longest=LONGEST_WORDS,
                ),
                hint="The team reads this in the release's thread.",
                optional=True,
            ),
        ],
    )


def answered(card: TroubleCard, *, is_first: bool) -> Form:
    """Return what is probably behind it, and what to do."""
    return Form(
        callback_id=names.SHOWN,
        title="It does not install",
        close="Close",
        blocks=messages.advice(card, is_first=is_first),
    )
