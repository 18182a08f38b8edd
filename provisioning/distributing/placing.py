"""Placing: the destinations of an act are written down, and at each one release is current."""

from collections.abc import Sequence

from provisioning.distributing.order import Order
from provisioning.distributing.places import OrderOutcome, OrderPlace
from provisioning.distributing.turning_points import demand_at_once
from storage.catalog import destinations, groups
from storage.catalog.database import Session
from storage.errors import NotFound
from storage.records.base import new_id, now
from storage.records.destination import Destination
from storage.records.distribution import Distribution, Target
from storage.records.release import Release


async def send(
    session: Session,
    order: Order,
    release: Release,
    distribution: Distribution,
    places: Sequence[OrderPlace],
) -> int:
    """Write the destinations down; return how many are new."""
    known = await groups.those(session, order.group_ids)
    if len(known) < len(set(order.group_ids)):
        raise NotFound("There is no such group.")
    rows = [
        Destination(
            id=new_id(),
            release_id=release.id,
            app_id=release.app_id,
            kind=place.target[0],
            target_id=place.target[1],
            notes=order.own_notes,
            created_by=order.by.reference,
        )
        for place in places
    ]
    new = await destinations.add(session, rows)
    kept = await destinations.of_releases(session, [release.id])
    own = {(row.kind, row.target_id): row.id for row in kept}
    aims = [
        Target(
            distribution_id=distribution.id,
            destination_id=own[place.target],
            returns=place.returns,
            replaces=place.replaced,
        )
        for place in places
    ]
    await destinations.aim(session, aims)
    ids = [one.destination_id for one in aims]
    if order.own_notes is not None:
        await destinations.note(session, ids, order.own_notes)
    renewed = await destinations.renew(session, ids, at=now())
    if order.mandatory:
        await demand_at_once(session, [row for row in kept if row.id in ids], at=now())
    return new + renewed


async def settle(session: Session, release: Release, places: Sequence[OrderPlace]) -> None:
    """Let one release be current at each place: this one, or the newer one that is there."""
    at = now()
    becoming = {place.target for place in places if place.becomes_current}
    kept = await destinations.of_releases(session, [release.id])
    own = {(row.kind, row.target_id): row for row in kept}
    behind: dict[str, list[str]] = {}
    for place in places:
        if place.outcome is OrderOutcome.BESIDE and place.there:
            newer = place.there[0].release_id
            behind.setdefault(newer, []).append(own[place.target].id)
    for newer, ids in behind.items():
        await destinations.supersede(session, ids, by=newer, at=at)
    back = [own[one].id for one in becoming if own[one].superseded_at is not None]
    await destinations.come_back(session, back, at=at)
    others: list[str] = []
    for kind in {kind for kind, _ in becoming}:
        ids = [target_id for one, target_id in becoming if one is kind]
        rows = await destinations.current(session, release.app_id, kind, ids)
        others += [row.id for row, _ in rows if row.release_id != release.id]
    await destinations.supersede(session, others, by=release.id, at=at)
