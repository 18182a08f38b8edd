"""Asking: what an order is before it is written down, and how it comes to wait for an approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from provisioning.distributing import approval_requests
from provisioning.distributing.needs import ApprovalNeed
from provisioning.distributing.order import Order
from provisioning.distributing.places import OrderOutcome, OrderPlace
from provisioning.distributing.wishes import covers, wish_of
from provisioning.releases import notes
from storage.catalog import approvals, distributions, groups
from storage.catalog.database import Session
from storage.errors import NotFound, Stale
from storage.records.approval import ApprovalKind, ApprovalRequest, ApprovalState
from storage.records.base import now
from storage.records.destination import DestinationKind
from storage.records.distribution import Distribution
from storage.records.release import Release

#: What becomes of an order: an act, or a request where a group takes an approval first.
Taken: TypeAlias = Distribution | ApprovalRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """
    An order with what had to be asked for before it is written down.

    It is `worthwhile` when somebody would be told although the release has all its targets.
    """

    order: Order
    tester_ids: tuple[str, ...]
    worthwhile: bool

    @property
    def targets(self) -> list[tuple[DestinationKind, str]]:
        found = [(DestinationKind.GROUP, group_id) for group_id in self.order.group_ids]
        return found + [(DestinationKind.TESTER, tester_id) for tester_id in self.tester_ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """
    That an order was asked for some time before it is carried out.

    `behind` are the groups in which the release was to stay behind a newer one when it was asked;
    it is put behind nothing that came since.
    """

    behind: frozenset[str] = frozenset()

    @property
    def detail(self) -> dict[str, Any]:
        """Return what the audit keeps of it."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Earlier):
    """What lets an order go that takes an approval: the request, and whose yes it was."""

    request_id: str
    by: tuple[str, ...]
    because: str = ""  #: Why an admin let it go without those who approve.

    @property
    def detail(self) -> dict[str, Any]:
        told: dict[str, Any] = {"request": self.request_id, "approved_by": list(self.by)}
        return told | ({"overridden": True, "because": self.because} if self.because else {})


async def ask(
    session: Session,
    ready: Ready,
    release: Release,
    places: Sequence[OrderPlace],
    needs: Sequence[ApprovalNeed],
) -> ApprovalRequest:
    """Write down that an order waits for an approval. Raise Stale when it does already."""
    order = ready.order
    if order.notes is not None:
        notes.checked(order.notes)
    waiting = await approvals.of_release(session, release.id, {ApprovalState.WAITING})
    if any(is_for(one, order) for one in waiting):
        raise Stale
    is_new = any(not place.had or place.becomes_current for place in places)
    if not is_new and not ready.worthwhile:
        raise Stale
    if len(await groups.those(session, order.group_ids)) < len(set(order.group_ids)):
        raise NotFound("There is no such group.")
    request = ApprovalRequest(
        organization_id=release.organization_id,
        key=order.key,
        kind=ApprovalKind.ORDER,
        release_id=release.id,
        requested_by=order.by.reference,
        wish=wish_of(order, places),
        due_at=now() + timedelta(hours=min(need.hours for need in needs)),
    )
    return await approval_requests.begin(session, request, release, by=order.by)


async def known_as(session: Session, key: str) -> Taken | None:
    """Return what became of an order of that key, None when it was never taken."""
    return await approvals.of_key(session, key) or await distributions.of_key(session, key)


def is_for(request: ApprovalRequest, order: Order) -> bool:
    """Return whether a request is about all that an order is for."""
    return request.kind is ApprovalKind.ORDER and covers(request, order)


def fell_behind(place: OrderPlace, earlier: Earlier | None) -> bool:
    """Return whether what was asked for would lie behind something that came since."""
    kind, target_id = place.target
    is_behind = kind is DestinationKind.GROUP and place.outcome is OrderOutcome.BESIDE
    return earlier is not None and is_behind and target_id not in earlier.behind
