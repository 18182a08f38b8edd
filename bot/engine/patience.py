"""Whether a step is tried again, and when."""

import time

from bot.engine.timing import Timing
from storage.catalog.outage import is_outage
from storage.errors import SlipwayError

#: How often an act is tried whose error nobody foresaw.
TRIES = 5


class Patience:
    """
    The patience with one step, from its first try on.

    An error that may pass by itself is tried again until *within* seconds are over. An error of
    ours that says what is so is final at once, and so is a TypeError: it is a mistake of ours and
    will be there the next time too. Any other error is tried a few times.
    """

    def __init__(self, timing: Timing, within: float) -> None:
        self._longest, self._growth = timing.longest_pause, timing.growth
        self._pause = timing.first_pause
        self._until = time.monotonic() + within
        self._surprises = 0

    def pause_after(self, error: Exception) -> float | None:
        """Return how many seconds to wait before the next try, None when *error* is final."""
        if not may_pass(error):
            self._surprises += 1
            if isinstance(error, SlipwayError | TypeError) or self._surprises >= TRIES:
                return None
        pause = min(self._pause, self._longest)
        self._pause = pause * self._growth
        return pause if time.monotonic() + pause <= self._until else None


def may_pass(error: Exception) -> bool:
    """Say whether an error may pass by itself: ours says so in its class."""
    return is_outage(error) or (isinstance(error, SlipwayError) and error.transient)
