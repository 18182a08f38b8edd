"""A list of anything, one a line or in one line, as much of it as there is room for."""

from collections.abc import Sequence

from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block

#: All blocks of a message hold some 13,000 characters; the rest is for what stands around a list.
ROOM = 8_500
#: A longer line would keep out those below it.
LINE = 2_000
#: What a row of names takes within a line of a list, and within a section of its own.
NAMES, MANY_NAMES = 300, 2_400


def rows(lines: Sequence[str], *, count: int | None = None) -> list[Block]:
    """
    Return finished mrkdwn *lines* as sections; what finds no room is counted at the end.

    *count* is how many there are in all, when *lines* are only the first of them.
    """
    kept: list[str] = []
    room = ROOM
    for line in lines:
        shown = mrkdwn.clip(line, LINE)
        if len(shown) + 3 > room:
            break
        kept.append(f"• {shown}")
        room -= len(shown) + 3
    sections = [
        blocks.section(piece) for piece in mrkdwn.pieces("\n".join(kept), blocks.SECTION_TEXT)
    ]
    rest = (len(lines) if count is None else count) - len(kept)
    return [*sections, blocks.context(f"… and {rest} more.")] if rest else sections


def row(
    parts: Sequence[str], room: int = NAMES, *, separator: str = ", ", count: int | None = None
) -> str:
    """
    Return finished mrkdwn *parts* side by side, within *room* characters.

    What finds no room is counted: `QA, Beta … and 184 more`. *count* is how many there are in all,
    when *parts* are only the first of them.
    """
    count = len(parts) if count is None else count
    whole = separator.join(parts)
    if len(whole) <= room and count == len(parts):
        return whole
    kept: list[str] = []
    left = room - len(_more(count, separator))
    for part in parts:
        left -= len(part) + len(separator)
        if kept and left < 0:
            break
        kept.append(part)
    return separator.join(kept) + _more(count - len(kept), separator)


def _more(count: int, separator: str) -> str:
    if not count:
        return ""
    return f"{separator if separator.isspace() else ' '}… and {count} more"
