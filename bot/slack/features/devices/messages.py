"""What is said about devices: where one stands, what waits for approval, what can be installed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from provisioning.devices.approvals import PendingDevice
from provisioning.devices.sheets import DeviceSheet, TeamStanding
from storage.records.registration import RegistrationState
from storage.records.wave import Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallOffer:
    """A release that somebody can install now, with their own link."""

    name: str
    version: str
    link: str


def called(sheet: DeviceSheet) -> str:
    """Return a device as mrkdwn: its name, its model, and the end of its UDID."""
    name = mrkdwn.plain(sheet.called, 60)
    model = f", {mrkdwn.plain(sheet.model_name, 40)}" if sheet.model and sheet.name else ""
    return f"*{name}*{model} (…{sheet.tail})"


def standing(sheet: DeviceSheet, one: TeamStanding) -> Message:
    """Return what a device's owner is told about how it stands at Apple by now."""
    said = mrkdwn.sentence(one.sentence)
    if one.state is RegistrationState.READY:
        said = (
            "Apple has it. What was given to you is being signed for it; I write to you when you "
            "can install it."
        )
    text = f"{_SIGNS[one.state]} {called(sheet)}: {said}"
    return Message(text=text, blocks=(blocks.section(text),))


def request(pending: PendingDevice) -> Message:
    """Return what those read who approve: the question, and afterwards what became of it."""
    sheet = pending.sheet
    (one,) = sheet.standings
    owner = mrkdwn.plain(sheet.owner, 60)
    text = f"{_SIGNS[one.state]} {owner} asks for a place at Apple for {called(sheet)}."
    rows: list[Block] = [blocks.section(text)]
    notes = [f"Team {mrkdwn.plain(pending.team, 40)}", _proof(sheet)]
    if one.state is RegistrationState.AWAITING_APPROVAL:
        if pending.why:
            rows.append(blocks.context(mrkdwn.sentence(pending.why)))
        rows.append(
            blocks.actions(
                blocks.button(
                    "Approve",
                    names.DEVICE_APPROVE,
                    names.value_of(one.registration_id),
                    style="primary",
                ),
                blocks.button("Refuse…", names.DEVICE_REFUSE, names.value_of(one.registration_id)),
            )
        )
    else:
        notes.append(mrkdwn.sentence(one.sentence))
    rows.append(blocks.context(*filter(None, notes)))
    return Message(text=text, blocks=rows)


def installable(releases: Sequence[InstallOffer]) -> Message:
    """Return what somebody is told when builds were signed for their device."""
    if not releases:
        text = ":iphone: Builds were signed for your device. Your Home tab shows them."
        return Message(text=text, blocks=(blocks.section(text),))
    first = releases[0]
    text = f":iphone: You can install {mrkdwn.plain(first.name, 64)} now."
    rows: list[Block] = [blocks.section(text)]
    for one in releases[:10]:
        label = f"*{mrkdwn.plain(one.name, 64)}* {mrkdwn.plain(one.version, 40)}"
        button = blocks.button("Install", names.INSTALL, url=one.link, style="primary")
        rows.append(blocks.section(label, accessory=button))
    return Message(text=text, blocks=rows)


def wave_failed(wave: Wave) -> Message:
    """Return what those read who approve when builds could not be signed for new devices."""
    text = (
        f":warning: The profiles of {mrkdwn.code(wave.bundle_id)} could not all be used: "
        f"{mrkdwn.sentence(wave.reason)}"
    )
    retry = blocks.button(
        "Try again", names.WAVE_RETRY, names.value_of(wave.team_id, wave.bundle_id)
    )
    return Message(text=text, blocks=(blocks.section(text), blocks.actions(retry)))


def _proof(sheet: DeviceSheet) -> str:
    if sheet.verified is None:
        return ""
    return "Told by the device itself" + (", verified" if sheet.verified else ", unverified")


_SIGNS = {
    RegistrationState.AWAITING_APPROVAL: ":inbox_tray:",
    RegistrationState.REGISTERING: ":hourglass_flowing_sand:",
    RegistrationState.PROCESSING: ":hourglass_flowing_sand:",
    RegistrationState.READY: ":white_check_mark:",
    RegistrationState.INELIGIBLE: ":no_entry:",
    RegistrationState.REFUSED: ":no_entry:",
    RegistrationState.DISABLED: ":zzz:",
}
