"""Questions about pending orders: what waits for another platform's build, and whether it came."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.conditions import LAST
from storage.catalog.database import Session, is_postgresql
from storage.catalog.products import SIBLING, SIBLINGS_FIRST, Sibling, best, siblings_of
from storage.errors import NotFound
from storage.records.app import App
from storage.records.build import Build
from storage.records.group import Group
from storage.records.pending_order import PendingOrder, PendingState
from storage.records.release import Release


async def get(session: Session, order_id: str) -> PendingOrder:
    """Raise NotFound."""
    found = await session.get(PendingOrder, order_id)
    if found is None:
        raise NotFound("There is nothing of that name that waits.")
    return found


async def hold(session: Session, order_id: str) -> PendingOrder:
    """
    Return a pending order as it is now; others who end it wait until this unit of work ends.

    SQLite has one at a time. Raise NotFound.
    """
    found = await session.exec(
        select(PendingOrder)
        .where(PendingOrder.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = found.first()
    if row is None:
        raise NotFound("There is nothing of that name that waits.")
    return row


async def of_key(session: Session, key: str) -> PendingOrder | None:
    found = await session.exec(select(PendingOrder).where(PendingOrder.key == key))
    return found.first()


async def add(session: Session, order: PendingOrder) -> PendingOrder:
    """Keep a pending order. Leaving the unit of work raises AlreadyExists for a known key."""
    session.add(order)
    await session.flush()
    return order


async def of_release(session: Session, release_id: str) -> Sequence[PendingOrder]:
    """Return what waits with a release, oldest first."""
    found = await session.exec(
        select(PendingOrder)
        .where(
            PendingOrder.release_id == release_id,
            PendingOrder.state == PendingState.WAITING,
        )
        .order_by(col(PendingOrder.created_at), col(PendingOrder.id))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def beside(
    session: Session, release: Release, app: App, version: str
) -> tuple[list[Sibling], list[tuple[PendingOrder, dict[str, str]]]]:
    """
    Return the siblings of a release, and what waits with it for one of them, oldest first.

    With each order come the names of its groups by their ids. Of an app without a product the
    database is not asked.
    """
    if app.product_id is None:
        return [], []
    wish = col(PendingOrder.wish)
    if is_postgresql(session):
        listed = sa.func.jsonb_array_elements_text(wish["groups"]).table_valued("value")
    else:
        listed = sa.func.json_each(wish, "$.groups").table_valued("value")
    waits = sa.and_(
        col(PendingOrder.release_id) == release.id,
        col(PendingOrder.state) == PendingState.WAITING,
    )
    wanted = (
        siblings_of(app, version)
        .add_columns(PendingOrder, col(Group.id), col(Group.name))
        .join(PendingOrder, waits, isouter=True)
        .join(listed, sa.true(), isouter=True)
        .join(Group, col(Group.id) == listed.c.value, isouter=True)
        .order_by(col(PendingOrder.created_at), col(PendingOrder.id))
    )
    rows = (await session.exec(wanted)).all()
    found: dict[str, tuple[PendingOrder, dict[str, str]]] = {}
    for *_, order, group_id, name in rows:
        if order is not None:
            _, names = found.setdefault(order.id, (order, {}))
            names |= {group_id: name} if group_id is not None else {}
    return best(Sibling(*row[: len(SIBLING)]) for row in rows), list(found.values())


async def waiting(session: Session, organization_id: str) -> Sequence[tuple[PendingOrder, Release]]:
    """Return all that waits with its release, oldest first."""
    found = await session.exec(
        select(PendingOrder, Release)
        .join(Release, col(Release.id) == PendingOrder.release_id)
        .where(
            PendingOrder.organization_id == organization_id,
            PendingOrder.state == PendingState.WAITING,
        )
        .order_by(col(PendingOrder.created_at), col(PendingOrder.id))
    )
    return found.all()


async def siblings(session: Session, order_ids: Collection[str]) -> dict[str, list[Sibling]]:
    """
    Return the siblings of the releases of some orders, by the order: as `products.siblings` does.

    What is left of an app that is in no product any more is nothing.
    """
    own, own_app, own_build = aliased(Release), aliased(App), aliased(Build)
    same = sa.and_(
        col(Release.app_id) == col(App.id),
        col(Release.sought) >= col(PendingOrder.sought),
        col(Release.sought) < col(PendingOrder.sought) + LAST,
    )
    alike = sa.and_(
        col(Build.id) == col(Release.build_id), col(Build.version) == col(own_build.version)
    )
    paired = sa.and_(col(App.product_id) == col(own_app.product_id), col(App.id) != col(own_app.id))
    wanted: Any = (
        sa.select(col(PendingOrder.id), *SIBLING)
        .select_from(PendingOrder)
        .join(own, col(own.id) == PendingOrder.release_id)
        .join(own_app, col(own_app.id) == own.app_id)
        .join(own_build, col(own_build.id) == own.build_id)
        .join(App, paired)
        .join(Release, same, isouter=True)
        .join(Build, alike, isouter=True)
        .where(col(PendingOrder.id).in_(set(order_ids)))
        .order_by(col(PendingOrder.id), *SIBLINGS_FIRST)
    )
    connection = await session.connection()
    found: dict[str, list[Sibling]] = {}
    for order_id, *row in (await connection.execute(wanted)).all():
        found.setdefault(order_id, []).append(Sibling(*row))
    return {order_id: best(rows) for order_id, rows in found.items()}


async def shown(session: Session, order_id: str, turn: int) -> None:
    """Note that people have been shown a turn of an order."""
    await session.exec(
        sa.update(PendingOrder)
        .where(col(PendingOrder.id) == order_id, col(PendingOrder.shown) < turn)
        .values(shown=turn)
        .execution_options(synchronize_session=False)
    )


async def unshown(session: Session, before: datetime, since: datetime) -> Sequence[PendingOrder]:
    """Return the orders that changed between two moments, which people were not shown."""
    found = await session.exec(
        select(PendingOrder)
        .where(
            col(PendingOrder.changed_at) < before,
            col(PendingOrder.changed_at) > since,
            col(PendingOrder.shown) < col(PendingOrder.turn),
        )
        .order_by(col(PendingOrder.changed_at), col(PendingOrder.id))
    )
    return found.all()
