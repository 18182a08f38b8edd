"""Questions about products: apps of several platforms, and releases of the same version."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from storage.catalog.conditions import begins
from storage.catalog.database import Session
from storage.catalog.entitlement import entitles
from storage.catalog.search import folded
from storage.errors import NotFound
from storage.records.app import App
from storage.records.build import Build
from storage.records.destination import Destination
from storage.records.distribution import Distribution, Recipient
from storage.records.product import Product
from storage.records.release import Release, ReleaseState


class Sibling(NamedTuple):
    """Another app of a product, with its newest release of a version where there is one."""

    app_id: str
    app_name: str
    app_display_name: str
    platform: str
    release_id: str | None
    number: int | None
    version: str | None
    build: str | None
    state: ReleaseState | None
    enabled: bool | None


class Companion(NamedTuple):
    """A release of the same version for another platform, which the same person may install."""

    release_id: str
    app_id: str
    build_id: str
    platform: str
    version: str
    build: str
    number: int


async def get(session: Session, product_id: str) -> Product:
    """Raise NotFound."""
    found = await session.get(Product, product_id)
    if found is None:
        raise NotFound("There is no such product.")
    return found


async def every(session: Session, organization_id: str) -> Sequence[tuple[Product, App]]:
    """Return the apps of each product, those of one together."""
    found = await session.exec(
        select(Product, App)
        .join(App, col(App.product_id) == Product.id)
        .where(Product.organization_id == organization_id)
        .order_by(col(Product.name), col(Product.id), col(App.platform).desc(), col(App.name))
    )
    return found.all()


async def apps_of(session: Session, product_id: str) -> Sequence[App]:
    """Return the apps of a product: iOS before Android."""
    found = await session.exec(
        select(App)
        .where(App.product_id == product_id)
        .order_by(col(App.platform).desc(), col(App.name))
    )
    return found.all()


async def drop(session: Session, product_id: str) -> None:
    """Forget a product, and whose it was."""
    await session.exec(
        sa.update(App).where(col(App.product_id) == product_id).values(product_id=None)
    )
    await session.exec(sa.delete(Product).where(col(Product.id) == product_id))


async def siblings(session: Session, app: App, version: str) -> list[Sibling]:
    """
    Return the other apps of an app's product, each with its newest release of a version.

    What was put aside or taken back counts where there is nothing else. Of an app without a product
    the database is not asked.
    """
    if app.product_id is None:
        return []
    connection = await session.connection()
    found = await connection.execute(siblings_of(app, version))
    return best(Sibling(*row) for row in found.all())


def siblings_of(app: App, version: str) -> Any:  # noqa: ANN401 - a select of many columns
    """Return what asks for the siblings of an app's releases of a version."""
    same = sa.and_(col(Release.app_id) == col(App.id), begins(col(Release.sought), folded(version)))
    alike = sa.and_(col(Build.id) == col(Release.build_id), col(Build.version) == version)
    return (
        sa.select(*SIBLING)
        .select_from(App)
        .join(Release, same, isouter=True)
        .join(Build, alike, isouter=True)
        .where(col(App.product_id) == app.product_id, col(App.id) != app.id)
        .order_by(*SIBLINGS_FIRST)
    )


#: What is read of a sibling, in the order of its fields; and in which order siblings are read.
SIBLING: tuple[Any, ...] = (
    col(App.id),
    col(App.name),
    col(App.display_name),
    col(App.platform),
    col(Release.id),
    col(Release.number),
    col(Build.version),
    col(Build.build),
    col(Release.state),
    col(Release.enabled),
)
SIBLINGS_FIRST: tuple[Any, ...] = (
    col(App.platform).desc(),
    col(App.id),
    col(Release.number).desc(),
)


def best(found: Iterable[Sibling]) -> list[Sibling]:
    """Return of each app the release that fits best among siblings, which come newest first."""
    kept: dict[str, Sibling] = {}
    for row in found:
        one = row if row.version else row._replace(release_id=None)
        if one.app_id not in kept or _rank(one) > _rank(kept[one.app_id]):
            kept[one.app_id] = one
    return list(kept.values())


def _rank(one: Sibling) -> int:
    """Return how well a sibling fits; of two that fit as well the first counts."""
    if one.release_id is None:
        return 0
    return 1 if one.state in {ReleaseState.DISMISSED, ReleaseState.RECALLED} else 2


async def companions(session: Session, release_id: str, tester_id: str) -> list[Companion]:
    """
    Return all that a person was given of a release's version for other platforms, newest first.

    Those are releases of the same product, and what they were given by the same click. Whether a
    link of theirs was taken back is not looked at.
    """
    own, own_app, own_build = aliased(Release), aliased(App), aliased(Build)
    mine, other = aliased(Distribution), aliased(Distribution)
    together = (
        sa.select(col(other.release_id))
        .join(mine, col(mine.joint_id) == col(other.joint_id))
        .where(col(mine.release_id) == release_id)
    )
    paired = sa.and_(
        col(App.product_id) == col(own_app.product_id),
        col(Build.version) == col(own_build.version),
    )
    wanted: Any = (
        sa.select(
            col(Release.id),
            col(Release.app_id),
            col(Release.build_id),
            col(App.platform),
            col(Build.version),
            col(Build.build),
            col(Release.number),
        )
        .join(App, col(App.id) == Release.app_id)
        .join(Build, col(Build.id) == Release.build_id)
        .join(Recipient, col(Recipient.release_id) == Release.id)
        .join(Destination, col(Destination.id) == Recipient.destination_id)
        .join(own, col(own.id) == release_id)
        .join(own_app, col(own_app.id) == own.app_id)
        .join(own_build, col(own_build.id) == own.build_id)
        .where(
            col(Recipient.tester_id) == tester_id,
            entitles(),
            col(Release.state) == ReleaseState.LIVE,
            col(Release.enabled),
            col(App.platform) != col(own_app.platform),
            sa.or_(col(Release.id).in_(together), paired),
        )
        .distinct()
        .order_by(col(App.platform).desc(), col(Release.number).desc(), col(Release.id))
    )
    connection = await session.connection()
    return [Companion(*row) for row in (await connection.execute(wanted)).all()]


async def acts_of(session: Session, joint_id: str) -> Sequence[Distribution]:
    """Return the acts of one click for several platforms, oldest first."""
    found = await session.exec(
        select(Distribution)
        .where(Distribution.joint_id == joint_id)
        .order_by(col(Distribution.created_at), col(Distribution.id))
    )
    return found.all()


async def shares_of(session: Session, joint_id: str, tester_id: str) -> Sequence[Recipient]:
    """Return what a person was given by one click for several platforms, iOS before Android."""
    found = await session.exec(
        select(Recipient)
        .join(Distribution, col(Distribution.id) == Recipient.distribution_id)
        .join(Release, col(Release.id) == Recipient.release_id)
        .join(App, col(App.id) == Release.app_id)
        .where(Distribution.joint_id == joint_id, Recipient.tester_id == tester_id)
        .order_by(col(App.platform).desc(), col(Recipient.created_at).desc(), col(Recipient.id))
    )
    return found.all()


async def apps_in(session: Session, app_ids: Collection[str]) -> Sequence[App]:
    """Return apps, locked until this unit of work ends, in the order in which all lock them."""
    found = await session.exec(
        select(App)
        .where(col(App.id).in_(set(app_ids)))
        .order_by(col(App.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()
