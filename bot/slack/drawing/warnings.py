"""What somebody should know of a build before it goes out, the same wherever it is shown."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from bot.slack.kit.verbs import example
from provisioning.installing.fitness import why_not_resignable
from provisioning.installing.reasons import Reason, reasons, unsaid
from provisioning.intake.elsewhere import host_of
from provisioning.releases.cards import BuildCard, ReleaseCard
from storage.inspection.diff import Change
from storage.records.base import now

SENTENCE = 300
#: A card has room for so many remarks of the reader; the sheet of a release for more.
REMARKS = 5
REMARKS_IN_FULL = 15
LOUD = 5


def obstacles(build: BuildCard) -> tuple[Reason, ...]:
    """Return why nobody can install a build now; empty when they can."""
    return reasons(build.facts, at=now())


def stopping(build: BuildCard) -> tuple[Block, ...]:
    """Return why nobody can install it, for whoever would."""
    found = [f"{words.ALARM} *{_said(reason.sentence)}*" for reason in obstacles(build)]
    return (blocks.section("\n".join(found)),) if found else ()


def elsewhere(build: BuildCard) -> tuple[Block, ...]:
    """Return, of a build that lies elsewhere, where that is, and that nobody has seen it."""
    if build.link is None:
        return ()
    host = mrkdwn.code(host_of(build.link), 100)
    text = f"{words.ELSEWHERE} *It lies elsewhere*, at {host}: Slipway has not seen the file."
    return (blocks.section(text),)


def warnings(build: BuildCard) -> tuple[Block, ...]:
    """Return why nobody can install it, or nobody else, and what else is risky about it."""
    shown = (*elsewhere(build), *stopping(build), *closed(build))
    if not build.facts.debuggable:
        return shown
    risk = f"{words.WARNING} Debuggable: everybody with a cable can read its data."
    return (*shown, blocks.section(risk))


def closed(build: BuildCard) -> tuple[Block, ...]:
    """Return why no phone can be added to a build that names its own, unless that is said above."""
    if not build.facts.names_devices:
        return ()
    unfit = why_not_resignable(build.facts, refusal=build.refusal, teams=build.teams)
    if unfit is None or unfit.sentence in {reason.sentence for reason in obstacles(build)}:
        return ()
    return (blocks.section(f"{words.WARNING} *No phone can be added.* {_said(unfit.sentence)}"),)


def remarks(build: BuildCard, limit: int = REMARKS) -> tuple[Block, ...]:
    """Return what the reader noticed and no reason says already."""
    noticed = unsaid(build.remarks, obstacles(build))
    lines = [f"{words.WARNING} {_said(remark)}" for remark in noticed[:limit]]
    if len(noticed) > limit:
        lines.append(f"… and {len(noticed) - limit} more")
    return (blocks.section("\n".join(lines)),) if lines else ()


def loud(changes: Sequence[Change]) -> tuple[Block, ...]:
    """Return the changes since the build before that somebody should look at."""
    lines = [
        f"{words.ALARM} *{mrkdwn.plain(change.sentence, SENTENCE)}*"
        for change in changes
        if change.loud
    ]
    return (blocks.section("\n".join(lines[:LOUD])),) if lines else ()


def every(card: ReleaseCard) -> tuple[Block, ...]:
    """Return every warning about a release, for whoever is about to send it."""
    return (
        *older(card),
        *warnings(card.build),
        *unregistered(card),
        *loud(card.changes),
        *remarks(card.build),
    )


def unregistered(card: ReleaseCard) -> tuple[Block, ...]:
    """Return that certified phones refuse it in some countries, and how to say that they do not."""
    if not card.unregistered:
        return ()
    how = example(f"verified {card.app_name}")
    return (blocks.context(f"{words.WARNING} {_said(card.unregistered)} If it is: {how}"),)


def older(card: ReleaseCard) -> tuple[Block, ...]:
    """Return that a newer release is out, if one is."""
    return (blocks.section(f"{words.WARNING} {_said(_older(card))}"),) if card.newer else ()


def sentences(card: ReleaseCard) -> tuple[str, ...]:
    """Return, as plain text, what must be said before a release goes out by a single click."""
    return (
        *([_older(card)] if card.newer else ()),
        *(reason.sentence for reason in obstacles(card.build)),
        *(change.sentence for change in card.changes if change.loud),
    )


def _older(card: ReleaseCard) -> str:
    return f"{mrkdwn.cut(card.newer or '', 60)} is out already: this is an older release."


def _said(sentence: str) -> str:
    return mrkdwn.sentence(sentence, SENTENCE)
