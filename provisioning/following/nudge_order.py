"""A nudge order: who is to be reminded of a release, and who would be or is left out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from provisioning.actors import Actor
from provisioning.following.holders import Having, HolderList, HoldingPerson
from storage.catalog.holders import HolderFacts


class Sparing(StrEnum):
    """Why somebody is not reminded, what matters most first."""

    HAS = "has it"
    LOST = "it was taken back from them"
    NEVER = "were never given it"
    GONE = "account deactivated"
    NEWER = "have a newer release"
    MUTED = "want no reminders of this app"
    REMINDED = "reminded within a day"
    HELD = "wait for their phone"
    CANNOT = "cannot install it"
    WAITING = "are being told just now"
    UNREACHABLE = "could not be told"
    ON_PAGE = "have no Slack: they see it on their page"
    SILENT = "were given it without a word"
    FETCHING = "fetching it just now"
    REPORTED = "said today that it does not install"
    ELSEWHERE = "opened it; what was fetched elsewhere is not seen here"
    UNMEASURED = "fetched it through the proxy, which does not tell how much arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Somebody who is not reminded; `why` in their own case, empty where the reason says it."""

    name: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgePlan:
    """What a nudge would do at this moment: who is `due`, and who is spared for which reason."""

    due: tuple[HoldingPerson, ...]
    spared: Mapping[Sparing, tuple[Spared, ...]] = field(default_factory=dict)
    group: str = ""
    shortfall: str = ""

    @property
    def fingerprint(self) -> str:
        """Return what tells two sets of people apart who are due."""
        ids = sorted(one.tester_id or "" for one in self.due)
        return sha256(" ".join(ids).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class NudgeOrder:
    """
    What somebody asks for: to remind those of a release who have it not, of a group or of all.

    `key` is the same for each try of the same click. `fingerprint` is of those that they were
    shown: nobody else is reminded.
    """

    key: str
    release_id: str
    by: Actor
    fingerprint: str
    group_id: str = ""


def plan_of(found: HolderList) -> NudgePlan:
    """Return who is due and who is spared of everybody."""
    due: list[HoldingPerson] = []
    spared: dict[Sparing, list[Spared]] = {}
    for one in found.people:
        why = sparing_of(one.facts, is_elsewhere=found.is_elsewhere)
        if why is None:
            due.append(one)
        else:
            told = _why(one, why)
            spared.setdefault(why, []).append(Spared(name=one.name, why=told))
    return NudgePlan(
        due=tuple(due),
        spared={why: tuple(spared[why]) for why in Sparing if why in spared},
        group=found.group,
        shortfall=found.shortfall,
    )


def due_of(found: HolderList) -> int:
    """Return how many would be reminded now by whoever asked."""
    if not found.remindable:
        return 0
    return sum(
        count
        for facts, count in found.counts.items()
        if sparing_of(facts, is_elsewhere=found.is_elsewhere) is None
    )


def sparing_of(facts: HolderFacts, *, is_elsewhere: bool) -> Sparing | None:
    """Return why those who stand so are not reminded, None when they are."""
    plain = _OF_HAVING.get(facts.having)
    if plain is not None and facts.having in _OVER:
        return plain
    rules = (
        (not facts.active, Sparing.GONE),
        (not facts.current, Sparing.NEWER),
        (facts.muted, Sparing.MUTED),
        (facts.reminded, Sparing.REMINDED),
        (facts.on_page, Sparing.ON_PAGE),
        (plain is not None, plain),
        (facts.cannot, Sparing.CANNOT),
        (facts.lately, Sparing.FETCHING),
        (facts.reported, Sparing.REPORTED),
        (facts.having is Having.OPENED and is_elsewhere, Sparing.ELSEWHERE),
        (facts.unmeasured, Sparing.UNMEASURED),
    )
    return next((why for holds, why in rules if holds), None)


def _why(one: HoldingPerson, why: Sparing) -> str:
    if why is Sparing.CANNOT and one.cannot is not None:
        return one.cannot.sentence
    return one.reason if why in {Sparing.UNREACHABLE, Sparing.HELD} else ""


_OF_HAVING: Final = {
    Having.HAS: Sparing.HAS,
    Having.LOST: Sparing.LOST,
    Having.NEVER: Sparing.NEVER,
    Having.WAITING: Sparing.WAITING,
    Having.HELD: Sparing.HELD,
    Having.UNREACHABLE: Sparing.UNREACHABLE,
    Having.ON_PAGE: Sparing.ON_PAGE,
    Having.SILENT: Sparing.SILENT,
}

#: Of these nothing else need be said.
_OVER: Final = frozenset({Having.HAS, Having.LOST, Having.NEVER})
