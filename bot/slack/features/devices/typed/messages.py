"""What people read of everybody's devices, and of the places they take."""

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil

from bot.slack.features.devices.messages import called, owner, sign, teach_adding
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import rows
from bot.slack.kit.verbs import example
from provisioning.devices.families import PLACES
from provisioning.devices.ledger import FamilyLedger, TakenPlace
from provisioning.devices.sheets import DeviceSheet
from provisioning.devices.slots import TeamLedger

#: Said of a device whose owner has left.
OWNER_LEFT = "owner left; hand over or disable"
#: So many places that nobody uses are named for a team.
MOST_IDLE = 15
#: So many places are named in a message about one family, whatever their owners are called.
A_PAGE = 34


def everybodys(sheets: Sequence[DeviceSheet], count: int, *, sees_udids: bool) -> Message:
    """Return everybody's devices, the newest first, each with the end of its UDID."""
    if not sheets:
        text = (
            "There is no device yet. Testers send me their UDID in a direct message; you can add "
            f"one for somebody: {teach_adding()}"
        )
        return Message(text="No devices yet", blocks=[blocks.section(text)])
    shown: list[Block] = [blocks.section(f"*Devices*: {count}")]
    shown += rows([_line(sheet) for sheet in sheets], count=count)
    if sees_udids:
        shown.append(blocks.context(f"With whole UDIDs: {example('devices all full')}"))
    return Message(text=f"Devices: {count}", blocks=shown)


def _line(sheet: DeviceSheet) -> str:
    said = f"*{OWNER_LEFT}*" if sheet.owner_left else mrkdwn.sentence(sheet.sentence, 120)
    return f"{sign(sheet.state)} {called(sheet)} · {owner(sheet)} · {said}"


def everybodys_udids(sheets: Sequence[DeviceSheet]) -> Message:
    """Return everybody's devices with whole UDIDs, for admins alone."""
    lines = [f"{called(sheet)} · {owner(sheet)} · {mrkdwn.code(sheet.udid)}" for sheet in sheets]
    return Message(
        text=f"Devices: {len(sheets)}",
        blocks=[
            blocks.section(f"*Devices with whole UDIDs*: {len(sheets)}. It is noted who saw them."),
            *(rows(lines) if lines else []),
            blocks.context("All of them as a file: on the server, `slipway devices export FILE`."),
        ],
    )


def how_to_export() -> Message:
    """Return where a file with every device comes from."""
    text = (
        "A list with whole UDIDs is no message: I have no way to post files, and a list in a "
        "conversation stays there. On the server, `slipway devices export devices.txt` writes "
        "Apple's table, and a name that ends in `.deviceids` a property list. "
        f"{example('devices all full')} shows them to you alone."
    )
    return Message(text=text, blocks=[blocks.section(text)])


def slots(ledgers: Sequence[TeamLedger], at: datetime) -> Message:
    """Return how many places each team has left, and whose are of no use."""
    if not ledgers:
        text = (
            "No team at Apple is connected, so no device takes a place. An admin connects one: "
            f"{example('apple connect')}"
        )
        return Message(text="No team is connected", blocks=[blocks.section(text)])
    shown: list[Block] = []
    for one in ledgers:
        shown += _team(one, at)
    return Message(text=f"Places of {len(ledgers)} teams", blocks=shown)


def _team(ledger: TeamLedger, at: datetime) -> list[Block]:
    read = (
        f"Apple's list was read {mrkdwn.moment(ledger.read_at)}."
        if ledger.read_at is not None
        else "Apple's list was not read yet, or is empty."
    )
    renews = f" The membership is renewed on {_day(ledger.renews_on)}." if ledger.renews_on else ""
    shown: list[Block] = [blocks.section(f"*Team {mrkdwn.plain(ledger.team, 40)}*\n{read}{renews}")]
    if ledger.families:
        shown += rows([_family(family, ledger.renews_on) for family in ledger.families])
        who = example(f"devices slots {ledger.families[0].name.lower()}")
        shown.append(blocks.context(f"Who has which: {who}"))
    else:
        shown.append(blocks.section(f"No place is taken: each family has {PLACES}."))
    idle = ledger.idle(at)
    if idle:
        count = "1 device" if len(idle) == 1 else f"{len(idle)} devices"
        shown.append(
            blocks.section(
                f"*Installed nothing for 180 days*: {count}. A place comes free in renewal week "
                "only, on Apple's website."
            )
        )
        shown += rows([_place(place) for place in idle[:MOST_IDLE]], count=len(idle))
    return shown


def places(named: str, team: TeamLedger, family: FamilyLedger, page: int = 1) -> Message:
    """
    Return who has each place of one family, those who installed last first; a page of it.

    *named* is how the family was asked for.
    """
    by_use = sorted(family.taken, key=_last_seen, reverse=True)
    last = max(1, ceil(len(by_use) / A_PAGE))
    page = min(max(page, 1), last)
    heading = f"*{family.name}*: {family.used} used, {family.free} free of {PLACES}"
    shown: list[Block] = [blocks.section(f"*Team {mrkdwn.plain(team.team, 40)}*\n{heading}")]
    if by_use:
        shown += rows([_place(one) for one in by_use[(page - 1) * A_PAGE : page * A_PAGE]])
    if page < last:
        more = example(f"devices slots {named} {page + 1}")
        shown.append(blocks.context(f"Page {page} of {last}. The next one: {more}"))
    return Message(text=f"Places of {family.name}", blocks=shown)


def _last_seen(place: TakenPlace) -> tuple[bool, float]:
    seen = place.owner.seen_at if place.owner is not None else None
    return place.owner is not None, seen.timestamp() if seen is not None else 0.0


def _family(family: FamilyLedger, renews_on: date | None) -> str:
    waiting = f", {family.pending} waiting" if family.pending else ""
    said = f"*{family.name}*: {family.used} used{waiting}, {family.free} free of {PLACES}"
    if family.full_on is None or (renews_on is not None and family.full_on > renews_on):
        return said
    return f"{said}. At the pace of the last 90 days it is full on {_day(family.full_on)}"


def _place(place: TakenPlace) -> str:
    name = mrkdwn.plain(place.name or place.model or "Device", 60)
    if place.owner is None:
        return f"{name} (…{place.tail}) · nobody here has it"
    last = (
        f"installed last {mrkdwn.moment(place.owner.seen_at, '{date_short_pretty}')}"
        if place.owner.seen_at is not None
        else "never installed anything"
    )
    left = f" · *{OWNER_LEFT}*" if place.owner.left else ""
    return f"{name} (…{place.tail}) · {mrkdwn.plain(place.owner.owner, 60)} · {last}{left}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def done(text: str) -> Message:
    """Return what was done, as a message."""
    return Message(text=text, blocks=[blocks.section(text)])
