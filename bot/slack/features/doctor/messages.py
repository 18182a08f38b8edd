"""What people read of an examination."""

from collections.abc import Sequence

from bot.findings import Finding, Gravity, summary
from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message

#: What needs somebody comes first, the worst before the rest.
LOOKED_AFTER = (Gravity.BROKEN, Gravity.WARNING)
MARKS = {Gravity.BROKEN: ":x:", Gravity.WARNING: words.WARNING}


def findings(found: Sequence[Finding]) -> Message:
    """Return what was found: each trouble with what to do, and the rest in one line."""
    said = summary(found)
    troubles = [one for gravity in LOOKED_AFTER for one in found if one.gravity is gravity]
    lines = [_line(one) for one in troubles]
    well = [one.what for one in found if one.gravity is Gravity.WELL]
    skipped = [one.what for one in found if one.gravity is Gravity.SKIPPED]
    rest = [f"Well: {', '.join(well)}."] if well else []
    rest += [f"Not looked at: {', '.join(skipped)}."] if skipped else []
    return Message(
        text=said,
        blocks=[
            blocks.section(f"*{said}*"),
            *(blocks.section(line) for line in lines),
            blocks.context(*rest, "On the machine, `slipway doctor` says all of it."),
        ],
    )


def _line(finding: Finding) -> str:
    what, found, to_do = (
        mrkdwn.sentence(text) for text in (finding.what, finding.found, finding.to_do)
    )
    return f"{MARKS[finding.gravity]} *{what}*: {found}" + (f"\n{to_do}" if to_do else "")
