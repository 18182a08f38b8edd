"""The form that asks which release is meant."""

from bot.slack.drawing import words
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from provisioning.releases.cards import ReleaseLine


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


def one_release(sheet: Message) -> Form:
    """Return a release to look at, in the place of the form that asked for it."""
    return Form(callback_id=names.SHOWN, title="Release", close="Close", blocks=list(sheet.blocks))


def option_of(line: ReleaseLine) -> Block:
    """Return a release as something to choose."""
    _, state = words.RELEASE[line.standing]
    label = f"{line.app_display_name} {line.label}"
    about = f"{line.system}, release {line.number}, {state.lower()}"
    return blocks.option(label, line.release_id, about)
