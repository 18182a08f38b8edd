"""What is said about devices: where one stands, whose it is, what can be installed on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.drawing.titles import title
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.verbs import example
from provisioning.devices.devices import Claimed
from provisioning.devices.sheets import DeviceSheet, TeamStanding
from provisioning.distributing.rebuilds import RebuildSheet
from provisioning.releases.cards import ReleaseLine
from storage.records.registration import RegistrationState

#: So many devices of one's own are shown with their buttons.
MOST_SHOWN = 20

NONE_YET = (
    "You have no devices here yet. With one, builds can be signed for your phone: press *Add a "
    "device…*, or send me its UDID in a direct message."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallOffer:
    """A release that somebody can install now, with their own link."""

    release: ReleaseLine
    link: str


def called(sheet: DeviceSheet) -> str:
    """Return a device as mrkdwn: its name, its model, and the end of its UDID."""
    name = mrkdwn.plain(sheet.called, 60)
    model = f", {mrkdwn.plain(sheet.model_name, 40)}" if sheet.model and sheet.name else ""
    return f"*{name}*{model} (…{sheet.tail})"


def line(sheet: DeviceSheet) -> str:
    """Return a device with where it stands, in a line."""
    return f"{sign(sheet.state)} {called(sheet)}: {mrkdwn.sentence(sheet.sentence)}"


def owner(sheet: DeviceSheet) -> str:
    """Return whose a device is: a mention where they are in Slack."""
    if sheet.owner_slack_id:
        return mrkdwn.person(sheet.owner_slack_id)
    return mrkdwn.plain(sheet.owner, 60)


def sign(state: RegistrationState | None) -> str:
    """Return the sign of a state; None is a device that no team was asked about."""
    return SIGNS[state] if state is not None else ":iphone:"


def standing(sheet: DeviceSheet, one: TeamStanding) -> Message:
    """Return what a device's owner is told about how it stands at Apple by now."""
    said = mrkdwn.sentence(one.sentence)
    if one.state is RegistrationState.READY:
        said = (
            "Apple has it. What was given to you is being signed for it; I write to you when you "
            "can install it."
        )
    return _told(f"{SIGNS[one.state]} {called(sheet)}: {said}")


def installable(releases: Sequence[InstallOffer]) -> Message:
    """Return what somebody is told when builds were signed for their device."""
    if not releases:
        return _told(":iphone: Builds were signed for your device. Your Home tab shows them.")
    first = releases[0]
    text = f":iphone: You can install {title(first.release)} now."
    rows: list[Block] = [blocks.section(text)]
    for one in releases[:10]:
        button = blocks.button("Install", names.INSTALL, url=one.link, style="primary")
        rows.append(blocks.section(f"*{title(one.release)}*", accessory=button))
    return Message(text=text, blocks=rows)


def mine(sheets: Sequence[DeviceSheet], said: str = "") -> Message:
    """Return somebody's own devices, whole UDIDs included: for their eyes alone."""
    above: list[Block] = [blocks.section(said)] if said else []
    if not sheets:
        return Message(
            text=said or "No devices yet",
            blocks=[*above, blocks.section(NONE_YET), blocks.actions(add_button())],
        )
    shown: list[Block] = []
    for sheet in sheets[:MOST_SHOWN]:
        shown.append(blocks.section(f"{line(sheet)}\n{mrkdwn.code(sheet.udid)}"))
        shown.append(blocks.actions(name_button(sheet), _switch(sheet)))
    if len(sheets) > MOST_SHOWN:
        shown.append(blocks.context(f"… and {len(sheets) - MOST_SHOWN} more."))
    return Message(
        text=said or f"Your devices: {len(sheets)}",
        blocks=[*above, *shown, blocks.actions(add_button())],
    )


def handed_in(claimed: Sequence[Claimed]) -> Message:
    """Return what came of handing devices in, without buttons, as a form shows it."""
    rows = [row for one in claimed for row in about(one)]
    return Message(text=f"Devices: {len(claimed)}", blocks=rows)


def about(one: Claimed, *notes: str) -> list[Block]:
    """
    Return a device that was handed in, with a warning where its model does not fit.

    *notes* are plain sentences below it.
    """
    before = "" if one.new else " It was here already."
    rows: list[Block] = [blocks.section(f"{line(one.sheet)}{before}")]
    small = [mrkdwn.plain(note, 300) for note in notes if note]
    if one.doubt is not None:
        small.insert(0, f"{words.WARNING} {mrkdwn.sentence(one.doubt.sentence)} Is it right?")
    return [*rows, blocks.context(*small)] if small else rows


def given(sheet: DeviceSheet, by: str) -> Message:
    """Return what somebody is told of a device that became theirs; *by* is who did it."""
    return _told(f":iphone: {who(by)} made this device yours: {line(sheet)}")


def renamed(sheet: DeviceSheet) -> str:
    return f"{words.DONE} It is called {called(sheet)} now."


def handed_over(sheet: DeviceSheet) -> str:
    return f"{words.DONE} {called(sheet)} belongs to {owner(sheet)} now. It keeps its place."


def switched(sheet: DeviceSheet) -> str:
    """Return what is said when a device was disabled or enabled."""
    if sheet.disabled:
        return f"{words.DONE} {called(sheet)} is left out of new builds. It keeps its place."
    return f"{words.DONE} {called(sheet)} is taken into builds again."


def add_button() -> Block:
    return blocks.button("Add a device…", names.DEVICE_ADD, names.value_of("new"))


def name_button(sheet: DeviceSheet, *around: str) -> Block:
    """Return the button that names a device; *around* are the devices shown in one message."""
    value = names.value_of(sheet.id, ",".join(around))
    return blocks.button("Name it…", names.DEVICE_NAME, value)


def _switch(sheet: DeviceSheet) -> Block:
    value = names.value_of(sheet.id)
    if sheet.disabled:
        return blocks.button("Enable", names.DEVICE_ENABLE, value)
    sure = blocks.confirm(
        f"Disable {mrkdwn.cut(sheet.called, 60)}?",
        "It gets into no new build. It keeps its place at Apple, and can be enabled again.",
        "Disable",
    )
    return blocks.button("Disable", names.DEVICE_DISABLE, value, confirm=sure)


def rebuild(sheet: RebuildSheet) -> Message:
    """Return what somebody is told whose phone a build cannot be signed for."""
    text = (
        f":construction: *{title(sheet.title)}* is not signed for your device, and cannot be "
        f"signed for it here. {mrkdwn.sentence(sheet.sentence)} A new build with it was asked for: "
        "you get a link when that is sent to you."
    )
    return _told(text)


def _told(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))


def teach_adding() -> str:
    """Return how somebody else's device is added."""
    return example("devices add @bob 00008110-001A2B3C4D5E6F70 Bob's iPhone")


SIGNS = {
    RegistrationState.AWAITING_APPROVAL: ":inbox_tray:",
    RegistrationState.REGISTERING: ":hourglass_flowing_sand:",
    RegistrationState.PROCESSING: ":hourglass_flowing_sand:",
    RegistrationState.READY: ":white_check_mark:",
    RegistrationState.INELIGIBLE: ":no_entry:",
    RegistrationState.REFUSED: ":no_entry:",
    RegistrationState.DISABLED: ":zzz:",
}
