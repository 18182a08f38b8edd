"""From whom a release was recalled, in the same words wherever it is said."""

from bot.slack.drawing import words
from bot.slack.kit import mrkdwn
from bot.slack.kit.lists import MANY_NAMES, row
from provisioning.releases.cards import RecallCard


def whom(recall: RecallCard) -> str:
    """Return from whom it was recalled: everybody, or groups and a number of people."""
    if recall.is_whole:
        return "everybody"
    where = [mrkdwn.plain(chip.name, 64) for chip in recall.groups]
    if recall.singles:
        where.append(words.people(recall.singles))
    return row(where, MANY_NAMES // 2)
