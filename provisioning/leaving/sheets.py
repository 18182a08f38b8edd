"""What people see of somebody who left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.records.base import now
from storage.records.departure import Departure, DepartureKind, DepartureState, NoticeKind

#: What a departure takes, part by part; what each leaves behind is kept under its name.
GROUPS, LINKS, DEVICES, REQUESTS, ROLES, KEEPS = (
    "groups",
    "links",
    "devices",
    "requests",
    "roles",
    "keeps",
)


#: Why not everything could be taken, if so.
BROKE_OFF = "broke_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureSheet:
    """
    Somebody who left, with what was taken from them, and given back since.

    `groups` and `devices` are names, `releases` what they had. `kept_roles` could not be taken
    without opening something to everybody. A guest `keeps` what they have as a tester. Who
    `is_admin_by_setting` is named by no record.
    """

    id: str
    slack_id: str
    tester_id: str | None
    name: str
    kind: DepartureKind
    by: str
    at: datetime
    groups: tuple[str, ...] = ()
    links: int = 0
    releases: int = 0
    devices: tuple[str, ...] = ()
    requests: int = 0
    roles: tuple[str, ...] = ()
    kept_roles: tuple[str, ...] = ()
    is_admin_by_setting: bool = False
    keeps: tuple[str, ...] = ()
    broke_off: str = ""
    back_at: datetime | None = None
    restored_by: str = ""
    restored_at: datetime | None = None
    can_be_restored: bool = False
    can_be_let_go: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSheet:
    """One message about people who left, or came back."""

    id: str
    kind: NoticeKind
    people: tuple[DepartureSheet, ...]
    shown: int = 0


def departure_sheet(one: Departure, *, within: timedelta = timedelta(days=30)) -> DepartureSheet:
    """Return what is shown of a departure."""
    taken = one.taken
    held = taken.get(ROLES) or {}
    return DepartureSheet(
        id=one.id,
        slack_id=one.slack_id,
        tester_id=one.tester_id,
        name=one.name,
        kind=one.kind,
        by=one.by,
        at=one.noticed_at,
        groups=tuple(str(name) for _, name in taken.get(GROUPS) or ()),
        links=int((taken.get(LINKS) or {}).get("links", 0)),
        releases=int((taken.get(LINKS) or {}).get("releases", 0)),
        devices=tuple(str(label) for _, label in taken.get(DEVICES) or ()),
        requests=len(taken.get(REQUESTS) or ()),
        roles=tuple(str(role["role"]) for role in held.get("taken") or ()),
        kept_roles=tuple(str(role) for role in held.get("kept") or ()),
        is_admin_by_setting=bool(held.get("by_setting")),
        keeps=tuple(str(said) for said in taken.get(KEEPS) or ()),
        broke_off=str(taken.get(BROKE_OFF) or ""),
        back_at=one.back_at,
        restored_by=one.restored_by,
        restored_at=one.restored_at,
        can_be_restored=is_restorable(one, within),
        can_be_let_go=one.kind is DepartureKind.GUEST and bool(taken.get(KEEPS)),
    )


def is_worth_a_word(taken: dict[str, Any]) -> bool:
    """Return whether something was taken from somebody, or left to a guest to be decided about."""
    held = taken.get(ROLES) or {}
    others = (GROUPS, DEVICES, REQUESTS, KEEPS)
    given = (taken.get(LINKS) or {}).get("given")
    said = any(held.get(key) for key in ("taken", "kept", "by_setting"))
    return bool(said or given or taken.get(BROKE_OFF) or any(taken.get(part) for part in others))


def is_restorable(one: Departure, within: timedelta) -> bool:
    """
    Return whether what was taken can be given back.

    A guest cannot hold what a guest lost: that waits until they are a full member again.
    """
    if one.state is not DepartureState.DONE or not is_worth_a_word(one.taken):
        return False
    if one.kind is DepartureKind.GUEST and (one.back_at is None or not lost_roles(one)):
        return False
    return one.done_at is not None and now() - one.done_at < within


def lost_roles(one: Departure) -> bool:
    """Return whether roles were taken from somebody."""
    return bool((one.taken.get(ROLES) or {}).get("taken"))
