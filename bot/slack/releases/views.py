"""The form that asks which release is meant."""

from bot.slack import blocks, names
from bot.slack.blocks import Block, Form
from provisioning.cards import ReleaseCard


def which_release() -> Form:
    """Return the form that opens when `show` is typed without an app."""
    choice = blocks.external_choice(
        names.SHOW_RELEASE, placeholder="Type an app or a version", several=False
    )
    return Form(
        callback_id=names.SHOW_FORM,
        title="Show a release",
        submit="Show",
        blocks=[blocks.entry(names.SHOW_RELEASE, "Release", choice)],
    )


def one_release(shown: list[Block]) -> Form:
    """Return a release to look at, in the place of the form that asked for it."""
    return Form(callback_id=names.SHOWN, title="Release", close="Close", blocks=shown)


def option_of(card: ReleaseCard) -> Block:
    """Return a release as something to choose."""
    label = f"{card.app_display_name} {card.build.facts.version} ({card.build.facts.build})"
    return blocks.option(label, card.release_id, f"Release {card.number}, {card.state.value}")
