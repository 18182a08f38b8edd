"""What people read about a list of devices."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import rows
from bot.slack.kit.verbs import example
from provisioning.devices.bulk.rows import DeviceList
from provisioning.devices.imports import ImportedRow, ImportPreview
from provisioning.devices.wording import problem


def preview(file_id: str, name: str, found: DeviceList, would: ImportPreview) -> Message:
    """Return what a list would bring, with the lines that cannot be taken, and the button."""
    text = f":page_facing_up: {mrkdwn.plain(name, 80)} holds {_devices(len(found.rows))}."
    shown: list[Block] = [blocks.section(text)]
    if found.rows:
        shown.append(blocks.section("\n".join(_figures(would))))
    if found.problems:
        count = "1 line" if len(found.problems) == 1 else f"{len(found.problems)} lines"
        shown.append(blocks.section(f"{words.WARNING} {count} cannot be taken:"))
        shown += rows([mrkdwn.sentence(problem(one)) for one in found.problems])
    if found.rows:
        label = f"Import {_devices(len(found.rows))}"
        button = blocks.button(label, names.DEVICE_IMPORT, names.value_of(file_id), style="primary")
        shown.append(blocks.actions(button))
    return Message(text=text, blocks=shown)


def _figures(would: ImportPreview) -> list[str]:
    lines = [f"• {would.new} new, {would.known} here already"]
    if would.owners:
        people = "1 person is named" if would.owners == 1 else f"{would.owners} people are named"
        lines.append(f"• {people} as owner by e-mail address")
    if would.without_owner:
        lines.append(
            f"• {_devices(would.without_owner)} without an owner: they become yours, and "
            f"{example('devices hand over NAME to @somebody')} gives one away"
        )
    return lines


def under_way(name: str, count: int) -> Message:
    text = f"{words.READING} Importing {_devices(count)} of {mrkdwn.plain(name, 80)}…"
    return Message(text=text, blocks=(blocks.section(text),))


def outcome(name: str, outcomes: Sequence[ImportedRow]) -> Message:
    """Return what came of a list, line by line; those that failed come first."""
    new = sum(one.new for one in outcomes)
    failed = [one for one in outcomes if one.why]
    known = len(outcomes) - new - len(failed)
    text = f"{words.DONE} {mrkdwn.plain(name, 80)}: {new} new, {known} were here already"
    text += f", {len(failed)} not taken." if failed else "."
    ordered = [*failed, *(one for one in outcomes if not one.why)]
    return Message(text=text, blocks=[blocks.section(text), *rows([_line(one) for one in ordered])])


def _line(one: ImportedRow) -> str:
    if one.sheet is None:
        return f"Line {one.line}: {words.REFUSED} …{one.tail}: {mrkdwn.sentence(one.why, 300)}"
    said = "new" if one.new else "here already"
    owner = mrkdwn.plain(one.sheet.owner, 60)
    return f"Line {one.line}: {mrkdwn.plain(one.sheet.called, 60)} (…{one.tail}), {owner}: {said}"


def not_yours() -> Message:
    """Return what somebody reads who may import no list."""
    text = (
        "That looks like a list of devices, and lists are imported by release managers. Is it "
        "about your own phone? Then write me its UDID as a message."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def how() -> Message:
    """Return how a list is imported."""
    text = (
        "Post the list in a direct message to me, as a file: Apple's table (`.txt`, `.tsv`), a "
        "`.deviceids`, or the CSV that Firebase or App Center exports. I show what is in it, and "
        "nothing happens before you press *Import*. Beside the server, "
        "`slipway devices import FILE` does the same."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def _devices(count: int) -> str:
    return "1 device" if count == 1 else f"{count} devices"
