"""
What reading the parts of one package may take, all of them together.

Each part has a limit of its own, and a package may have hundreds of parts: a hundred lists, each
as large as one may be, would cost a hundred times what one does. The inspector opens an allowance
for each file; whoever takes a list, a document or a signature apart spends of it first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from storage.inspection.rejection import Exhausted

#: Tags of property lists, where a value has two of them, and what takes as long as a tag.
TAGS = 600_000
#: Elements of signatures and certificates that are walked over.
STEPS = 500_000
#: Bytes of parts that are read whole, but for those of which a package has one.
PART_BYTES = 64 << 20


@dataclass(slots=True)
class Allowance:
    """What is left for a package; raise Exhausted when something of it is spent."""

    tags: int = TAGS
    steps: int = STEPS
    part_bytes: int = PART_BYTES

    def spend_tags(self, count: int) -> None:
        self.tags -= count
        if self.tags < 0:
            raise Exhausted("The lists in the package hold too many values, all taken together.")

    def spend_steps(self, count: int) -> None:
        self.steps -= count
        if self.steps < 0:
            raise Exhausted("The signatures in the package hold too much, all taken together.")

    def spend_bytes(self, count: int) -> None:
        self.part_bytes -= count
        if self.part_bytes < 0:
            raise Exhausted("The parts of the package are too big, all taken together.")


_OPEN: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def opened() -> Iterator[None]:
    """Open an allowance for a package; what is read inside of the package shares it."""
    token = _OPEN.set(Allowance())
    try:
        yield
    finally:
        _OPEN.reset(token)


def current() -> Allowance:
    """Return the allowance of the package that is being read; outside of one, a fresh one."""
    return _OPEN.get() or Allowance()
