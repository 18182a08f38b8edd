"""What those read who decide about devices."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.features.devices.messages import called, owner, sign
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import rows
from bot.slack.kit.verbs import example
from provisioning.devices.approvals import (
    MOST_PENDING,
    NOT_APPROVED,
    Approved,
    PendingDevice,
)
from provisioning.devices.sheets import DeviceSheet, TeamStanding
from provisioning.errors import AlreadyDone
from storage.records.registration import RegistrationState
from storage.records.wave import Wave

#: So many of a request are shown with buttons of their own.
MOST_SINGLE = 10
#: The code of a wave that failed since an App ID is missing.
APP_ID_NEEDED = "app_id_needed"


def request(asked: Sequence[PendingDevice]) -> Message:
    """Return a request: the question, and for what is decided what became of it."""
    if not asked:
        return _said(":wastebasket: This request was taken back.")
    if len(asked) == 1:
        return _one(asked[0])
    return _several(asked)


def _one(pending: PendingDevice) -> Message:
    text = f"{sign(pending.sheet.state)} {_asks(pending)} for {called(pending.sheet)}."
    shown: list[Block] = [blocks.section(text)]
    if pending.waits:
        if pending.why:
            shown.append(blocks.context(mrkdwn.sentence(pending.why)))
        shown.append(blocks.actions(_approve(pending), _refuse(pending)))
    elif pending.was_refused:
        shown.append(blocks.actions(_reopen([pending])))
    notes = [f"Team {mrkdwn.plain(pending.team, 40)}", _proof(pending.sheet), _became(pending)]
    shown.append(blocks.context(*filter(None, notes)))
    return Message(text=text, blocks=shown)


def _several(asked: Sequence[PendingDevice]) -> Message:
    (standing,) = asked[0].sheet.standings
    waiting = [one for one in asked if one.waits]
    text = f":inbox_tray: {who(standing.requested_by)} asks for places for {len(asked)} devices."
    shown: list[Block] = [blocks.section(text)]
    for one in waiting[:MOST_SINGLE]:
        why = f"\n{mrkdwn.sentence(one.why)}" if one.why else ""
        shown.append(blocks.section(f"{called(one.sheet)} of {owner(one.sheet)}{why}"))
        shown.append(blocks.actions(_approve(one), _refuse(one)))
    if len(waiting) > MOST_SINGLE:
        rest = len(waiting) - MOST_SINGLE
        shown.append(blocks.context(f"… and {rest} more that wait: {example('devices pending')}"))
    if len(waiting) > 1:
        shown.append(blocks.actions(_approve_all(waiting)))
    decided = [one for one in asked if not one.waits]
    lines = [f"{sign(one.sheet.state)} {called(one.sheet)}: {_became(one)}" for one in decided]
    shown += rows(lines) if lines else []
    refused_ = [one for one in decided if one.was_refused]
    if refused_:
        shown.append(blocks.actions(_reopen(refused_)))
    shown.append(blocks.context(f"Team {mrkdwn.plain(asked[0].team, 40)}"))
    return Message(text=text, blocks=shown)


def _asks(pending: PendingDevice) -> str:
    (standing,) = pending.sheet.standings
    mine = standing.requested_by == f"person:slack:{pending.sheet.owner_slack_id}"
    if mine:
        return f"{owner(pending.sheet)} asks for a place at Apple"
    whose = owner(pending.sheet)
    return f"{who(standing.requested_by)} asks for a place at Apple for a device of {whose}:"


def _approve(pending: PendingDevice) -> Block:
    value = names.value_of(pending.registration_id)
    return blocks.button("Approve", names.DEVICE_APPROVE, value, style="primary")


def _refuse(pending: PendingDevice) -> Block:
    return blocks.button("Refuse…", names.DEVICE_REFUSE, names.value_of(pending.registration_id))


def _reopen(refused_: Sequence[PendingDevice]) -> Block:
    some = refused_[:MOST_PENDING]
    value = names.value_of(",".join(one.registration_id for one in some))
    return blocks.button("Ask again", names.DEVICE_REOPEN, value)


def _approve_all(waiting: Sequence[PendingDevice]) -> Block:
    some = waiting[:MOST_PENDING]  # A button has no room for more.
    ids = ",".join(one.registration_id for one in some)
    count = len(some)
    what = f"Approve all {count}" if count == len(waiting) else f"Approve the first {count}"
    sure = blocks.confirm(
        f"{what}?",
        f"{count} devices take a place at Apple each, which stays taken until the membership is "
        "renewed.",
        what,
    )
    return blocks.button(what, names.DEVICE_APPROVE, names.value_of(ids), confirm=sure)


def _became(pending: PendingDevice) -> str:
    """Return what became of a device, and who decided; empty while it waits."""
    (standing,) = pending.sheet.standings
    return "" if pending.waits else f"{mrkdwn.sentence(standing.sentence)}{_by(standing)}"


def _by(standing: TeamStanding) -> str:
    if standing.decided_by is None:
        return ""
    refused = standing.reason.startswith(NOT_APPROVED)
    return f" {'Refused' if refused else 'Approved'} by {who(standing.decided_by)}."


def too_late(late: AlreadyDone) -> Message:
    """Return what the second of two reads who decide at once."""
    by = str(late.data.get("by") or "")
    if not by:
        return _said(f"{words.WARNING} {mrkdwn.sentence(str(late))}")
    refused = late.data.get("state") == RegistrationState.REFUSED
    what = "refused" if refused else "approved"
    return _said(f"{who(by)} was first: they have {what} it already. Nothing was changed.")


def decided(pending: Sequence[PendingDevice]) -> Message:
    """Return what became of devices that somebody wanted to decide about."""
    if not pending:
        return _said("This was taken back: there is nothing to decide any more.")
    return _said("\n".join(f"{called(one.sheet)}: {_became(one)}" for one in pending))


def left(approved: Approved) -> Message:
    """Return what came of approving several."""
    done = len(approved.done)
    said = f"{words.DONE} Approved {_devices(done)}." if done else "Nothing was approved."
    if not approved.left:
        return _said(said)
    lines = [f"{called(sheet)}: {mrkdwn.sentence(why)}" for sheet, why in approved.left]
    text = f"{said} {_devices(len(approved.left))} could not be:"
    return Message(text=text, blocks=[blocks.section(text), *rows(lines)])


def refused(done: Sequence[DeviceSheet]) -> Message:
    return _said(f"{words.DONE} Refused {_devices(len(done))}. Their owners are told.")


def none_waiting() -> Message:
    return _said(
        "Nothing waits for approval. When somebody hands a device in that would take a place at "
        f"Apple, it is asked for here. What needs no approval: {example('devices rules')}"
    )


def plea(user_id: str) -> Message:
    """Return what those who decide read when somebody wants help with their phone."""
    text = (
        f":raised_hand: {mrkdwn.person(user_id)} would like help with getting a phone into builds. "
        f"Write to them, or add it yourself: {example('devices add @somebody UDID')}"
    )
    return _said(text)


def wave_failed(wave: Wave) -> Message:
    """Return what those read who approve when builds could not be signed for new devices."""
    text = (
        f"{words.WARNING} The profiles of {mrkdwn.code(wave.bundle_id)} could not all be used: "
        f"{mrkdwn.sentence(wave.reason)}"
    )
    buttons = [
        blocks.button("Try again", names.WAVE_RETRY, names.value_of(wave.team_id, wave.bundle_id))
    ]
    if wave.code == APP_ID_NEEDED and wave.about:
        buttons.insert(0, _make_app_id(wave))
    return Message(text=text, blocks=(blocks.section(text), blocks.actions(*buttons)))


def _make_app_id(wave: Wave) -> Block:
    sure = blocks.confirm(
        "Create the App ID?",
        f"The team gets an App ID for {mrkdwn.cut(wave.about, 155)} at Apple, without any "
        "capability. It takes an admin of this Slipway.",
        "Create the App ID",
    )
    value = names.value_of(wave.team_id, wave.bundle_id, wave.about)
    return blocks.button(
        "Create the App ID", names.WAVE_APP_ID, value, style="primary", confirm=sure
    )


def tried_again(bundle_id: str) -> Message:
    return _said(
        f":arrows_counterclockwise: The profiles of {mrkdwn.code(bundle_id)} are made once more. "
        "You hear from me if that does not work either."
    )


def app_id_made(about: str, bundle_id: str) -> Message:
    return _said(
        f"{words.DONE} Apple has the App ID {mrkdwn.code(about)}. The profiles of "
        f"{mrkdwn.code(bundle_id)} are made once more."
    )


def _proof(sheet: DeviceSheet) -> str:
    if sheet.verified is None:
        return ""
    return "Told by the device itself" + (", verified" if sheet.verified else ", unverified")


def _devices(count: int) -> str:
    return "1 device" if count == 1 else f"{count} devices"


def _said(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
