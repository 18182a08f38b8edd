"""The life of a pending order: how it begins, grows and ends, each in a unit of work."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from provisioning.actors import Actor
from provisioning.distributing.wishes import groups_in
from storage.catalog import audit, pending_orders
from storage.catalog.database import Session
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.pending_order import PendingOrder, PendingState

#: So long it is waited for what is missing.
LIFE: Final = timedelta(days=7)
#: What orders for more groups and people have of their own; the rest has to be the same.
_TARGETS: Final = ("groups", "people", "behind")


def subject_of(order: PendingOrder) -> str:
    """Return what a road is about that shows a pending order: it, and the turn that is shown."""
    return f"{order.id}@{order.turn}"


def read_pending(subject: str) -> tuple[str, int]:
    """Return the pending order and the turn of a subject."""
    order_id, _, turn = subject.partition("@")
    return order_id, int(turn)


async def begin(session: Session, order: PendingOrder, by: Actor) -> PendingOrder:
    """Write down that an order waits."""
    kept = await pending_orders.add(session, order)
    _note(session, kept, "begun", by, groups=list(groups_in(kept)))
    return kept


def is_alike(order: PendingOrder, other: PendingOrder) -> bool:
    """Return whether two orders ask for the same, but for whom it is."""
    wishes = [
        {key: value for key, value in one.wish.items() if key not in _TARGETS}
        for one in (order, other)
    ]
    return (
        order.requested_by == other.requested_by
        and set(order.app_ids) == set(other.app_ids)
        and wishes[0] == wishes[1]
    )


def widen(session: Session, order: PendingOrder, more: PendingOrder, by: Actor) -> None:
    """Let an order be for those of another one as well, and wait as long as if it began now."""
    before = set(groups_in(order))
    joined = {key: _joined(order.wish.get(key, ()), more.wish.get(key, ())) for key in _TARGETS}
    order.wish = {**order.wish, **joined}
    order.due_at = more.due_at
    _change(session, order)
    added = [one for one in groups_in(order) if one not in before]
    _note(session, order, "widened", by, groups=added)


def end(
    session: Session,
    order: PendingOrder,
    state: PendingState,
    by: Actor,
    *,
    reason: str = "",
    distribution_id: str | None = None,
) -> None:
    """End what waits."""
    order.state, order.reason, order.ended_by = state, reason, by.reference
    order.distribution_id = distribution_id
    _change(session, order)
    told = {"because": reason} if reason else {}
    _note(session, order, state.value, by, groups=list(groups_in(order)), **told)


def _joined(before: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*before, *more]))


def _change(session: Session, order: PendingOrder) -> None:
    """Let people be shown an order as it is by now."""
    order.turn += 1
    order.changed_at = now()
    session.add(order)


def _note(
    session: Session,
    order: PendingOrder,
    what: str,
    by: Actor,
    **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
) -> None:
    """Note in the audit what somebody, or the clock, did about what waits."""
    entry = AuditEntry(
        organization_id=order.organization_id,
        actor=by.reference,
        action=f"release.wait_{what}",
        subject_id=order.release_id,
        origin=by.origin,
        detail={"platforms": order.platforms, "version": order.version, **detail},
    )
    audit.add(session, entry)
