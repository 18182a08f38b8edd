"""A list of anything, one a line, as much of it as a message has room for."""

from collections.abc import Sequence

from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block

#: All blocks of a message hold some 13,000 characters; the rest is for what stands around a list.
ROOM = 8_500


def rows(lines: Sequence[str], *, count: int | None = None) -> list[Block]:
    """
    Return finished mrkdwn *lines* as sections; what finds no room is counted at the end.

    *count* is how many there are in all, when *lines* are only the first of them.
    """
    kept: list[str] = []
    room = ROOM
    for line in lines:
        if len(line) + 3 > room:
            break
        kept.append(f"• {line}")
        room -= len(line) + 3
    shown = [blocks.section(piece) for piece in mrkdwn.pieces("\n".join(kept), blocks.SECTION_TEXT)]
    rest = (len(lines) if count is None else count) - len(kept)
    return [*shown, blocks.context(f"… and {rest} more.")] if rest else shown
