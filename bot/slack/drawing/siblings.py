"""The other halves of a release: the same version for the other platforms of its product."""

from bot.slack.drawing import words
from bot.slack.drawing.releases import HELD_BACK
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from provisioning.releases.cards import ReleaseCard, SiblingLine
from provisioning.releases.lifecycle import Standing

#: What stands so may go out together with its sibling.
_SENDABLE = frozenset(Standing) - HELD_BACK - {Standing.AWAITING_APPROVAL}


def sendable(card: ReleaseCard) -> tuple[SiblingLine, ...]:
    """Return those that may go out together with a release."""
    return tuple(one for one in card.siblings if one.release_id and one.standing in _SENDABLE)


def lines(card: ReleaseCard) -> tuple[Block, ...]:
    """Return where the other halves of a release are, or that they are not here."""
    if not card.siblings:
        return ()
    said = [_said(one, card) for one in card.siblings]
    return (blocks.context(f":jigsaw: {' · '.join(said)}"),)


def missing(card: ReleaseCard, *, may_wait: bool = False) -> str:
    """
    Return, as a sentence, which platforms have no build of a version; empty when all do.

    Where somebody *may_wait* for them, it says so.
    """
    left = [one.platform for one in card.siblings if not one.release_id]
    if not left:
        return ""
    alone = "this goes alone, unless you let it wait" if may_wait else "this goes alone"
    return f"There is no {' and no '.join(left)} build of {_version(card)} yet: {alone}."


def label(one: SiblingLine) -> str:
    """Return `Android 2.5.0 (88)`."""
    return f"{one.platform} {mrkdwn.plain(one.label, 60)}"


def _said(one: SiblingLine, card: ReleaseCard) -> str:
    if one.release_id is None or one.standing is None:
        return f"No {one.platform} build of {_version(card)} yet"
    sign, word = words.RELEASE[one.standing]
    return f"*{label(one)}* is here as well: release {one.number}, {sign} {word.lower()}"


def _version(card: ReleaseCard) -> str:
    return mrkdwn.plain(card.build.facts.version or "this version", 60)
