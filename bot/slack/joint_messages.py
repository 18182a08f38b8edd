"""What one person is told who was given a release for several platforms: one message, one link."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.drawing import mandatory, notes, verdicts, warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.releases import cannot_install
from bot.slack.features.distribution.messages import beside, going_back
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from provisioning.installing.verdict import InstallVerdict
from provisioning.releases.cards import RecipientCard

NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A release for one platform as its person is told of it, with their link and its verdict."""

    card: RecipientCard
    link: str
    verdict: InstallVerdict | None

    @property
    def stopped(self) -> bool:
        """Whether it installs on nothing that they have, as far as is known."""
        held_up = bool(warnings.obstacles(self.card.build))
        return held_up or (self.verdict is not None and bool(verdicts.line(self.verdict)))


def personal(halves: Sequence[Half], icon: str | None) -> Message:
    """Return what one person is told of several platforms; the link of any leads to the right."""
    first = next((one for one in halves if not one.stopped), halves[0])
    card = halves[0].card
    version = mrkdwn.plain(card.build.facts.version or "", 60)
    title = f"{mrkdwn.plain(card.app_display_name, NAME)} {version}".strip()
    systems = " and ".join(words.platform(one.card.build.facts) for one in halves)
    picture = blocks.image(icon, f"Icon of {card.build.name}") if icon else None
    style = None if first.stopped else "primary"
    label = "Open" if first.stopped else "Install"
    return Message(
        text=f"{title} for {systems} is ready for you to install",
        blocks=(
            blocks.section(f"*{title}* is ready for you, for {systems}.", accessory=picture),
            *(block for one in halves for block in _half(one)),
            *_notes(halves, first.link),
            blocks.actions(blocks.button(label, names.INSTALL, url=first.link, style=style)),
            blocks.context(
                f"From {who(card.by)}. Open it on the phone that you want it on: the link knows "
                "which one that is. It is for you alone: please do not pass it on. On a computer "
                "it shows a code to scan."
            ),
        ),
    )


def _half(one: Half) -> tuple[Block, ...]:
    card = one.card
    facts = card.build.facts
    about = [
        f"*{words.platform(facts)}*",
        mrkdwn.plain(words.version(facts), 60),
        words.size(card.build),
        mrkdwn.plain(words.system(facts), 60),
    ]
    blocked = bool(warnings.obstacles(card.build))
    waits = verdicts.line(one.verdict) if one.verdict is not None and not blocked else ""
    must = mandatory.own(card.demand)
    lines = [" · ".join(part for part in about if part), waits, must]
    trouble = None if one.stopped else cannot_install(card.release_id)
    return (
        blocks.section("\n".join(line for line in lines if line), accessory=trouble),
        *warnings.elsewhere(card.build),
        *warnings.stopping(card.build),
        *going_back(card),
        *beside(card),
    )


def _notes(halves: Sequence[Half], link: str) -> tuple[Block, ...]:
    """Return the notes: once where they are the same, else under each platform."""
    told = {one.card.notes.strip() for one in halves} - {""}
    found: list[Block] = []
    for one in halves:
        if not one.card.notes.strip():
            continue
        rest = notes.behind(link if len(told) == 1 else one.link)
        said = notes.beginning(one.card.notes, notes.ANNOUNCEMENT, rest, one.card.notes_kind)
        if len(told) == 1:
            return (blocks.section(said),)
        found.append(blocks.section(f"*{words.platform(one.card.build.facts)}*\n{said}"))
    return tuple(found)
