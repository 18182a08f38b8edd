"""What people read of a recall: those who had it, its threads, and whoever recalled it."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.drawing.recalls import whom
from bot.slack.drawing.releases import stays
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.releases.cards import RecallCard, ReleaseCard
from provisioning.releases.downgrade import downgrade_note
from provisioning.releases.recalled import NoticeCard, WithdrawnCard
from storage.records.recall import RecallState


def notice(card: NoticeCard, link: str | None) -> Message:
    """Return what somebody reads who may have the release; *link* leads to what replaces it."""
    title = title_of(card)
    first = f"{words.RECALLED} *{title}* was recalled by {who(card.by)}: {_reason(card.because)}"
    lines = [first, "If it is on your phone, please do not use it any more."]
    shown: list[Block] = []
    if card.instead is None or link is None:
        lines.append("There is nothing to install instead yet. I tell you when there is.")
    else:
        label = mrkdwn.plain(card.instead.label, 60)
        lines.append(f"Install *{label}* instead.")
        lines.append(downgrade_note(card.build.facts, card.instead.facts))
        button = blocks.button(
            f"Install {card.instead.label}", names.INSTALL, url=link, style="primary"
        )
        shown.append(blocks.actions(button))
    text = "\n".join(line for line in lines if line)
    return Message(text=f"{title} was recalled", blocks=(blocks.section(text), *shown))


def withdrawn(card: WithdrawnCard) -> Message:
    """Return what stands in place of a link that was taken back."""
    title = title_of(card)
    text = f"*{title}* was recalled and can no longer be installed: {_reason(card.because)}"
    return Message(text=f"{title} was recalled", blocks=(blocks.section(text),))


def log(recall: RecallCard, title: str) -> Message:
    """Return the line in the thread of a card about one recall of what is called *title*."""
    first = f"{words.RECALLED} {who(recall.by)} recalled *{title}* from {whom(recall)}"
    lines = [
        f"{first}: {_reason(recall.because)}",
        _went(recall),
        f"{words.WARNING} {mrkdwn.sentence(recall.shortfall)}" if recall.shortfall else "",
        f"{words.ALARM} It broke off: {mrkdwn.sentence(recall.reason)}" if recall.reason else "",
    ]
    return _section("\n".join(line for line in lines if line))


def is_short(recall: RecallCard) -> bool:
    """Return whether somebody did not hear of a recall who should."""
    return bool(recall.unreached or recall.state is RecallState.FAILED)


def shortfall(recall: RecallCard, card: ReleaseCard) -> Message:
    """Return, for whoever recalled it, who may still have it on a phone and was not told."""
    title = title_of(card)
    if not is_short(recall):
        return _section(f"{words.DONE} Everybody who has *{title}* on a phone heard of the recall.")
    lines = [f"{words.WARNING} Not everybody who has *{title}* on a phone heard of the recall:"]
    lines += [
        f"• *{mrkdwn.plain(one.name, 80)}*: {mrkdwn.sentence(one.reason, 200)}"
        for one in recall.missed
    ]
    if recall.unreached > len(recall.missed):
        lines.append(f"… and {recall.unreached - len(recall.missed)} more")
    if recall.reason:
        lines.append(f"• It broke off: {mrkdwn.sentence(recall.reason)}")
    again = blocks.button("Try again", names.RECALL_AGAIN, names.value_of(recall.recall_id))
    pieces = mrkdwn.pieces("\n".join(lines), blocks.SECTION_TEXT)
    return Message(
        text=f"Not everybody heard of the recall of {title}",
        blocks=(*map(blocks.section, pieces), blocks.actions(again)),
    )


def done(card: ReleaseCard, recall: RecallCard) -> Message:
    """Return what whoever recalled it reads at once."""
    title = title_of(card)
    lost = "1 person lost it" if recall.people == 1 else f"{recall.people} people lost it"
    said = (
        f"{words.RECALLED} *{title}* is recalled from {whom(recall)}. {lost}; their links lead "
        "nowhere any more. Whoever began to fetch it is told by direct message now."
    )
    return _section(f"{said}\n{stays(card.build)}".rstrip())


def _went(recall: RecallCard) -> str:
    said: Sequence[str] = [
        "1 person lost it" if recall.people == 1 else f"{recall.people} people lost it",
        _counted(
            recall.told, "had begun to fetch it and was told", "had begun to fetch it and were told"
        ),
        _counted(recall.waiting, "is being told", "are being told"),
        f"{recall.unreached} could not be told" if recall.unreached else "",
    ]
    return f"{', '.join(part for part in said if part)}."


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def _reason(because: str) -> str:
    return mrkdwn.plain(because, LONGEST_REASON)


def _section(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
