"""What is other about groups than when something was last distributed to them, a line each."""

from collections.abc import Sequence
from typing import Final

from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from provisioning.distributing.differences import GroupDifference

#: So many groups have their line, and so many people of each their name.
GROUPS: Final = 8
PEOPLE: Final = 3
CHANNELS: Final = 4


def differences(found: Sequence[GroupDifference]) -> tuple[Block, ...]:
    """Return who joined and left, and which channels were lost; nothing where nothing changed."""
    if not found:
        return ()
    lines = [_line(one) for one in found[:GROUPS]]
    if len(found) > GROUPS:
        lines.append(f"… and {len(found) - GROUPS} more groups changed")
    return (blocks.context("\n".join(lines)),)


def _line(one: GroupDifference) -> str:
    parts = []
    if one.joined or one.left:
        people = ", ".join([*_named("+", one.joined), *_named("-", one.left)])
        when = f"since {mrkdwn.moment(one.since, '{date_short}')}: " if one.since else ""
        parts.append(f"{when}{people}")
    parts += [
        f"{mrkdwn.channel(lost.id)} hears nothing: {mrkdwn.sentence(lost.why, 120)}"
        for lost in one.lost[:CHANNELS]
    ]
    if len(one.lost) > CHANNELS:
        parts.append(f"{len(one.lost) - CHANNELS} more channels hear nothing")
    if one.renamed:
        shown = ", ".join(mrkdwn.channel(channel) for channel in one.renamed[:CHANNELS])
        parts.append(f"renamed since: {shown}")
    return f"*{mrkdwn.plain(one.name, 64)}* {'; '.join(parts)}"


def _named(sign: str, names: Sequence[str]) -> list[str]:
    shown = [f"{sign}{mrkdwn.plain(name, 40)}" for name in names[:PEOPLE]]
    rest = len(names) - PEOPLE
    return [*shown, f"{sign}{rest} more"] if rest > 0 else shown
