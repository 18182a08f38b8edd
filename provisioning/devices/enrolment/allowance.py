"""How much is done in a span of time, whoever asks for it."""

import time
from collections.abc import Callable
from typing import Final

MINUTE: Final = 60.0


class Allowance:
    """
    Lets *most* things through in a minute, evenly after the first of them.

    It counts in one number and knows nobody: no address is kept, and a thousand who ask take no
    more memory than one. *clock* gives seconds that never go back.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(most)
        self._clock = clock
        self._left = self._most
        self._seen = clock()

    def take(self) -> bool:
        """Return whether there is one more now."""
        at = self._clock()
        self._left = min(self._most, self._left + (at - self._seen) * self._most / MINUTE)
        self._seen = at
        if self._left < 1:
            return False
        self._left -= 1
        return True
