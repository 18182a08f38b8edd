"""The form in which those are chosen who get back what was taken from them."""

from collections.abc import Sequence

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form
from provisioning.leaving.sheets import DepartureSheet

#: Slack's selects hold so many.
MOST = blocks.OPTIONS


def restore(people: Sequence[DepartureSheet]) -> Form:
    """Return the form for those of a message who can be given something back."""
    shown = [one for one in people if one.can_be_restored]
    options = [blocks.option(one.name, one.id) for one in shown[:MOST]]
    more = (
        [blocks.context(f"The first {MOST} by name. Open it again for the others.")]
        if len(shown) > MOST
        else []
    )
    return Form(
        callback_id=names.LEAVERS_RESTORE_FORM,
        title="Give back",
        submit="Give back",
        blocks=[
            blocks.section(
                "Groups, releases, devices and requests as they were; roles where you may give "
                "them. Old links stay dead."
            ),
            blocks.entry(
                names.LEAVERS_PEOPLE,
                "To whom",
                blocks.several_of(names.LEAVERS_PEOPLE, options, placeholder="People who left"),
            ),
            *more,
        ],
    )
