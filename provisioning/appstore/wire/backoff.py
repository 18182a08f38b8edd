"""How long to wait before asking again."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    So many tries, and growing pauses in seconds between them.

    Nothing is begun anew after `within` seconds. This is the patience within one call; whoever made
    it tries again for hours.
    """

    tries: int = 5
    first: float = 1.0
    longest: float = 60.0
    within: float = 180.0

    def pauses(self) -> Iterator[float]:
        """
        Yield the pause after each try, and none after the last.

        Each is about twice the one before, and no two callers have the same.
        """
        until = time.monotonic() + self.within
        for number in range(self.tries - 1):
            whole = min(self.first * 2**number, self.longest)
            yield whole * random.uniform(0.5, 1)  # noqa: S311 - it need not be secret
            if time.monotonic() > until:
                return
        yield 0.0
