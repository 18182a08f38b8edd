"""What the install page says of what somebody has to install."""

from dataclasses import dataclass

from provisioning.installing.circumstances import Circumstances
from provisioning.releases.policy import MandatoryTerms, Phase
from provisioning.wording import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """That this release, or a newer one, is mandatory: a heading and a sentence."""

    heading: str
    sentence: str


def demanded(known: Circumstances, newer: str) -> Demanded | None:
    """Return what is said, None where nothing has to be. *newer* is a version, empty for none."""
    demand = known.demand
    if demand is None or demand.terms is None:
        return None
    what = newer or "this release"
    return Demanded(
        heading=_heading(demand.terms, demand.phase),
        sentence=_sentence(demand.terms, demand.phase, what),
    )


def _heading(terms: MandatoryTerms, phase: Phase) -> str:
    begins = "from" if phase is Phase.ANNOUNCED else "since"
    return f"Mandatory {begins} {moment(terms.since)}"


def _sentence(terms: MandatoryTerms, phase: Phase, what: str) -> str:
    whom = f" Meant are versions below {terms.below}." if terms.below else ""
    if not terms.grace:
        when = "now" if phase is Phase.OVER else "by then"
        return f"Please update to {what} {when}.{whom}"
    if phase is Phase.OVER:
        return f"Please update to {what} now: the time for it ended on {moment(terms.due)}.{whom}"
    return f"Please update to {what} by {moment(terms.due)}.{whom}"
