"""That a release waits for another platform, in the same words wherever it is said."""

from collections.abc import Sequence
from typing import Final

from bot.slack.drawing import warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.releases import HELD_BACK
from bot.slack.drawing.titles import plain_title, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import MANY_NAMES, row
from provisioning.distributing.pending_cards import PendingCard
from provisioning.distributing.pending_turns import LIFE
from provisioning.releases.cards import GroupChip, PendingLine, ReleaseCard, SiblingLine
from provisioning.releases.titles import title_of_card
from provisioning.wording import builds_of

TWO: Final = 2
#: So many that wait are on a card, each with its buttons.
SHOWN: Final = 5
#: Before the ids of the apps that somebody waits for, on what they tick.
AWAITS: Final = "wait-"


def lines(card: ReleaseCard) -> tuple[Block, ...]:
    """Return what a release waits for, with the ways to end that."""
    if card.standing in HELD_BACK:
        return ()
    shown = [block for one in card.pending[:SHOWN] for block in _one(one, card)]
    if len(card.pending) > SHOWN:
        shown.append(blocks.context(f"… and {len(card.pending) - SHOWN} more wait with it"))
    return tuple(shown)


def missing(platforms: Sequence[str], version: str) -> str:
    """Return as mrkdwn what is missing: `the Android build of 2.5.0`."""
    return mrkdwn.plain(builds_of(platforms, version), 150)


def whom(groups: Sequence[GroupChip], singles: int) -> str:
    """Return for whom something waits."""
    where = [f"*{mrkdwn.plain(chip.name, 64)}*" for chip in groups]
    if singles:
        where.append(f"{words.people(singles)} chosen by name")
    return row(where, MANY_NAMES // 2)


def together(count: int) -> str:
    """Return what goes out then, of so many platforms: `both`, `all 3`."""
    return "both" if count == TWO else f"all {count}"


def choice(awaited: Sequence[SiblingLine], card: ReleaseCard, count: int) -> Block:
    """Return the option of waiting for builds that are missing, to send so many together."""
    named = builds_of([one.platform for one in awaited], card.build.facts.version or "it")
    return blocks.option(
        f"Wait for {named}, then send {together(count)}",
        AWAITS + ",".join(one.app_id for one in awaited),
        f"Nobody gets any of it before; {LIFE.days} days at most",
    )


def awaited_in(ticked: Sequence[str]) -> tuple[str, ...]:
    """Return the apps that somebody wants to wait for, by what they ticked."""
    found = [one.removeprefix(AWAITS) for one in ticked if one.startswith(AWAITS)]
    return tuple(app_id for one in found for app_id in one.split(","))


def waits(card: PendingCard) -> Message:
    """Return what whoever asked is answered at once."""
    text = (
        f"{words.READING} *{title_of(card.release)}* waits for "
        f"{missing(card.platforms, card.version)}. Then {together(card.count)} go to "
        f"{whom(card.groups, card.singles)}, in your name."
    )
    until = (
        f"Nothing is sent before. It waits until {mrkdwn.moment(card.due_at)}; its card has the "
        "ways to end that, and I tell you what becomes of it."
    )
    return Message(text=text, blocks=(blocks.section(text), blocks.context(until)))


def _one(one: PendingLine, card: ReleaseCard) -> tuple[Block, ...]:
    text = (
        f"{words.READING} Waits for {missing(one.platforms, one.version)}, asked by {who(one.by)} "
        f"{mrkdwn.moment(one.at)} · for {whom(one.groups, one.singles)} · "
        f"until {mrkdwn.moment(one.due_at)}"
    )
    value = names.value_of(one.order_id, str(one.turn))
    return (
        blocks.section(text),
        blocks.actions(
            blocks.button(
                "Send now without it", names.PENDING_SEND, value, confirm=_sure(one, card)
            ),
            blocks.button("Stop waiting", names.PENDING_STOP, value),
        ),
    )


def _sure(one: PendingLine, card: ReleaseCard) -> Block:
    """Return what is asked before a release goes out without what it waits for."""
    where = [mrkdwn.cut(chip.name, 40) for chip in one.groups[:3]]
    more = len(one.groups) - len(where)
    where += [f"{more} more groups"] if more else []
    where += [words.people(one.singles)] if one.singles else []
    app = plain_title(title_of_card(card), 80)
    warned = warnings.sentences(card)
    text = f"{app} goes to {', '.join(where)} now, and nothing waits any more."
    return blocks.confirm(
        f"Send it without {builds_of(one.platforms, one.version)}?",
        " ".join((*warned, text)),
        "Send now",
        style="danger" if warned else None,
    )
