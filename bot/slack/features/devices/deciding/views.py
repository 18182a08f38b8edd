"""The forms in which it is decided about devices."""

from collections.abc import Sequence

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.payloads import Submission
from provisioning.devices.approvals import MOST_PENDING, PendingDevice
from provisioning.errors import Unclear

APPROVE, REFUSE = "approve", "refuse"
#: Slack has so many check boxes in one input.
BOXES = 10
LONGEST_REASON = 300


def refuse(pending: Sequence[PendingDevice]) -> Form:
    """Return the form that asks why devices are refused."""
    ids = ",".join(one.registration_id for one in pending)
    listed = "\n".join(f"• {label(one)}" for one in pending[:BOXES])
    return Form(
        callback_id=names.DEVICE_REFUSE_FORM,
        title="Refuse a device",
        submit="Refuse",
        private_metadata=names.value_of(ids),
        blocks=[
            {"type": "section", "text": blocks.plain(listed, blocks.SECTION_TEXT)},
            _reason("Whoever it belongs to reads this."),
        ],
    )


def pending(waiting: Sequence[PendingDevice]) -> Form:
    """Return the form with all that waits, to tick and to decide about."""
    shown: list[Block] = []
    for begin in range(0, len(waiting), BOXES):
        some = [_option(one) for one in waiting[begin : begin + BOXES]]
        ticks = blocks.ticks(names.DEVICE_CHOSEN, some)
        title = "And these" if begin else "What waits for approval"
        block_id = f"{names.DEVICE_CHOSEN}_{begin // BOXES}"
        shown.append(blocks.entry(block_id, title, ticks, optional=True))
    verdicts = [blocks.option("Approve them", APPROVE), blocks.option("Refuse them", REFUSE)]
    shown.append(
        blocks.entry(
            names.DEVICE_VERDICT,
            "What becomes of those that are ticked?",
            blocks.one_of(names.DEVICE_VERDICT, verdicts),
            hint="Each that is approved takes a place at Apple until the membership is renewed.",
        )
    )
    shown.append(_reason("For a refusal: whoever it belongs to reads this."))
    return Form(
        callback_id=names.DEVICE_PENDING_FORM,
        title="Devices that wait",
        submit="Decide",
        private_metadata=names.value_of("pending"),
        blocks=shown,
    )


def chosen(sent: Submission) -> list[str]:
    """Return the registrations that were ticked. Raise Unclear for none."""
    ids = [
        one
        for number in range(-(-MOST_PENDING // BOXES))
        for one in sent.chosen(f"{names.DEVICE_CHOSEN}_{number}")
    ]
    if not ids:
        raise Unclear("Tick at least one device.", field="devices")
    return ids


def label(one: PendingDevice) -> str:
    """Return a device with its owner, as plain words."""
    return f"{one.sheet.owner}: {one.sheet.called} (…{one.sheet.tail})"


def shown(message: Message) -> Form:
    """Return what a form turns into when it was carried out."""
    return Form(
        callback_id=names.SHOWN, title="Devices", close="Close", blocks=list(message.blocks)
    )


def _option(one: PendingDevice) -> Block:
    return blocks.option(label(one), one.registration_id, one.why or one.sheet.model_name)


def _reason(hint: str) -> Block:
    field = blocks.text_field(names.DEVICE_REASON, longest=LONGEST_REASON)
    return blocks.entry(names.DEVICE_REASON, "Why?", field, hint=hint, optional=True)
