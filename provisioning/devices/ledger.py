"""The ledger of places: what each team has left of each family, and how long that will do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from provisioning.devices.families import PLACES, family_name
from storage.records.slot import Slot

#: A device on which nothing was installed for so long is one to give up in renewal week.
IDLE_AFTER: Final = timedelta(days=180)
#: A forecast looks so far back.
LOOKS_BACK: Final = timedelta(days=90)
#: Fewer than this in that time foretell nothing.
LEAST_FOR_A_FORECAST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOwner:
    """
    Whose a place is: a device of ours with its owner, and when they installed something last.

    One who `left` has it until somebody hands it over or disables it.
    """

    device_id: str
    name: str
    owner: str
    seen_at: datetime | None
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPlace:
    """One place that is taken; `owner` is None for a device that only Apple's list knows."""

    tail: str
    name: str
    model: str
    status: str
    added_at: datetime | None
    owner: PlaceOwner | None

    def is_idle(self, at: datetime) -> bool:
        """Return whether nothing was installed on it for so long that its place is wasted."""
        since = at - IDLE_AFTER
        if self.added_at is not None and self.added_at > since:
            return False
        return self.owner is None or self.owner.seen_at is None or self.owner.seen_at < since


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLedger:
    """
    The places of one family in one team's membership year.

    `pending` wait for approval or are being registered; `full_on` is the day on which the last
    place will be gone at the pace of the last 90 days, None where nothing foretells one.
    """

    family: str
    taken: tuple[TakenPlace, ...]
    pending: int
    full_on: date | None

    @property
    def name(self) -> str:
        return family_name(self.family)

    @property
    def used(self) -> int:
        return len(self.taken)

    @property
    def free(self) -> int:
        return max(0, PLACES - self.used)


def ledger(
    slots: Sequence[Slot],
    owners: Mapping[str, PlaceOwner],
    pending: Mapping[str, int],
    *,
    at: datetime,
) -> list[FamilyLedger]:
    """
    Return the ledger of a team's families, the fullest first.

    *owners* are by UDID in lower case, *pending* counts requests by family.
    """
    of_family: dict[str, list[Slot]] = {family: [] for family in pending}
    for slot in slots:
        of_family.setdefault(slot.family, []).append(slot)
    found = [
        FamilyLedger(
            family=family,
            taken=tuple(_taken(slot, owners.get(slot.udid)) for slot in rows),
            pending=pending.get(family, 0),
            full_on=full_on(rows, at=at),
        )
        for family, rows in of_family.items()
    ]
    return sorted(found, key=lambda one: (one.free, one.name))


def full_on(slots: Sequence[Slot], *, at: datetime) -> date | None:
    """Return the day on which a family is full at its pace, None for one that stands still."""
    since = at - LOOKS_BACK
    recent = sum(slot.added_at is not None and slot.added_at > since for slot in slots)
    if recent < LEAST_FOR_A_FORECAST:
        return None
    days = (PLACES - len(slots)) * LOOKS_BACK.days / recent
    return (at + timedelta(days=max(0.0, days))).date()


def _taken(slot: Slot, owner: PlaceOwner | None) -> TakenPlace:
    return TakenPlace(
        tail=slot.udid[-4:],
        name=slot.name,
        model=slot.model,
        status=slot.status,
        added_at=slot.added_at,
        owner=owner,
    )
