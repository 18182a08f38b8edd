"""A mandate order: what somebody asks for who makes a release mandatory, and what it would do."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from provisioning.actors import Actor
from provisioning.errors import Unclear
from provisioning.releases.policy import GRACE
from provisioning.releases.versions import has_numbers
from storage.records.destination import Destination

#: Terms of destinations as records of acts hold them, by the destination's id.
Kept: TypeAlias = Mapping[str, Mapping[str, Any]]

LONGEST_VERSION: Final = 100
#: What people read of it has room in any message.
LONGEST_WHY: Final = 300
#: Beyond this many people it is asked about once more.
WIDE: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateOrder:
    """
    What somebody asks for: a release mandatory in groups, or everywhere that has it.

    It begins at once without `since`. With `lifts` it is mandatory there no more, and the terms say
    nothing. `key` is the same for each try of the same click; `seen` marks the terms as the person
    saw them, None where it does not matter.
    """

    key: str
    release_id: str
    by: Actor
    group_ids: tuple[str, ...] = ()
    since: datetime | None = None
    grace: timedelta = GRACE
    below: str = ""
    lifts: bool = False
    because: str = ""
    seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatePlan:
    """
    What a mandate order would do.

    Of the `people` entitled there, `having` began to fetch it or something newer. `groups` are
    names, `singles` people who have it by name. `seen` marks the terms as they are now.
    """

    people: int
    having: int
    groups: tuple[str, ...]
    singles: int
    seen: str

    @property
    def without(self) -> int:
        return self.people - self.having

    @property
    def is_wide(self) -> bool:
        """Whether it concerns several groups, or so many people that it is asked about first."""
        return len(self.groups) + self.singles > 1 or self.people > WIDE


def kept_terms(rows: Iterable[Destination]) -> dict[str, dict[str, Any]]:
    """Return the terms of destinations as records of acts hold them."""
    return {
        row.id: {
            "from": row.mandatory_from.astimezone(UTC).isoformat() if row.mandatory_from else None,
            "grace": row.grace if row.mandatory_from else 0,
            "below": row.mandatory_below if row.mandatory_from else "",
        }
        for row in rows
    }


def set_terms(row: Destination, terms: Mapping[str, Any]) -> None:
    """Give a destination terms that a record of an act holds."""
    row.mandatory_from = datetime.fromisoformat(terms["from"]) if terms["from"] else None
    row.grace, row.mandatory_below = int(terms["grace"]), str(terms["below"])


def mark_of(kept: Kept) -> str:
    """Return a short mark of terms: equal for equal ones."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def checked_why(text: str) -> str:
    """Return why in one line. Raise Unclear, field `because`, for a long one."""
    why = " ".join(text.split())
    if len(why) > LONGEST_WHY:
        raise Unclear(
            f"The reason has {len(why)} characters, and {LONGEST_WHY} are the most.",
            field="because",
        )
    return why


def checked_version(text: str) -> str:
    """Return a version in one word. Raise Unclear, field `below`, for what is none."""
    version = text.strip()
    if not version:
        return ""
    if not has_numbers(version) or len(version) > LONGEST_VERSION or len(version.split()) > 1:
        raise Unclear(
            f"“{version[:40]}” is no version. Write it as the app has it, such as `4.2`.",
            field="below",
        )
    return version
