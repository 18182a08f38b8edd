"""
Policy: what somebody is to install of an app, and whether they have to by now. Nothing but values.

`mandatory` is the one answer to "is this version mandatory for this tester now?". It looks at every
release between the installed and the newest one: a mandatory one in between counts, since whoever
installs the newest has passed it. Of several terms the strictest hold: the first to begin, and the
first grace to end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from provisioning.releases.versions import is_older, order

#: What testers are left who were given no other grace.
GRACE: Final = timedelta(hours=24)
#: The grace closes when a quarter of it is left, and no more than this.
CLOSING: Final = timedelta(hours=2)
#: How much is left is said by the smallest of these that is not less.
MARKS: Final = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 48, 72, 168, 336, 720))
#: Installers of these platforms compare the build before the version that people read.
BY_BUILD: Final = frozenset({"android"})


class Phase(StrEnum):
    """How mandatory something is at a moment."""

    OPTIONAL = "optional"
    ANNOUNCED = "announced"  #: It will be.
    RUNNING = "running"  #: It is, and there is grace left.
    CLOSING = "closing"  #: It is, and the grace is about to end.
    OVER = "over"  #: It is, and the grace is over.


#: Whoever has not updated has to, in these.
MANDATORY: Final = frozenset({Phase.RUNNING, Phase.CLOSING, Phase.OVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatoryTerms:
    """
    From when testers have to update, with how much grace.

    With `below` only those whose installed version comes before it. `since` is aware.
    """

    since: datetime
    grace: timedelta = GRACE
    below: str = ""

    @property
    def due(self) -> datetime:
        """When the grace ends."""
        return self.since + self.grace

    @property
    def closes(self) -> datetime:
        """When the grace is about to end; without a grace it begins and ends at once."""
        return self.due - min(self.grace / 4, CLOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRelease:
    """
    A release that a tester is entitled to, with the terms of each destination that entitles them.

    One that is not `is_open` was recalled or disabled, or gave its place back to an older one: it
    neither binds nor is it installed. One that a newer one superseded is open.
    """

    release_id: str
    number: int
    version: str = ""
    build: str = ""
    terms: tuple[MandatoryTerms, ...] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledBuild:
    """
    What somebody has on a device: a release of ours by `number`, or what the app says of itself.

    The number is None for a build that is no release here.
    """

    number: int | None = None
    version: str = ""
    build: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    What a tester is to install, and how mandatory that is.

    `newest` is None where there is nothing newer. `terms` are the strictest that bind them, at
    whatever moment, by the releases in `binding`, by their ids; None where nothing does.
    """

    newest: OfferedRelease | None = None
    terms: MandatoryTerms | None = None
    binding: frozenset[str] = frozenset()
    phase: Phase = Phase.OPTIONAL

    @property
    def is_mandatory(self) -> bool:
        return self.phase in MANDATORY

    @property
    def is_blocking(self) -> bool:
        """Whether the grace is over, so that the older version is not to be used."""
        return self.phase is Phase.OVER


def mandatory(
    installed: InstalledBuild | None,
    offers: Iterable[OfferedRelease],
    at: datetime,
    *,
    platform: str = "",
) -> Demand:
    """
    Return what a tester is to install at a moment, and whether they have to.

    *offers* are the releases of one app that they are entitled to. Without *installed* nothing is
    known of what they have, and every one of them is ahead of it.
    """
    by_build = platform in BY_BUILD
    ahead = [one for one in offers if one.is_open and _is_ahead(one, installed, by_build=by_build)]
    if not ahead:
        return Demand()
    newest = max(ahead, key=lambda one: one.number)
    binding = [
        (one.release_id, terms) for one in ahead for terms in one.terms if _binds(terms, installed)
    ]
    if not binding:
        return Demand(newest=newest)
    strictest = strictest_of(terms for _, terms in binding)
    return Demand(
        newest=newest,
        terms=strictest,
        binding=frozenset(release_id for release_id, _ in binding),
        phase=phase_of(strictest, at),
    )


def strictest_of(terms: Iterable[MandatoryTerms]) -> MandatoryTerms:
    """Return terms that begin when the first of some do, and end when the first of them do."""
    known = list(terms)
    since, due = min(one.since for one in known), min(one.due for one in known)
    belows = {one.below for one in known}
    return MandatoryTerms(
        since=since, grace=due - since, below=belows.pop() if len(belows) == 1 else ""
    )


def phase_of(terms: MandatoryTerms, at: datetime) -> Phase:
    """Return how mandatory something is on such terms."""
    if at < terms.since:
        return Phase.ANNOUNCED
    if at >= terms.due:
        return Phase.OVER
    return Phase.CLOSING if at >= terms.closes else Phase.RUNNING


def left(terms: MandatoryTerms, at: datetime) -> timedelta | None:
    """Return the mark that the grace left is not more than; None where it is longer, or not on."""
    if not terms.since <= at < terms.due:
        return None
    return next((mark for mark in MARKS if terms.due - at <= mark), None)


def turning_points(terms: MandatoryTerms) -> tuple[datetime, ...]:
    """Return each moment, in order, at which something else is to be said of such terms."""
    marks = {terms.due - mark for mark in MARKS if mark < terms.grace}
    return tuple(sorted({terms.since, terms.closes, terms.due, *marks}))


def _is_ahead(one: OfferedRelease, installed: InstalledBuild | None, *, by_build: bool) -> bool:
    """
    Return whether a release is newer than what is installed.

    A higher number is not enough: nobody is sent back to a version that they already exceed.
    """
    if installed is None:
        return True
    if installed.number is not None and installed.number >= one.number:
        return False
    if not (installed.version or installed.build):
        return True
    pairs = [(installed.version, one.version), (installed.build, one.build)]
    if by_build:
        pairs.reverse()
    known = [(order(has), order(comes)) for has, comes in pairs if has and comes]
    has, comes = [pair[0] for pair in known], [pair[1] for pair in known]
    # Two releases may be of one version; which is the newer one their numbers alone say.
    return has <= comes if installed.number is not None else has < comes


def _binds(terms: MandatoryTerms, installed: InstalledBuild | None) -> bool:
    if not terms.below or installed is None or not installed.version:
        return True
    return is_older(installed.version, terms.below)
