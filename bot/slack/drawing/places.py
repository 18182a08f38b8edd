"""What groups have now, and what becomes of it, for whoever is about to send a release there."""

from collections.abc import Callable, Sequence
from typing import Final

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from provisioning.distributing.order import GroupPlan, Plan
from provisioning.distributing.places import OrderOutcome

#: So many groups are named, and so many changes.
GROUPS: Final = 10
CHANGES: Final = 6
#: No sentence of a change needs more room in a form.
SENTENCE: Final = 200


def places(plan: Plan) -> tuple[Block, ...]:
    """Return what each group has and gets; nothing where none of them has anything of the app."""
    if all(place.outcome is OrderOutcome.FIRST for place in plan.places):
        return ()
    lines = [f"• *{mrkdwn.plain(place.name, 64)}* {_said(place)}" for place in plan.places[:GROUPS]]
    if len(plan.places) > GROUPS:
        lines.append(f"… and {len(plan.places) - GROUPS} more groups")
    return (blocks.section("\n".join(lines)), *_changes(plan.places), *_keeping(plan))


def beside(plan: Plan) -> list[GroupPlan]:
    """Return the groups that have a newer release, which stays their current one."""
    return [place for place in plan.places if place.outcome is OrderOutcome.BESIDE]


def _said(place: GroupPlan) -> str:
    said: dict[OrderOutcome, Callable[[str], str]] = {
        OrderOutcome.FIRST: lambda _: "has nothing of this app yet.",
        OrderOutcome.NEWER: lambda there: f"has {there}, and gets this one in its place.",
        OrderOutcome.SAME: lambda _: "has this one already.",
        OrderOutcome.BESIDE: lambda there: f"has {there}, which is newer.",
        OrderOutcome.INSTEAD: lambda there: f"goes back from {there} to this one.",
    }
    if place.returns and place.outcome is OrderOutcome.NEWER:
        return f"went back from this one to {_label(place)}, and gets it again."
    return said[place.outcome](_label(place))


def _label(place: GroupPlan) -> str:
    return f"*{mrkdwn.plain(place.there, 60)}*"


def _changes(shown: Sequence[GroupPlan]) -> tuple[Block, ...]:
    """Return what is other than in what a group has, for the first few that groups have."""
    by_release = {place.there_id: place for place in shown if place.there_id}
    found: list[Block] = []
    for place in list(by_release.values())[:2]:
        if place.outcome is OrderOutcome.SAME:
            continue
        lines = [_line(one.sentence, loud=one.loud) for one in place.changes[:CHANGES]]
        if len(place.changes) > CHANGES:
            lines.append(f"… and {len(place.changes) - CHANGES} more")
        what = "\n".join(lines) or "Nothing changed on the outside."
        found.append(blocks.context(f"Compared with {_label(place)}:\n{what}"))
    return tuple(found)


def _line(sentence: str, *, loud: bool) -> str:
    sign = words.ALARM if loud else "•"
    return f"{sign} {mrkdwn.plain(sentence, SENTENCE)}"


def _keeping(plan: Plan) -> tuple[Block, ...]:
    if not plan.keeping:
        return ()
    who = "1 person has" if plan.keeping == 1 else f"{plan.keeping} people have"
    theirs = "keeps it" if plan.keeping == 1 else "keep it"
    text = f"{who} a newer one by another group, hears nothing and {theirs}."
    if plan.keeping > 1:
        text = f"{who} a newer one by another group, hear nothing and {theirs}."
    return (blocks.context(text),)
