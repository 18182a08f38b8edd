"""The forms in which somebody says why."""

from bot.slack.features.approvals import messages
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form, Message
from provisioning.distributing.approval_cards import ApprovalCard
from provisioning.distributing.recall_order import LONGEST_REASON
from storage.records.approval import ApprovalKind


def decline(card: ApprovalCard) -> Form:
    """Return the form that asks why something is declined."""
    about = messages.title(card)
    if card.kind is ApprovalKind.ORDER:
        about = f"{about} is not sent to {messages.whom(card)}."
    else:
        about = f"{about} stays a build that nobody can install."
    return _why(card, names.APPROVAL_DECLINE_FORM, "Decline", about, "Whoever asked reads this.")


def override(card: ApprovalCard) -> Form:
    """Return the form that asks an admin why nobody else is waited for."""
    about = (
        f"{messages.title(card)} goes to {messages.whom(card)} at once, as *your* act, without the "
        "approval that it needs. All who approve are told, and it stands in the history."
    )
    hint = "Everybody who sees the release reads this."
    return _why(card, names.APPROVAL_OVERRIDE_FORM, "Override", about, hint)


def _why(card: ApprovalCard, callback_id: str, what: str, about: str, hint: str) -> Form:
    field = blocks.text_field(names.APPROVAL_REASON, multiline=True, longest=LONGEST_REASON)
    return Form(
        callback_id=callback_id,
        title=what,
        submit=what,
        private_metadata=names.value_of(card.request_id),
        blocks=[
            blocks.section(about),
            blocks.entry(names.APPROVAL_REASON, "Why?", field, hint=hint),
        ],
    )


def shown(message: Message) -> Form:
    """Return what a form turns into when it came too late."""
    return Form(
        callback_id=names.SHOWN, title="Approval", close="Close", blocks=list(message.blocks)
    )
