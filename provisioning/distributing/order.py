"""An order: what somebody asks for when they distribute, and what it would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from provisioning.actors import Actor, Identity
from provisioning.distributing.differences import GroupDifference
from provisioning.distributing.needs import ApprovalNeed
from provisioning.distributing.places import OrderOutcome
from provisioning.installing.readiness import NOT_COUNTED, Readiness
from storage.inspection.diff import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What somebody asks for: a release for groups and single people.

    `key` is the same for each try of the same click. `revision` is of the release as the person saw
    it, None where it does not matter. `notes` replace the release's own unless None; `own_notes`
    are read by those alone whom the order is for. With `waits` nobody is told before it is signed
    for the phones that it can be signed for now.

    Where a newer release is current, this one stays behind it, unless `over` names that one by the
    group's id: then it takes its place, and people read `because`.
    """

    key: str
    release_id: str
    by: Actor
    group_ids: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()
    revision: int | None = None
    notes: str | None = None
    own_notes: str | None = None
    over: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    mandatory: bool = False
    notify: bool = True
    waits: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """
    What an order would do to a group.

    `there` is the version that is current there, by the release `there_id`; `changes` are what the
    order's build has other than that one. With `returns` the group had the order's before.
    """

    group_id: str
    name: str
    outcome: OrderOutcome
    returns: bool = False
    there_id: str = ""
    there: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What an order would do.

    `people` are those who would hear of the release: who was never told, who could not be, and who
    get it again. `already` have it, of whom `keeping` have a newer one by another group and keep
    that. `groups` are names, `places` what becomes of each. Of `people`, `unsigned` have a phone
    that it can be signed for now and is not yet, and `coming` one that Apple or a person has not
    decided about. `readiness` counts how many of `people` can install it now, and what the others
    wait for. `differences` tell what is other about the groups than when they were last sent
    something.
    """

    people: int
    groups: tuple[str, ...]
    already: int = 0
    keeping: int = 0
    places: tuple[GroupPlan, ...] = ()
    unsigned: int = 0
    coming: int = 0
    shortfall: str = ""
    readiness: Readiness = NOT_COUNTED
    differences: tuple[GroupDifference, ...] = ()
    needs: tuple[ApprovalNeed, ...] = ()
