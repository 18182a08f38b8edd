"""The form in which somebody is declined."""

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form, Message
from provisioning.people.joining import LONGEST_REASON, JoinCard


def decline(card: JoinCard) -> Form:
    """Return the form that asks why."""
    field = blocks.text_field(names.JOIN_REASON, longest=LONGEST_REASON)
    text = f"{card.name} ({card.email}) would like to join {card.group or 'a group'}."
    return Form(
        callback_id=names.JOIN_DECLINE_FORM,
        title="Decline",
        submit="Decline",
        private_metadata=names.value_of(card.request_id),
        blocks=[
            {"type": "section", "text": blocks.plain(text, blocks.SECTION_TEXT)},
            blocks.entry(
                names.JOIN_REASON, "Why?", field, hint="Whoever asked reads this.", optional=True
            ),
        ],
    )


def shown(message: Message) -> Form:
    """Return what the form turns into when somebody was faster."""
    return Form(
        callback_id=names.SHOWN, title="Decline", close="Close", blocks=list(message.blocks)
    )
