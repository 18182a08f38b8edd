"""The ways in which a release may go out, where whoever sends it has to choose between them."""

from bot.slack.drawing import words
from bot.slack.drawing.places import beside
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block
from bot.slack.kit.payloads import Submission
from provisioning.distributing.order import Plan

#: Whether everybody waits until it is signed for the phones that it can be signed for.
WAIT, NOW = "wait", "now"
#: Whether a newer release stays current where there is one, or this one takes its place.
BESIDE, INSTEAD = "beside", "instead"


def newer(plan: Plan, instead: Plan | None) -> tuple[Block, ...]:
    """Return the choice of what becomes of the newer release that some groups have."""
    behind = beside(plan)
    if instead is None or not behind:
        return ()
    called = mrkdwn.cut(behind[0].there, 30) if len(behind) == 1 else "the newer ones"
    choices = [
        blocks.option(
            f"Back to this one instead of {called}",
            INSTEAD,
            f"Tells {words.people(instead.people)} that it is current again.",
        )
    ]
    if plan.people:
        choices.insert(
            0,
            blocks.option(
                f"Keep {called}, and give this one beside",
                BESIDE,
                f"Tells {words.people(plan.people)} of it; it stays behind the newer one.",
            ),
        )
    label = "They have a newer release"
    return (blocks.entry(names.PLACES, label, blocks.one_of(names.PLACES, choices)),)


def goes_instead(sent: Submission) -> bool:
    """Return whether the release is to take the place of what is newer."""
    return sent.entered(names.PLACES) == INSTEAD


def waits(sent: Submission) -> bool:
    """Return whether nobody is to be told before it is signed for everybody's phone."""
    return sent.entered(names.PHONES) != NOW


def phones(plan: Plan, *, notify: bool) -> tuple[Block, ...]:
    """Return the choice between waiting for phones and not, where somebody would be left out."""
    shown: list[Block] = []
    if plan.coming and notify:
        shown.append(blocks.context(_coming(plan.coming)))
    if plan.unsigned and notify:
        now = plan.people - plan.unsigned - plan.coming
        choices = [
            blocks.option(
                _wait(plan.unsigned), WAIT, "Usually minutes. Whoever it fails for is told later."
            ),
            blocks.option(
                f"Tell {words.people(now)} now, {plan.unsigned} later",
                NOW,
                "The others are told once it is signed for their phone.",
            ),
        ]
        label = "It is not signed for some of their phones yet"
        shown.append(blocks.entry(names.PHONES, label, blocks.one_of(names.PHONES, choices)))
    return tuple(shown)


def _wait(count: int) -> str:
    several = "1 phone" if count == 1 else f"{count} phones"
    return f"Sign it for {several} first, then tell everybody"


def _coming(count: int) -> str:
    who = "1 person waits" if count == 1 else f"{count} people wait"
    return (
        f"{words.READING} {who} for Apple, or for somebody's approval of a phone. Each is told "
        "once it is signed for it."
    )
