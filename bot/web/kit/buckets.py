"""Token buckets: how often somebody may do something, counted in memory that does not grow."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Of so many who asked last it is known how often they did; the others begin anew.
REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, and as many again in each minute."""

    per_minute: int

    @property
    def per_second(self) -> float:
        return self.per_minute / 60


class Buckets:
    """A bucket for each who asks, which is full at first; *clock* tells seconds."""

    def __init__(
        self,
        rate: Rate,
        *,
        clock: Callable[[], float] = time.monotonic,
        remembered: int = REMEMBERED,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._remembered = remembered
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, key: str) -> float:
        """Take one out of a bucket; return 0, or after how many seconds there is one again."""
        left, now = self._now(key)
        wait = self._wait(left)
        self._left[key] = (left if wait else left - 1, now)
        self._left.move_to_end(key)
        if len(self._left) > self._remembered:
            self._left.popitem(last=False)
        return wait

    def wait(self, key: str) -> float:
        """Return after how many seconds there is one in a bucket, and take none."""
        return self._wait(self._now(key)[0]) if key in self._left else 0.0

    def _now(self, key: str) -> tuple[float, float]:
        """Return how many are in a bucket by now, and what time that is."""
        now, most = self._clock(), float(self._rate.per_minute)
        left, at = self._left.get(key, (most, now))
        return min(most, left + (now - at) * self._rate.per_second), now

    def _wait(self, left: float) -> float:
        return 0.0 if left >= 1 else (1 - left) / self._rate.per_second
