"""What time it is at Apple: tokens hold by its clock, and answers tell it."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

#: In seconds: the header tells whole ones, and an answer takes a while.
NOTABLE = 30.0
#: In seconds: Apple counts calls over an hour, so nobody has to wait longer.
LONGEST_PAUSE = 3600.0


class AppleClock:
    """Our clock, and how far Apple's is ahead of it. Times are seconds since 1970."""

    def __init__(self, ours: Callable[[], float] = time.time) -> None:
        self.ours = ours
        self.skew = timedelta()

    def now(self) -> float:
        """Return the time at Apple: with a clock that is wrong every token would be refused."""
        return self.ours() + (self.skew.total_seconds() if self.is_wrong else 0.0)

    def note(self, headers: Mapping[str, str], at: float) -> None:
        """Compare the `Date` of an answer with our time *at* which it was written."""
        apple = _moment(headers.get("date", ""))
        if apple is not None:
            self.skew = timedelta(seconds=apple - at)

    @property
    def is_wrong(self) -> bool:
        return abs(self.skew.total_seconds()) > NOTABLE

    @property
    def complaint(self) -> str:
        """Return a sentence about a clock that is wrong, empty about one that is not."""
        if not self.is_wrong:
            return ""
        seconds = self.skew.total_seconds()
        minutes = max(round(abs(seconds) / 60), 1)
        way = "behind" if seconds > 0 else "ahead of"
        return f"The clock of this machine is about {minutes} min {way} Apple's."


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the pause in seconds that Apple asks for; the header holds those, or a date."""
    text = headers.get("retry-after", "").strip()
    moment = now + float(text[:9]) if text.isdecimal() else _moment(text)
    return None if moment is None else min(max(moment - now, 0.0), LONGEST_PAUSE)


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
