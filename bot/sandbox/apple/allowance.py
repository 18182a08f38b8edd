"""How often a key may call: so many times in any hour."""

from collections import defaultdict, deque

from bot.sandbox.apple.errors import TooMany
from bot.sandbox.clock import Clock

HOUR = 3600.0
USUAL_LIMIT = 3500


class Allowance:
    """
    Counts the calls of each key over a rolling hour of the sandbox's clock.

    *at_once* bounds the calls of one key that run at the same time; None does not.
    """

    def __init__(self, clock: Clock) -> None:
        self.hourly = USUAL_LIMIT
        self.at_once: int | None = None
        self._clock = clock
        self._taken: dict[str, deque[float]] = defaultdict(deque)
        self._running: dict[str, int] = defaultdict(int)

    def take(self, key_id: str, running: int) -> None:
        """
        Count one call, the *running*-th of those that run now.

        Raise TooMany if the hour is used up, or too many run at the same time.
        """
        if self.at_once is not None and running > self.at_once:
            raise TooMany("Too many requests of this key run at the same time.")
        if self.left(key_id) <= 0:
            raise TooMany(f"This key has made {self.hourly} requests within an hour.")
        self._taken[key_id].append(self._clock.now())

    def left(self, key_id: str) -> int:
        taken = self._taken[key_id]
        while taken and taken[0] <= self._clock.now() - HOUR:
            taken.popleft()
        return max(0, self.hourly - len(taken))

    def header(self, key_id: str) -> str:
        """Return the value of `X-Rate-Limit` for a key."""
        return f"user-hour-lim:{self.hourly};user-hour-rem:{self.left(key_id)};"

    def begin(self, key_id: str) -> int:
        """Note that a call of a key begins, and return how many of them run now."""
        self._running[key_id] += 1
        return self._running[key_id]

    def end(self, key_id: str) -> None:
        self._running[key_id] -= 1
