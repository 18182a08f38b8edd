"""The forms of one's own devices."""

from collections.abc import Sequence

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from provisioning.devices.bulk.rows import MOST_NAME
from provisioning.devices.sheets import DeviceSheet
from provisioning.devices.wording import where

OWNER_HINT = "It gets what this person is given."


def add(user_id: str, *, manages: bool, udid: str = "", name: str = "") -> Form:
    """Return the form of a new device; whoever *manages* devices says whose it is."""
    shown: list[Block] = [
        blocks.entry(
            names.DEVICE_UDID,
            "UDID",
            blocks.text_field(
                names.DEVICE_UDID, udid, placeholder="00008110-001A2B3C4D5E6F70", longest=400
            ),
            hint=where("iphone"),
        ),
        _named(name, optional=True),
        *([_owned(user_id)] if manages else []),
    ]
    return Form(
        callback_id=names.DEVICE_ADD_FORM,
        title="Add a device",
        submit="Add device",
        private_metadata=names.value_of("new"),
        blocks=shown,
    )


def name(
    sheet: DeviceSheet, *, manages: bool, around: str = "", channel_id: str = "", ts: str = ""
) -> Form:
    """
    Return the form that names a device.

    *around* are the ids of the devices in the message at *channel_id* and *ts*, if it was opened
    from one, which is drawn anew afterwards.
    """
    return Form(
        callback_id=names.DEVICE_NAME_FORM,
        title="Name a device",
        submit="Save",
        private_metadata=names.value_of(sheet.id, around, channel_id, ts),
        blocks=[
            blocks.context(f"The device …{sheet.tail}"),
            _named(sheet.name),
            *([_owned(sheet.owner_slack_id or "")] if manages else []),
        ],
    )


def shown(message: Message, title: str = "Devices") -> Form:
    """Return what a form turns into when it was carried out."""
    return Form(
        callback_id=names.SHOWN, title=title, close="Close", blocks=_only_read(message.blocks)
    )


def _only_read(shown: Sequence[Block]) -> list[Block]:
    return [block for block in shown if block.get("type") != "actions"]


def _named(given: str, *, optional: bool = False) -> Block:
    field = blocks.text_field(
        names.DEVICE_NAMED, given, placeholder="Bob's iPhone 15", longest=MOST_NAME
    )
    return blocks.entry(
        names.DEVICE_NAMED,
        "Name",
        field,
        hint="Apple's list shows this name as well.",
        optional=optional,
    )


def _owned(user_id: str) -> Block:
    choice = blocks.person_choice(names.DEVICE_OWNER, user_id, placeholder="Choose a person")
    return blocks.entry(names.DEVICE_OWNER, "Owner", choice, hint=OWNER_HINT)
