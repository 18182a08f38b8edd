"""A nudge order: who is to be reminded of a release, and who would be or is left out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from provisioning.actors import Actor
from provisioning.following.holders import Having, HolderList, HoldingPerson
from storage.catalog.nudges import Reminded

#: Nobody is reminded of the same release twice within this time.
ONCE_IN: Final = timedelta(hours=24)
#: Whoever was seen fetching it so lately may be at it.
AT_IT: Final = timedelta(minutes=10)


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


def plan_of(
    found: HolderList,
    muted: frozenset[str],
    reminded: Mapping[str, Reminded],
    *,
    at: datetime,
) -> NudgePlan:
    """Return who is due and who is spared."""
    due: list[HoldingPerson] = []
    spared: dict[Sparing, list[Spared]] = {}
    for one in found.people:
        why = sparing_of(one, found, muted, reminded, at=at)
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


def sparing_of(
    one: HoldingPerson,
    found: HolderList,
    muted: frozenset[str],
    reminded: Mapping[str, Reminded],
    *,
    at: datetime,
) -> Sparing | None:
    """Return why somebody is not reminded, None when they are."""
    plain = _OF_HAVING.get(one.having)
    if plain is not None and one.having in _OVER:
        return plain
    seen_lately = one.seen_at is not None and one.seen_at > at - AT_IT
    rules = (
        (not one.active, Sparing.GONE),
        (not one.current, Sparing.NEWER),
        (one.tester_id in muted, Sparing.MUTED),
        (one.tester_id in reminded, Sparing.REMINDED),
        (one.on_page, Sparing.ON_PAGE),
        (plain is not None, plain),
        (one.cannot is not None, Sparing.CANNOT),
        (one.having is Having.BEGAN and seen_lately, Sparing.FETCHING),
        (one.report is not None and one.report.created_at > at - ONCE_IN, Sparing.REPORTED),
        (one.having is Having.OPENED and found.is_elsewhere, Sparing.ELSEWHERE),
        (one.having is Having.BEGAN and one.unmeasured, Sparing.UNMEASURED),
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
