"""What somebody means who types a time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from provisioning.errors import Unclear
from provisioning.releases.when import length_meant, moment_meant, zone_named

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
#: A Monday, three in the afternoon in Berlin.
MONDAY = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)

MEANT = (
    ("now", BERLIN, MONDAY, MONDAY),
    ("", BERLIN, MONDAY, MONDAY),
    ("in 2 hours", BERLIN, MONDAY, MONDAY + timedelta(hours=2)),
    ("in 90 min", BERLIN, MONDAY, MONDAY + timedelta(minutes=90)),
    ("in 1 day and 2 hours", BERLIN, MONDAY, MONDAY + timedelta(hours=26)),
    ("Thursday 10:00", BERLIN, MONDAY, datetime(2026, 12, 3, 9, 0, tzinfo=UTC)),
    ("thu at 10am", NEW_YORK, MONDAY, datetime(2026, 12, 3, 15, 0, tzinfo=UTC)),
    ("Monday 16:00", BERLIN, MONDAY, datetime(2026, 11, 30, 15, 0, tzinfo=UTC)),
    ("Monday 14:00", BERLIN, MONDAY, datetime(2026, 12, 7, 13, 0, tzinfo=UTC)),
    ("today 18:30", BERLIN, MONDAY, datetime(2026, 11, 30, 17, 30, tzinfo=UTC)),
    ("tomorrow 9:00", BERLIN, MONDAY, datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
    ("tomorrow noon", NEW_YORK, MONDAY, datetime(2026, 12, 1, 17, 0, tzinfo=UTC)),
    ("16:00", BERLIN, MONDAY, datetime(2026, 11, 30, 15, 0, tzinfo=UTC)),
    ("at 10:00", BERLIN, MONDAY, datetime(2026, 12, 1, 9, 0, tzinfo=UTC)),
    ("2026-12-24 18:00", BERLIN, MONDAY, datetime(2026, 12, 24, 17, 0, tzinfo=UTC)),
    ("2026-12-24T18:00", BERLIN, MONDAY, datetime(2026, 12, 24, 17, 0, tzinfo=UTC)),
    # The day is the asker's own: in New York it is still Sunday, in Auckland Tuesday.
    (
        "today 23:00",
        NEW_YORK,
        datetime(2026, 11, 30, 3, 0, tzinfo=UTC),
        datetime(2026, 11, 30, 4, 0, tzinfo=UTC),
    ),
    (
        "tomorrow 9:00",
        ZoneInfo("Pacific/Auckland"),
        MONDAY,
        datetime(2026, 12, 1, 20, 0, tzinfo=UTC),
    ),
    # A moment that has just passed is now: a form takes a while to fill in.
    ("2026-11-30 14:55", BERLIN, MONDAY, MONDAY),
)


@pytest.mark.parametrize(("text", "zone", "at", "meant"), MEANT)
def test_a_moment_is_meant_in_the_askers_own_zone(
    text: str, zone: ZoneInfo, at: datetime, meant: datetime
) -> None:
    assert moment_meant(text, zone, at) == meant


SUMMER_TIME = (
    # Clocks go forward on 29 March at 2:00, and back on 25 October at 3:00.
    ("2027-03-28 01:59", datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
    ("2027-03-28 02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # There is none: 3:30.
    ("2027-03-28 03:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ("2027-10-31 02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # Twice: the first.
    ("2027-10-31 03:00", datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
)


@pytest.mark.parametrize(("text", "meant"), SUMMER_TIME)
def test_clocks_that_are_changed_leave_no_doubt(text: str, meant: datetime) -> None:
    assert moment_meant(text, BERLIN, datetime(2027, 2, 1, tzinfo=UTC)) == meant


def test_hours_are_counted_and_days_are_dated_over_a_change() -> None:
    at = datetime(2027, 3, 27, 11, 0, tzinfo=UTC)  # Noon, the day before.

    assert moment_meant("in 24 hours", BERLIN, at) == at + timedelta(hours=24)
    assert moment_meant("tomorrow 12:00", BERLIN, at) == at + timedelta(hours=23)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("some day", "I do not know when “some day” is."),
        ("Thursday", "I do not know when “thursday” is."),
        ("10", "I do not know when “10” is."),
        ("Thursday 25:00", "I do not know"),
        ("13pm", "I do not know"),
        ("2026-02-30 10:00", "I do not know"),
        ("2025-12-01 10:00", "That moment has passed."),
        ("2030-12-01 10:00", "more than a year ahead"),
        ("in a while", "no length of time"),
    ],
)
def test_what_means_no_moment_is_said(text: str, said: str) -> None:
    with pytest.raises(Unclear, match=said) as caught:
        moment_meant(text, BERLIN, MONDAY)

    assert caught.value.field == "from"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("24h", 24),
        ("24 h", 24),
        ("90 min", 1.5),
        ("2 days", 48),
        ("1d12h", 36),
        ("none", 0),
        ("1 week", 168),
        ("0", 0),
    ],
)
def test_a_length_of_time(text: str, hours: float) -> None:
    assert length_meant(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "soon", "24", "24hx", "1000 days", "-2h"])
def test_what_is_no_grace_is_said(text: str) -> None:
    with pytest.raises(Unclear) as caught:
        length_meant(text)

    assert caught.value.field == "grace"


def test_a_zone_that_nobody_knows_is_utc() -> None:
    assert [zone_named(name) for name in (None, "", "Mars/Base", "../etc")] == [UTC] * 4
    assert zone_named("Europe/Berlin") == BERLIN
