"""
When: the moment, or the length of time, that somebody means who typed it.

A time of day is one of the asker's own zone. Where clocks are put forward over it, it is as much
later as they were put forward: 2:30 is 3:30 then. Where clocks are put back and it comes twice, the
first one is meant. `in 2 hours` counts real hours, whatever clocks do meanwhile.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from provisioning.errors import Unclear

#: Further ahead nobody plans, and a year mistyped is found.
FURTHEST: Final = timedelta(days=366)
#: Longer than this nothing is left to people that they have to do.
LONGEST: Final = timedelta(days=90)
#: So far back a moment is still now: forms take a while to be filled in.
JUST_NOW: Final = timedelta(minutes=15)

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOW: Final = frozenset({"", "now", "at once", "immediately", "right now"})
NONE: Final = frozenset({"none", "no", "0", "at once"})
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LENGTH: Final = re.compile(
    r"(\d{1,5})\s*(minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![a-z])"
)
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t\s]+|$)(?:at\s+)?(.*)")
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?(?:\s*o'clock)?")
_AFTERNOON: Final = 12

HOW: Final = (
    "Say it as `now`, `in 2 hours`, `Thursday 10:00`, `tomorrow 9:00` or `2026-12-01 10:00`."
)


def zone_named(name: str | None) -> tzinfo:
    """Return a zone by its name of the IANA; UTC for none, and for one that is not known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment_meant(text: str, zone: tzinfo, at: datetime) -> datetime:
    """
    Return the moment, in UTC, that *text* means to somebody in a zone who says it at a moment.

    Raise Unclear, field `from`, for what means none, has passed, or is too far ahead.
    """
    said = " ".join(text.lower().split())
    if said in NOW:
        return at
    if said.startswith("in "):
        found = at + length_meant(said.removeprefix("in "), field="from")
    else:
        found = _of_clock(said, zone, at)
    return checked(found, at)


def checked(found: datetime, at: datetime) -> datetime:
    """Return a moment, which is now where it has just passed. Raise Unclear, field `from`."""
    if found < at - JUST_NOW:
        raise Unclear("That moment has passed. Choose one that is to come.", field="from")
    if found > at + FURTHEST:
        raise Unclear("That is more than a year ahead. Choose a moment before that.", field="from")
    return max(found, at)


def length_meant(text: str, *, field: str = "grace") -> timedelta:
    """Return how long somebody means: `24h`, `90 min`, `2 days`, `1d 12h`, `none`. Or Unclear."""
    said = " ".join(text.lower().split())
    if said in NONE:
        return timedelta()
    parts = _LENGTH.findall(said)
    rest = _LENGTH.sub("", said).replace("and", "").strip(" ,")
    if not parts or rest:
        raise Unclear(
            f"“{text.strip()[:40]}” is no length of time. Say it as `24h`, `90 min` or `2 days`.",
            field=field,
        )
    found = sum((timedelta(**{_UNITS[unit[0]]: int(count)}) for count, unit in parts), timedelta())
    if found > LONGEST and field == "grace":
        raise Unclear(f"A grace has at most {LONGEST.days} days.", field=field)
    return found


def _of_clock(said: str, zone: tzinfo, at: datetime) -> datetime:
    """Return a moment that was said by the clock on the wall, with a day or without one."""
    today = at.astimezone(zone).date()
    dated = _DATE.fullmatch(said)
    if dated is not None:
        try:
            on = date(int(dated[1]), int(dated[2]), int(dated[3]))
        except ValueError:
            raise _unclear(said) from None
        return _on(on, _time_of(dated[4], said), zone)
    word, _, rest = said.partition(" ")
    rest = rest.removeprefix("at ")
    if word in {"today", "tomorrow"}:
        return _on(today + timedelta(days=word == "tomorrow"), _time_of(rest, said), zone)
    weekday = _weekday(word)
    clock = _time_of(said.removeprefix("at ") if weekday is None else rest, said)
    if weekday is None:
        found, step = _on(today, clock, zone), timedelta(days=1)
    else:
        today += timedelta(days=(weekday - today.weekday()) % 7)
        found, step = _on(today, clock, zone), timedelta(days=7)
    # Said on a Thursday after ten, `Thursday 10:00` is that of next week.
    return found if found > at else _on(today + step, clock, zone)


def _on(day: date, clock: time, zone: tzinfo) -> datetime:
    wall = datetime.combine(day, clock, tzinfo=zone)
    return wall.replace(fold=0).astimezone(UTC)


def _weekday(word: str) -> int | None:
    """Return the day of the week that a word begins, with three letters or more."""
    if len(word.rstrip(".,")) < len("mon"):
        return None
    found = [day for day, name in enumerate(WEEKDAYS) if name.startswith(word.rstrip(".,"))]
    return found[0] if found else None


def _time_of(text: str, said: str) -> time:
    """Return a time of day. Raise Unclear for none."""
    words = {"noon": time(12), "midnight": time(0)}
    if text in words:
        return words[text]
    found = _TIME.fullmatch(text)
    if found is None:
        raise _unclear(said)
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= _AFTERNOON:
        raise _unclear(said)
    if half:
        hour = hour % _AFTERNOON + (_AFTERNOON if half == "pm" else 0)
    elif found[2] is None:
        raise _unclear(said)  # A bare number may be a day as well.
    try:
        return time(hour, minute)
    except ValueError:
        raise _unclear(said) from None


def _unclear(said: str) -> Unclear:
    return Unclear(f"I do not know when “{said[:60]}” is. {HOW}", field="from")
