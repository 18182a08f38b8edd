"""A mark in a deflate stream: a state from which inflating can be taken up again."""

from dataclasses import dataclass
from typing import Any, Final

#: Packed bytes from one mark to the next.
STEP: Final = 64 << 10
#: How many marks are kept, the last ones: 2.5 MB of packed bytes, more than most signatures take.
MOST_MARKS: Final = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of inflating before some packed byte, which is behind so much content."""

    packed: int
    content: int
    state: Any
