"""Wishes: an order as a record keeps it until somebody says yes, or another half is here."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from provisioning.actors import Act, Actor, Identity, referred
from provisioning.distributing.order import Order
from provisioning.distributing.places import OrderOutcome, OrderPlace
from storage.records.destination import DestinationKind


class KeptOrder(Protocol):
    """A record that keeps an order: of which release, whose, and what was asked for."""

    @property
    def release_id(self) -> str: ...

    @property
    def requested_by(self) -> str: ...

    @property
    def wish(self) -> dict[str, Any]: ...


def wish_of(order: Order, places: Sequence[OrderPlace]) -> dict[str, Any]:
    """
    Return an order as JSON knows it.

    `behind` are the groups in which the release was to stay behind a newer one at the time.
    """
    return {
        "groups": list(order.group_ids),
        "people": [str(one) for one in order.people],
        "notes": order.notes,
        "own_notes": order.own_notes,
        "over": dict(order.over),
        "because": order.because,
        "mandatory": order.mandatory,
        "notify": order.notify,
        "waits": order.waits,
        "behind": [
            place.target[1]
            for place in places
            if place.outcome is OrderOutcome.BESIDE and place.target[0] is DestinationKind.GROUP
        ],
        "origin": order.by.origin,
        "scopes": None if order.by.scopes is None else sorted(order.by.scopes),
    }


def asker_of(kept: KeptOrder) -> Actor:
    """Return who asked, as they came."""
    scopes = kept.wish.get("scopes")
    found = referred(kept.requested_by, origin=str(kept.wish.get("origin", "")))
    if scopes is None:
        return found
    return Actor(
        kind=found.kind, id=found.id, origin=found.origin, scopes=frozenset(map(Act, scopes))
    )


def order_of(kept: KeptOrder, *, key: str, by: Actor) -> Order:
    """Return what was asked for as an order of *by*; the release may have changed since."""
    wish = kept.wish
    return Order(
        key=key,
        release_id=kept.release_id,
        by=by,
        group_ids=groups_in(kept),
        people=tuple(filter(None, map(Identity.read, wish.get("people", ())))),
        notes=wish.get("notes"),
        own_notes=wish.get("own_notes"),
        over=dict(wish.get("over", {})),
        because=str(wish.get("because", "")),
        mandatory=bool(wish.get("mandatory")),
        notify=bool(wish.get("notify", True)),
        waits=bool(wish.get("waits", True)),
    )


def groups_in(kept: KeptOrder) -> tuple[str, ...]:
    """Return the groups that something was asked for."""
    return groups_wished(kept.wish)


def groups_wished(wish: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the same of a wish alone."""
    return tuple(map(str, wish.get("groups", ())))


def covers(kept: KeptOrder, order: Order) -> bool:
    """Return whether what is kept asks for all that an order is for."""
    there = set(groups_in(kept)) | set(kept.wish.get("people", ()))
    return {*order.group_ids, *map(str, order.people)} <= there
