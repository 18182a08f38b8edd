"""What people read after they wrote about a device."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.drawing import words
from bot.slack.features.devices import messages as own
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import rows
from bot.slack.kit.verbs import example
from provisioning.devices.devices import UNDO, Claimed
from provisioning.devices.lookalikes import Lookalike
from provisioning.devices.sheets import DeviceSheet
from provisioning.devices.udids import read_udid
from provisioning.devices.wording import likely_models, sentence, where
from storage.records.base import now

#: So many things that are no UDID are named in one answer.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a message of somebody's stands; `thread_ts` is empty outside of threads."""

    channel_id: str
    ts: str
    thread_ts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWords:
    """What there is to say beside the devices: refusals as sentences, and what is no UDID."""

    where: Whereabouts
    refused: Sequence[str] = ()
    lookalikes: Sequence[Lookalike] = ()
    family: str = "iphone"


def heard(claimed: Sequence[Claimed], beside: HeardWords) -> Message:
    """Return the answer to a message with UDIDs, or with what is none."""
    shown: list[Block] = []
    ids = [one.sheet.id for one in claimed]
    fresh = [one.sheet for one in claimed if one.new]
    for one in claimed:
        shown += own.about(one, "" if one.sheet.model else _recognised(one.sheet))
        shown.append(blocks.actions(*_buttons(one, ids)))
    if len(fresh) > 1:
        shown.append(blocks.actions(_undo(fresh, ids, f"Undo all {len(fresh)}")))
    if beside.refused:
        shown += rows([f"{words.WARNING} {mrkdwn.sentence(one)}" for one in beside.refused])
    shown += _no_udids(beside, alone=not claimed)
    return Message(text=_notification(claimed), blocks=shown)


def _notification(claimed: Sequence[Claimed]) -> str:
    if not claimed:
        return "That is no UDID that I can use"
    return f"Your devices: {', '.join(f'…{one.sheet.tail}' for one in claimed)}"


def _recognised(sheet: DeviceSheet) -> str:
    udid = read_udid(sheet.udid, mac=sheet.platform == "MAC_OS")
    return f"By its UDID it is {likely_models(udid)}." if udid is not None else ""


def _buttons(one: Claimed, ids: Sequence[str]) -> list[Block]:
    named = own.name_button(one.sheet, *ids)
    return [named, _undo([one.sheet], ids, "Undo")] if one.new else [named]


def _undo(sheets: Sequence[DeviceSheet], ids: Sequence[str], title: str) -> Block:
    value = names.value_of(",".join(sheet.id for sheet in sheets), ",".join(ids))
    return blocks.button(title, names.DEVICE_UNDO, value)


def _no_udids(beside: HeardWords, *, alone: bool) -> list[Block]:
    if not beside.lookalikes:
        return []
    named = beside.lookalikes[:MOST_NAMED]
    lines = [f"• {mrkdwn.sentence(sentence(one))}" for one in named]
    if len(beside.lookalikes) > MOST_NAMED:
        lines.append(f"… and {len(beside.lookalikes) - MOST_NAMED} more.")
    shown: list[Block] = [blocks.section("\n".join(lines))]
    if any(one.offered is not None for one in beside.lookalikes):
        shown.append(blocks.actions(_go_on(beside.where, "Yes, with the dash")))
    elif alone:
        shown.append(
            blocks.section(f"*Where the UDID is*: {mrkdwn.sentence(where(beside.family))}")
        )
        shown.append(blocks.actions(_type_it()))
    return shown


def after(sheets: Sequence[DeviceSheet], said: str = "") -> Message:
    """Return an answer as it stands after a button was pressed: the devices that are left."""
    ids = [sheet.id for sheet in sheets]
    shown: list[Block] = [blocks.section(said)] if said else []
    for sheet in sheets:
        shown.append(blocks.section(own.line(sheet)))
        again = Claimed(sheet=sheet, new=sheet.created_at > now() - UNDO)
        shown.append(blocks.actions(*_buttons(again, ids)))
    return Message(text=said or "Your devices", blocks=shown)


def taken_back(gone: Sequence[DeviceSheet], why: Sequence[str] = ()) -> str:
    """Return what is said of devices that were taken back, and of those that stay."""
    named = ", ".join(own.called(sheet) for sheet in gone)
    said = [f":wastebasket: Taken back: {named}. Nothing of it is kept."] if gone else []
    said += [f"{words.WARNING} {mrkdwn.sentence(one)}" for one in why]
    return "\n".join(said)


def seen_in_a_channel(where_: Whereabouts) -> Message:
    """Return what somebody is told who wrote a UDID in a channel."""
    text = (
        f":eyes: You wrote a UDID in {mrkdwn.channel(where_.channel_id)}, where others read it. "
        "I did nothing with it. Shall I go on with it here, as if you had sent it to me?\n"
        "Delete that message afterwards: a UDID names a device for good."
    )
    return Message(
        text=text,
        blocks=(blocks.section(text), blocks.actions(_go_on(where_, "Go on with it"))),
    )


def _go_on(where_: Whereabouts, title: str) -> Block:
    value = names.value_of(where_.channel_id, where_.ts, where_.thread_ts)
    return blocks.button(title, names.DEVICE_GO_ON, value, style="primary")


def gone() -> Message:
    """Return what is said when the message with the UDID cannot be read any more."""
    text = (
        "That message is gone, and I kept nothing of it. Send me the UDID here, or type it in a "
        "form."
    )
    return Message(text=text, blocks=(blocks.section(text), blocks.actions(_type_it())))


def ways(link: str | None) -> Message:
    """Return the ways to get a device into builds; *link* is the page that asks the device."""
    steps = [
        f"*Send me its UDID here*, in any form. {mrkdwn.sentence(where('iphone'))}",
        "*Ask a release manager* to do it with you.",
    ]
    buttons = [_type_it(), blocks.button("Ask a release manager", names.DEVICE_PLEA, _NOTHING)]
    if link is not None:
        steps.insert(
            0, "*Open my page on the phone itself*: it tells me its UDID, nobody types it."
        )
        opened = blocks.button("Open the page", names.DEVICE_ENROL, _NOTHING, url=link)
        buttons.insert(0, opened)
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    text = "So that builds can be signed for your phone, I have to know it."
    return Message(
        text=text,
        blocks=(
            blocks.section(f"{text}\n{numbered}"),
            blocks.actions(*buttons),
            blocks.context(f"Everything else I can do: {example('help')}"),
        ),
    )


def pleaded(reached: bool) -> Message:  # noqa: FBT001 - the one thing that is told
    """Return what somebody reads who asked for help."""
    text = (
        f"{words.DONE} I told the release managers. One of them will write to you."
        if reached
        else "Nobody is a release manager here yet. Ask whoever set this Slipway up."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def too_many(count: int) -> Message:
    """Return the answer to a message with a whole list of UDIDs."""
    text = (
        f"These are {count} UDIDs, and I take ten in one message. A release manager can import a "
        f"list: {example('devices import')}"
    )
    return Message(text=text, blocks=(blocks.section(text),))


def too_much() -> Message:
    """Return what is said once to somebody who writes faster than anybody reads."""
    text = (
        "That was a lot at once. Write to me again in a minute: what you send until then I do not "
        "read."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def _type_it() -> Block:
    return blocks.button("Type the UDID…", names.DEVICE_ADD, names.value_of("new"))


_NOTHING = names.value_of("new")
