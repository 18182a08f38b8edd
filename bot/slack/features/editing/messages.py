"""The line in a release's threads about what was changed of it."""

from typing import Any

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.drawing.releases import tagged
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from provisioning.releases.availability import LONGEST_WHY
from provisioning.releases.cards import EditCard
from provisioning.releases.rewording import QUOTED
from storage.records.edit import EditKind


def log(edit: EditCard, title: str) -> Message:
    """Return who changed what of a release that is called *title*."""
    said = {
        EditKind.NOTES: _notes,
        EditKind.TAGS: _tags,
        EditKind.DISABLED: _disabled,
        EditKind.ENABLED: _enabled,
    }[edit.kind]
    text = said(who(edit.by), f"*{title}*", edit.detail)
    return Message(text=text, blocks=(blocks.section(text),))


def _notes(by: str, title: str, detail: dict[str, Any]) -> str:
    first = f":memo: {by} changed the notes of {title}"
    if not detail.get("after"):
        return f"{first}: there are none now."
    changed = [
        f"{_lines(count)} {what}"
        for count, what in ((detail.get("added"), "new"), (detail.get("removed"), "gone"))
        if count
    ]
    quoted = mrkdwn.plain(str(detail.get("first") or ""), QUOTED)
    begun = f"\nNew: “{quoted}”" if quoted else ""
    return f"{first}: {' and '.join(changed) or 'the lines stand in another order'}.{begun}"


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _tags(by: str, title: str, detail: dict[str, Any]) -> str:
    added, removed = detail.get("added") or (), detail.get("removed") or ()
    said = [f"tagged {title} {tagged(added)}"] if added else []
    said += [f"took {tagged(removed)} off {'it' if added else title}"] if removed else []
    return f"{by} {' and '.join(said)}."


def _disabled(by: str, title: str, detail: dict[str, Any]) -> str:
    because = mrkdwn.plain(str(detail.get("because") or ""), LONGEST_WHY)
    return f"{words.DISABLED} {by} disabled {title}{f': {because}' if because else '.'}"


def _enabled(by: str, title: str, _detail: dict[str, Any]) -> str:
    return f"{words.DONE} {by} enabled {title} again: the links that people have work as before."
