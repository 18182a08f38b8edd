"""A recall order: what somebody asks for when they take a release back, and what it would do."""

from dataclasses import dataclass
from typing import Final

from provisioning.actors import Actor, Identity
from provisioning.errors import Unclear

#: What testers read of it has room in any message.
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallOrder:
    """
    What somebody asks for: a release back from groups and single people, or from everybody.

    It is from everybody when neither is named. `key` is the same for each try of the same click.
    `because` is what people read.
    """

    key: str
    release_id: str
    by: Actor
    because: str
    group_ids: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.group_ids and not self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPlan:
    """
    What a recall order would do.

    `people` would lose the release, of whom `fetched` began to fetch it and are told; `keeping`
    have it by another group or by name. `groups` are names. `instead` is the version that is
    current again where this one was, None where there is none.
    """

    people: int
    fetched: int
    keeping: int = 0
    groups: tuple[str, ...] = ()
    instead: str | None = None
    shortfall: str = ""


def checked_reason(text: str) -> str:
    """Return a reason in one line. Raise Unclear, field `because`, for none or a long one."""
    reason = " ".join(text.split())
    if not reason:
        raise Unclear("Say why, in a few words: those who had it read it.", field="because")
    if len(reason) > LONGEST_REASON:
        raise Unclear(
            f"The reason has {len(reason)} characters, and {LONGEST_REASON} are the most: those "
            "who had the release read it in a message.",
            field="because",
        )
    return reason
