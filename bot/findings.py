"""Findings: what was seen of an installation, and what to do about it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TypeAlias


class Gravity(StrEnum):
    """How bad it is."""

    WELL = "well"
    SKIPPED = "skipped"  #: Not looked at, for a reason that another finding names.
    WARNING = "warning"  #: It works, and will not for ever or not for everybody.
    BROKEN = "broken"  #: Something that people need does not work.


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: *what* was looked at, what was *found*, and what is *to_do* (empty: nothing)."""

    what: str
    gravity: Gravity = Gravity.WELL
    found: str
    to_do: str = ""

    def facts(self) -> dict[str, str]:
        """Return it as JSON knows it."""
        return {key: str(value) for key, value in asdict(self).items()}


#: Looks at this installation, as far as it can be seen from within.
Examine: TypeAlias = Callable[[], Awaitable[Sequence[Finding]]]


def summary(findings: Sequence[Finding]) -> str:
    """Return in one sentence how many there are to look after."""
    broken = sum(finding.gravity is Gravity.BROKEN for finding in findings)
    warnings = sum(finding.gravity is Gravity.WARNING for finding in findings)
    if not broken and not warnings:
        return "All is well."
    parts = []
    if broken:
        parts.append(f"{broken} {'thing is' if broken == 1 else 'things are'} broken")
    if warnings:
        parts.append(f"{warnings} to look after soon")
    return f"{', '.join(parts)}."
