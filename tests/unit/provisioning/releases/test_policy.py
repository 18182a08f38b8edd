"""The one answer to "is this version mandatory for this tester now?", row by row."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from provisioning.releases.policy import (
    Demand,
    InstalledBuild,
    MandatoryTerms,
    OfferedRelease,
    Phase,
    left,
    mandatory,
    phase_of,
    turning_points,
)
from provisioning.releases.versions import is_older

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def since(hours: float, grace: float = 24, below: str = "") -> MandatoryTerms:
    """Return terms that began so many hours before noon; a negative number is to come."""
    return MandatoryTerms(
        since=NOON - timedelta(hours=hours), grace=timedelta(hours=grace), below=below
    )


def release(
    number: int, *terms: MandatoryTerms, version: str = "", **more: object
) -> OfferedRelease:
    values: dict[str, object] = {"version": version or f"{number}.0", "build": str(number), **more}
    return OfferedRelease(release_id=f"r{number}", number=number, terms=terms, **values)  # type: ignore[arg-type]


def has(number: int | None = None, version: str = "", build: str = "") -> InstalledBuild:
    """Return what is installed; a release of ours has the version that `release` gives it."""
    known = version or (f"{number}.0" if number else "")
    return InstalledBuild(number=number, version=known, build=build or str(number or ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case: what is installed and offered, and what is said of it."""

    name: str
    installed: InstalledBuild | None
    offers: tuple[OfferedRelease, ...]
    phase: Phase
    newest: int | None
    at: datetime = NOON
    platform: str = ""
    due: datetime | None = None


ROWS = (
    # What there is.
    Row(name="nothing is offered", installed=None, offers=(), phase=Phase.OPTIONAL, newest=None),
    Row(
        name="a newer one without terms",
        installed=has(1),
        offers=(release(2),),
        phase=Phase.OPTIONAL,
        newest=2,
    ),
    Row(
        name="nothing installed, nothing mandatory",
        installed=None,
        offers=(release(2),),
        phase=Phase.OPTIONAL,
        newest=2,
    ),
    Row(
        name="nothing installed, mandatory",
        installed=None,
        offers=(release(2, since(1)),),
        phase=Phase.RUNNING,
        newest=2,
        due=NOON + 23 * HOUR,
    ),
    Row(
        name="the very release is installed",
        installed=has(2),
        offers=(release(2, since(1)),),
        phase=Phase.OPTIONAL,
        newest=None,
    ),
    Row(
        name="a newer release than the mandatory one is installed",
        installed=has(3),
        offers=(release(2, since(1)),),
        phase=Phase.OPTIONAL,
        newest=None,
    ),
    # The time.
    Row(
        name="before it begins",
        installed=has(1),
        offers=(release(2, since(-1)),),
        phase=Phase.ANNOUNCED,
        newest=2,
        due=NOON + 25 * HOUR,
    ),
    Row(
        name="at the very moment it begins",
        installed=has(1),
        offers=(release(2, since(0)),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="in the middle",
        installed=has(1),
        offers=(release(2, since(12)),),
        phase=Phase.RUNNING,
        newest=2,
        due=NOON + 12 * HOUR,
    ),
    Row(
        name="two hours before the end of a day",
        installed=has(1),
        offers=(release(2, since(22)),),
        phase=Phase.CLOSING,
        newest=2,
    ),
    Row(
        name="a second before those two hours",
        installed=has(1),
        offers=(release(2, since(22)),),
        phase=Phase.RUNNING,
        newest=2,
        at=NOON - timedelta(seconds=1),
    ),
    Row(
        name="at the very moment it ends",
        installed=has(1),
        offers=(release(2, since(24)),),
        phase=Phase.OVER,
        newest=2,
        due=NOON,
    ),
    Row(
        name="long after",
        installed=has(1),
        offers=(release(2, since(2400)),),
        phase=Phase.OVER,
        newest=2,
    ),
    Row(
        name="without a grace it is over at once",
        installed=has(1),
        offers=(release(2, since(0, grace=0)),),
        phase=Phase.OVER,
        newest=2,
        due=NOON,
    ),
    Row(
        name="without a grace, before it begins",
        installed=has(1),
        offers=(release(2, since(-0.5, grace=0)),),
        phase=Phase.ANNOUNCED,
        newest=2,
    ),
    Row(
        name="a short grace closes in its last quarter",
        installed=has(1),
        offers=(release(2, since(0.75, grace=1)),),
        phase=Phase.CLOSING,
        newest=2,
    ),
    Row(
        name="a short grace before its last quarter",
        installed=has(1),
        offers=(release(2, since(0.7, grace=1)),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    # Only below a version.
    Row(
        name="below, and it is",
        installed=has(1, "4.1"),
        offers=(release(2, since(1, below="4.2"), version="4.3"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="below, and it is that version",
        installed=has(1, "4.2"),
        offers=(release(2, since(1, below="4.2"), version="4.3"),),
        phase=Phase.OPTIONAL,
        newest=2,
    ),
    Row(
        name="below, and it is above",
        installed=has(1, "4.2.1"),
        offers=(release(2, since(1, below="4.2"), version="4.3"),),
        phase=Phase.OPTIONAL,
        newest=2,
    ),
    Row(
        name="below compares numbers, not letters",
        installed=has(1, "4.9"),
        offers=(release(2, since(1, below="4.10"), version="4.11"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="a beta is below its version",
        installed=has(1, "4.2-beta.3"),
        offers=(release(2, since(1, below="4.2"), version="4.3"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="below, and nothing is known of what is installed",
        installed=None,
        offers=(release(2, since(1, below="4.2"), version="4.3"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="below a version that the release does not have itself",
        installed=has(1, "4.2"),
        offers=(release(2, since(1, below="9.0"), version="4.3"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    # Several releases in between.
    Row(
        name="one in between is mandatory, the newest is not",
        installed=has(1),
        offers=(release(2, since(1)), release(3)),
        phase=Phase.RUNNING,
        newest=3,
    ),
    Row(
        name="that in between is over",
        installed=has(1),
        offers=(release(2, since(30)), release(3)),
        phase=Phase.OVER,
        newest=3,
    ),
    Row(
        name="what is mandatory was passed",
        installed=has(2),
        offers=(release(2, since(1)), release(3)),
        phase=Phase.OPTIONAL,
        newest=3,
    ),
    Row(
        name="of two mandatory ones the first to end counts",
        installed=has(1),
        offers=(release(2, since(30)), release(3, since(1))),
        phase=Phase.OVER,
        newest=3,
        due=NOON - 6 * HOUR,
    ),
    Row(
        name="of two mandatory ones the first was passed",
        installed=has(2),
        offers=(release(2, since(30)), release(3, since(1))),
        phase=Phase.RUNNING,
        newest=3,
    ),
    Row(
        name="one that is to come ends before the one that runs",
        installed=has(1),
        offers=(release(2, since(1, grace=48)), release(3, since(-1, grace=0))),
        phase=Phase.RUNNING,
        newest=3,
        due=NOON + HOUR,
    ),
    Row(
        name="what was recalled in between does not bind",
        installed=has(1),
        offers=(release(2, since(30), is_open=False), release(3)),
        phase=Phase.OPTIONAL,
        newest=3,
    ),
    Row(
        name="the newest was recalled",
        installed=has(1),
        offers=(release(2, since(1)), release(3, since(30), is_open=False)),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="below counts for the release that says so",
        installed=has(1, "4.5"),
        offers=(release(2, since(30, below="4.2"), version="4.6"), release(3, version="4.7")),
        phase=Phase.OPTIONAL,
        newest=3,
    ),
    # Two groups with terms of their own.
    Row(
        name="of two groups one has it mandatory",
        installed=has(1),
        offers=(release(2), release(2, since(1))),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="of two groups the shorter grace counts",
        installed=has(1),
        offers=(release(2, since(5, grace=48), since(5, grace=4)),),
        phase=Phase.OVER,
        newest=2,
        due=NOON - HOUR,
    ),
    Row(
        name="of two groups the earlier start counts",
        installed=has(1),
        offers=(release(2, since(-5), since(1)),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="of two groups one is meant only below",
        installed=has(1, "4.2"),
        offers=(release(2, since(30, below="4.2"), since(1), version="4.3"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="both groups are to come",
        installed=has(1),
        offers=(release(2, since(-5), since(-3, grace=1)),),
        phase=Phase.ANNOUNCED,
        newest=2,
        due=NOON + 4 * HOUR,
    ),
    # What the device tells of itself.
    Row(
        name="an older version that is no release here",
        installed=has(None, "1.5", "15"),
        offers=(release(2, since(1), version="2.0"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="a newer version that is no release here",
        installed=has(None, "2.5", "25"),
        offers=(release(2, since(30), version="2.0"),),
        phase=Phase.OPTIONAL,
        newest=None,
    ),
    Row(
        name="the same version and build, told by the device",
        installed=has(None, "2.0", "2"),
        offers=(release(2, since(30), version="2.0"),),
        phase=Phase.OPTIONAL,
        newest=None,
    ),
    Row(
        name="the same version, an older build",
        installed=has(None, "2.0", "1"),
        offers=(release(2, since(1), version="2.0"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="a higher number of a lower version is no update",
        installed=has(1, "3.0", "30"),
        offers=(release(2, since(30), version="2.0"),),
        phase=Phase.OPTIONAL,
        newest=None,
    ),
    Row(
        name="a release again of the same version and build",
        installed=has(1, "2.0", "2"),
        offers=(release(2, since(1), version="2.0"),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    Row(
        name="Android compares builds first",
        installed=has(1, "3.0", "1"),
        offers=(release(2, since(1), version="2.0"),),
        phase=Phase.RUNNING,
        newest=2,
        platform="android",
    ),
    Row(
        name="a lower build is none for Android",
        installed=has(1, "1.0", "7"),
        offers=(release(2, since(1), version="2.0"),),
        phase=Phase.OPTIONAL,
        newest=None,
        platform="android",
    ),
    Row(
        name="a build of ours without a version",
        installed=has(1, "1.0"),
        offers=(release(2, since(1), version="", build=""),),
        phase=Phase.RUNNING,
        newest=2,
    ),
    # Undo and other terms: nothing is remembered but what holds.
    Row(name="lifted", installed=has(1), offers=(release(2),), phase=Phase.OPTIONAL, newest=2),
    Row(
        name="put off after it was over",
        installed=has(1),
        offers=(release(2, since(-48)),),
        phase=Phase.ANNOUNCED,
        newest=2,
    ),
    Row(
        name="undone, so that the longer grace is back",
        installed=has(1),
        offers=(release(2, since(30, grace=72)),),
        phase=Phase.RUNNING,
        newest=2,
        due=NOON + 42 * HOUR,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_mandatory(row: Row) -> None:
    found = mandatory(row.installed, row.offers, row.at, platform=row.platform)

    assert found.phase is row.phase
    assert (found.newest.number if found.newest else None) == row.newest
    assert found.is_mandatory is (row.phase in {Phase.RUNNING, Phase.CLOSING, Phase.OVER})
    assert found.is_blocking is (row.phase is Phase.OVER)
    if row.due is not None:
        assert found.terms is not None
        assert found.terms.due == row.due


def berlin(day: int, hour: int, *, month: int, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, 30, tzinfo=BERLIN, fold=fold).astimezone(UTC)


#: From half past, with a day of grace: clocks go forward on 29 March and back on 25 October.
SUMMER_TIME = (
    ("a day that is an hour short ends an hour later by the clock", 3, (28, 12), (29, 13)),
    ("a day that is an hour long ends an hour earlier by the clock", 10, (24, 12), (25, 11)),
    ("a day without a change ends at the same time", 5, (4, 12), (5, 12)),
)


@pytest.mark.parametrize(("name", "month", "begins", "ends"), SUMMER_TIME)
def test_a_grace_is_a_length_of_time_whatever_clocks_do(
    name: str, month: int, begins: tuple[int, int], ends: tuple[int, int]
) -> None:
    terms = MandatoryTerms(since=berlin(*begins, month=month), grace=DAY)
    due = berlin(*ends, month=month)

    assert terms.due == due, name
    assert phase_of(terms, due - timedelta(seconds=1)) is Phase.CLOSING
    assert phase_of(terms, due) is Phase.OVER
    # The same moments, said by the clock of another zone, are the same.
    assert phase_of(terms, due.astimezone(ZoneInfo("America/New_York"))) is Phase.OVER


@pytest.mark.parametrize(("fold", "phase"), [(0, Phase.ANNOUNCED), (1, Phase.RUNNING)])
def test_of_an_hour_that_comes_twice_the_second_one_is_later(fold: int, phase: Phase) -> None:
    terms = MandatoryTerms(since=datetime(2026, 10, 25, 1, 0, tzinfo=UTC), grace=DAY)

    assert phase_of(terms, berlin(25, 2, month=10, fold=fold)) is phase


@pytest.mark.parametrize(
    ("hours", "mark"), [(0, 24), (11.5, 24), (12, 12), (17.9, 12), (18, 6), (23.5, 1)]
)
def test_what_is_left_is_said_by_the_next_mark(hours: float, mark: int) -> None:
    assert left(since(hours), NOON) == timedelta(hours=mark)


def test_nothing_is_left_before_it_begins_and_after_it_ends() -> None:
    assert [left(since(hours), NOON) for hours in (-1, 24, 30)] == [None, None, None]


def test_something_else_is_said_at_its_turning_points_and_at_no_other_moment() -> None:
    terms = since(0)
    points = turning_points(terms)

    said = [
        (phase_of(terms, moment), left(terms, moment))
        for step in range(-60, 25 * 60)
        for moment in [NOON + timedelta(minutes=step)]
    ]
    changes = sum(before != after for before, after in pairwise(said))

    assert changes == len(points)
    assert points == (NOON, *(NOON + timedelta(hours=hours) for hours in (12, 18, 21, 22, 23, 24)))


VERSIONS = some.builds(
    lambda numbers, suffix: ".".join(map(str, numbers)) + suffix,
    some.lists(some.integers(0, 12), min_size=1, max_size=3),
    some.sampled_from(["", "", "-beta", "-beta.2", "-rc.1"]),
)
TERMS = some.builds(
    since,
    some.integers(-50, 50),
    some.integers(0, 48),
    some.one_of(some.just(""), VERSIONS),
)
OFFERS = some.lists(
    some.builds(
        OfferedRelease,
        release_id=some.sampled_from(["a", "b", "c"]),
        number=some.integers(1, 9),
        version=VERSIONS,
        build=some.integers(1, 50).map(str),
        terms=some.lists(TERMS, max_size=2).map(tuple),
        is_open=some.booleans(),
    ),
    max_size=5,
)
INSTALLED = some.builds(
    InstalledBuild,
    number=some.one_of(some.none(), some.integers(1, 9)),
    version=VERSIONS,
    build=some.integers(1, 50).map(str),
)


@given(INSTALLED, OFFERS, some.sampled_from(["ios", "android"]))
def test_nobody_has_to_install_a_version_that_they_exceed(
    installed: InstalledBuild, offers: list[OfferedRelease], platform: str
) -> None:
    found = mandatory(installed, offers, NOON, platform=platform)

    if not found.is_mandatory:
        return
    assert found.newest is not None
    assert not _exceeds(installed, found.newest, platform)
    # Some release binds that is ahead of what is installed, by what is said of it itself.
    binding = [one for one in offers if one.release_id in found.binding and one.is_open]
    assert any(one.terms and not _exceeds(installed, one, platform) for one in binding)
    assert any(terms.since <= NOON for one in binding for terms in one.terms)


def _exceeds(installed: InstalledBuild, one: OfferedRelease, platform: str) -> bool:
    """Say by other means that somebody has what comes after a release."""
    if installed.number is not None and installed.number >= one.number:
        return True
    if platform == "android" and installed.build != one.build:
        return int(installed.build) > int(one.build)
    if is_older(one.version, installed.version):
        return True
    same = not is_older(installed.version, one.version)
    return same and platform != "android" and int(installed.build) > int(one.build)


@given(OFFERS, some.integers(-60, 60), some.integers(0, 60))
def test_it_never_becomes_less_mandatory_by_waiting(
    offers: list[OfferedRelease], hours: int, more: int
) -> None:
    order = [Phase.OPTIONAL, Phase.ANNOUNCED, Phase.RUNNING, Phase.CLOSING, Phase.OVER]

    def rank(at: datetime) -> int:
        return order.index(mandatory(None, offers, at).phase)

    at = NOON + timedelta(hours=hours)
    assert rank(at) <= rank(at + timedelta(hours=more))


def test_nothing_is_demanded_by_default() -> None:
    assert Demand().phase is Phase.OPTIONAL
