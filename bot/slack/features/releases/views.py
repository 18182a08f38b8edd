"""The form that asks which release is meant."""

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form, Message


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
