"""The clock of a sandbox, which a test can put forward."""

import time


class Clock:
    """Tells the time in seconds since 1970."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward, e.g. to let a response URL expire or a phone get ready."""
        self._ahead += seconds
