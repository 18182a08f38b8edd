"""Growing pauses between attempts at something that may work again at any time."""

from collections.abc import Iterator


def growing(first: float, longest: float) -> Iterator[float]:
    """Yield *first*, then twice as much each time, and *longest* for ever; in seconds."""
    pause = first
    while True:
        yield min(pause, longest)
        pause = min(pause * 2, longest)
