"""Release notes in Slack: as much as a place has room for, how much is left, and where it is."""

import asyncio
from typing import Protocol

from bot.slack.kit import blocks, lines, mrkdwn
from bot.slack.kit.blocks import Block
from bot.slack.kit.markdown import to_lines
from bot.slack.kit.verbs import example
from provisioning.releases.cards import ReleaseCard
from storage.records.release import NotesKind

#: Characters, a heading of ours in the same section not counted.
CARD = 700
ANNOUNCEMENT = 1_800
HOME = 300
CONFIRMATION = 2_500
#: In several sections. All blocks of a message hold some 13,000 characters, those of a form more.
SHEET = 5_000
PREVIEW = 24_000

#: How what is typed is read, below where it is typed.
HOW = {
    NotesKind.MARKDOWN: "Markdown: **bold**, *italic*, `code`, - lists, [links](https://…).",
    NotesKind.TEXTILE: 'Textile, as they came: *bold*, _italic_, @code@, * lists, "links":https://…',
}

_SECTION = 2_900
#: Shorter notes are read faster than a thread is asked to.
_LONG = 4_000


class WithNotes(Protocol):
    """Whatever has notes, written in one way or another."""

    @property
    def notes(self) -> str: ...

    @property
    def notes_kind(self) -> NotesKind: ...


async def read_ahead(written: str, kind: NotesKind) -> None:
    """Read long notes in a thread before they are drawn: 64 kB take a third of a second."""
    if len(written) > _LONG:
        await asyncio.to_thread(to_lines, written, kind)


def beginning(notes: str, room: int, rest: str, kind: NotesKind = NotesKind.MARKDOWN) -> str:
    """Return what of *notes* there is *room* for, as mrkdwn; *rest* is where all of them are."""
    return lines.cut(to_lines(notes, kind), room, lambda left: f"… {left}: {rest}")


def sections(notes: str, room: int, rest: str, kind: NotesKind = NotesKind.MARKDOWN) -> list[Block]:
    """Return what of *notes* there is *room* for, as sections."""
    short = list(lines.short_lines(to_lines(notes, kind), _SECTION // 2))
    text = lines.cut(short, room, lambda left: f"… {left}: {rest}")
    return [blocks.section(piece) for piece in mrkdwn.pieces(text, _SECTION)]


def in_full(card: ReleaseCard) -> str:
    """Return the command that shows more of a release's notes than a card."""
    return example(f"show {card.app_name} {card.number}")


def behind(url: str) -> str:
    """Return a link to where all of the notes are."""
    return mrkdwn.link(url, "open")
