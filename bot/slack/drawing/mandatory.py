"""What is said of a mandatory release, the same wherever it is shown. Every moment is redrawn."""

from datetime import datetime, timedelta
from typing import Final

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block
from bot.slack.kit.lists import row
from provisioning.releases.cards import ReleaseCard, TermsLine
from provisioning.releases.lifecycle import Standing
from provisioning.releases.policy import Demand, MandatoryTerms, Phase, left, phase_of
from storage.records.base import now

MARK: Final = ":red_circle:"
#: More terms than this are counted.
LINES: Final = 5
_SHOWN: Final = frozenset({Standing.LIVE, Standing.SUPERSEDED})
_WHEN: Final = "{date_long_pretty} {time}"


def lines(card: ReleaseCard) -> tuple[Block, ...]:
    """Return on which terms a release is mandatory for whom, with how much is left."""
    if card.standing not in _SHOWN or not card.mandatory:
        return ()
    at = now()
    said = [f"{MARK} {_for(one)}{sentence(one.terms, at)}" for one in card.mandatory[:LINES]]
    if len(card.mandatory) > LINES:
        said.append(f"… and {len(card.mandatory) - LINES} more")
    if card.standing is Standing.SUPERSEDED:
        said.append("Whoever installs what took its place has done enough.")
    return (blocks.section("\n".join(said)),)


def own(demand: Demand | None) -> str:
    """
    Return what one person has to do, with its mark; empty where they have to do nothing.

    It stays true whenever it is read: what people were sent is not drawn anew by the clock.
    """
    if demand is None or demand.terms is None:
        return ""
    terms, whom = demand.terms, ""
    if terms.below:
        whom = f" {below(terms)}"
    ends = f": please update by {moment(terms.due)}" if terms.grace else ": please update then"
    if demand.is_blocking and not terms.grace:
        ends = ": please update now"
    return f"{MARK} *Mandatory* from {moment(terms.since)}{whom}{ends}."


def in_short(demand: Demand | None) -> str:
    """Return the same where there is little room; empty until it is mandatory."""
    if demand is None or demand.terms is None or not demand.is_mandatory:
        return ""
    if demand.is_blocking:
        return f"{MARK} *mandatory*: please install it now"
    return f"{MARK} *mandatory*, to be installed by {moment(demand.terms.due)}"


def sentence(terms: MandatoryTerms, at: datetime) -> str:
    """Return how mandatory something is at a moment, for whoever has to install it."""
    phase, whom = phase_of(terms, at), f" {below(terms)}" if terms.below else ""
    if phase is Phase.ANNOUNCED:
        ends = f": please update by {moment(terms.due)}" if terms.grace else ""
        return f"*Mandatory from {moment(terms.since)}*{whom}{ends}."
    since = f"*Mandatory* since {moment(terms.since)}{whom}"
    if phase is Phase.OVER:
        ended = f"; the time for it ended {moment(terms.due)}" if terms.grace else ""
        return f"{since}: please update now{ended}."
    if phase is Phase.CLOSING:
        since = f"*Mandatory, it is about to end:* since {moment(terms.since)}{whom}"
    return f"{since}: please update by {moment(terms.due)}{_left(terms, at)}."


def on_terms(terms: MandatoryTerms) -> str:
    """Return from when, with how much grace and for whom, whatever time it is."""
    said = [f"from {moment(terms.since)}"]
    said.append(f"{length(terms.grace)} of grace" if terms.grace else "without a grace")
    if terms.below:
        said.append(below(terms))
    return ", ".join(said)


def below(terms: MandatoryTerms) -> str:
    return f"for versions below {mrkdwn.plain(terms.below, 60)}"


def moment(when: datetime) -> str:
    return mrkdwn.moment(when, _WHEN)


def length(time: timedelta) -> str:
    """Return a length of time in the largest units that say it: `24 hours`, `2 days`, `1 hour`."""
    minutes = int(time.total_seconds() // 60)
    day, hour = 24 * 60, 60
    if minutes > day and minutes % day == 0:
        return _several(minutes // day, "day")
    if minutes >= hour and minutes % hour == 0:
        return _several(minutes // hour, "hour")
    if minutes > hour:
        return f"{_several(minutes // hour, 'hour')} {_several(minutes % hour, 'minute')}"
    return _several(minutes, "minute")


def _several(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _left(terms: MandatoryTerms, at: datetime) -> str:
    mark = left(terms, at)
    return f" (less than {length(mark)} left)" if mark is not None else ""


def _for(one: TermsLine) -> str:
    if one.everywhere:
        return ""
    where = [mrkdwn.plain(chip.name, 64) for chip in one.groups]
    if one.singles:
        where.append(f"{words.people(one.singles)} by name")
    return f"{row(where)}: "
