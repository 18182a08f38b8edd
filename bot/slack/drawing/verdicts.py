"""Whether people can install a build: one person's verdict, and the count of many."""

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from provisioning.installing.readiness import Readiness
from provisioning.installing.verdict import InstallVerdict, VerdictCode

#: What is about the build itself is louder than what a device of theirs waits for.
_LOUD = frozenset({VerdictCode.NOBODY, VerdictCode.EXPIRED})


def line(verdict: InstallVerdict) -> str:
    """Return, for the person it is about, why they cannot install a build; empty when they can."""
    if verdict.can:
        return ""
    if verdict.code in _LOUD:
        return f"{words.ALARM} *{mrkdwn.sentence(verdict.sentence, 600)}*"
    said = f"*{mrkdwn.sentence(verdict.sentence, 300)}* {mrkdwn.sentence(verdict.next, 300)}"
    return f"{words.WARNING} {said.rstrip()}"


def count(readiness: Readiness) -> tuple[Block, ...]:
    """Return how many can install a release, and what the others wait for, if that is known."""
    if not readiness.sentence:
        return ()
    return (blocks.context(f"{words.PHONE} {mrkdwn.sentence(readiness.sentence)}"),)
