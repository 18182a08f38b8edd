"""Words of ours that stand in sentences, the same through every door."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

#: A moment as `moment` writes it; a door that knows the reader's zone says it in that.
MOMENT = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC\b")

_FORM = "%d %B %Y, %H:%M UTC"


def moment(when: datetime) -> str:
    """Return an aware time to the minute, with its zone: `3 March 2027, 06:05 UTC`."""
    return when.astimezone(UTC).strftime(_FORM).removeprefix("0")


def day(when: date) -> str:
    """Return a date, of an aware time that in UTC: `3 March 2027`."""
    on = when.astimezone(UTC) if isinstance(when, datetime) else when
    return on.strftime("%d %B %Y").removeprefix("0")


def builds_of(platforms: Sequence[str], version: str) -> str:
    """Return `the Android build of 2.5.0`, `the iOS and macOS builds of 2.5.0`."""
    *others, last = platforms or ("other",)
    named = f"{', '.join(others)} and {last}" if others else last
    return f"the {named} {'builds' if others else 'build'} of {version}"


def moment_in(text: str) -> datetime | None:
    """Return the time that *text*, as `moment` writes one, means; None when it means none."""
    try:
        return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
