"""How long to wait before asking again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """
    So many tries, and growing pauses in seconds between them.

    These are the pauses within one call. Whoever made it tries again for hours.
    """

    tries: int = 5
    first: float = 1.0
    longest: float = 60.0

    def pauses(self) -> Iterator[float]:
        """Yield the pause after each try, each about twice the one before, no two callers alike."""
        for number in range(self.tries):
            whole = min(self.first * 2**number, self.longest)
            yield whole * random.uniform(0.5, 1)  # noqa: S311 - it need not be secret
