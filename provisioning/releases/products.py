"""Products: apps of several platforms that go out as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from provisioning.actors import Act, Actor
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.people.permissions import Permissions, Where
from provisioning.releases.apps import checked_display_name
from storage.catalog import audit, products
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, NotFound
from storage.inspection.facts import system_of
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPart:
    """An app of a product."""

    app_id: str
    name: str
    display_name: str
    platform: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSheet:
    """A product with its apps, iOS before Android; of one that is gone `parts` is empty."""

    product_id: str
    name: str
    parts: tuple[ProductPart, ...]


class Products:
    """Pairs apps and takes them apart. Who may create apps may do that."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def every(self, by: Actor) -> list[ProductSheet]:
        """Return all products by name. Raise NotAllowed."""
        await self._permissions.require(by, Act.CREATE_APP)
        async with self._database.reading() as session:
            found = await products.every(session, self._organization_id)
        return [
            _sheet(rows[0][0], [app for _, app in rows])
            for rows in (list(own) for _, own in groupby(found, lambda row: row[0].id))
        ]

    async def pair(
        self, app_ids: tuple[str, str], by: Actor, name: str | None = None
    ) -> ProductSheet:
        """
        Make one product of two apps, or let one join the other's; *name* it where that is said.

        Raise NotAllowed, NotFound, Unclear with the field `apps` or `name`, AlreadyDone where they
        are one already, and NotNow where the one would have two apps of a platform.
        """
        for app_id in app_ids:
            await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        called = checked_display_name(name) if name is not None else None
        try:
            async with self._database.writing() as session:
                found = {app.id: app for app in await products.apps_in(session, app_ids)}
                if len(found) < len(set(app_ids)):
                    raise NotFound("There is no such app.")
                first, second = (found[one] for one in app_ids)
                _refuse_alike(first, second)
                product, joining = await self._product(session, first, second, by, called)
                for app in joining:
                    app.product_id = product.id
                    session.add(app)
                    self._note(session, "app.paired", app, by, product)
                await session.flush()
                return _sheet(product, await products.apps_of(session, product.id))
        except AlreadyExists:
            raise AlreadyDone(
                "Somebody changed this product a moment ago. Look at it again."
            ) from None

    async def unpair(self, app_id: str, by: Actor) -> ProductSheet:
        """Take an app out of its product. Raise NotAllowed, NotFound, and NotNow without one."""
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        async with self._database.writing() as session:
            found = await products.apps_in(session, [app_id])
            if not found:
                raise NotFound("There is no such app.")
            (app,) = found
            if app.product_id is None:
                raise NotNow(
                    f"{app.display_name} for {platform_name(app)} is not part of a product.",
                    code="not_paired",
                )
            product = await products.get(session, app.product_id)
            app.product_id = None
            session.add(app)
            self._note(session, "app.unpaired", app, by, product)
            await session.flush()
            left = await products.apps_of(session, product.id)
            sheet = _sheet(product, left if len(left) > 1 else ())
            if len(left) <= 1:
                await products.drop(session, product.id)
            return sheet

    async def _product(
        self, session: Session, first: App, second: App, by: Actor, called: str | None
    ) -> tuple[Product, list[App]]:
        """Return the product that two apps are to be, and which of them are not in it yet."""
        if first.product_id is None and second.product_id is None:
            made = Product(
                organization_id=self._organization_id,
                name=called or first.display_name,
                created_by=by.reference,
            )
            session.add(made)
            await session.flush()
            return made, [first, second]
        product = await products.get(session, first.product_id or second.product_id or "")
        joining = [app for app in (first, second) if app.product_id != product.id]
        if not joining and called in {None, product.name}:
            raise AlreadyDone(f"They are one product already: {product.name}.")
        for app in joining:
            await self._refuse_taken(session, app, product)
        product.name = called or product.name
        session.add(product)
        return product, joining

    async def _refuse_taken(self, session: Session, app: App, product: Product) -> None:
        if app.product_id is not None:
            own = await products.get(session, app.product_id)
            raise NotNow(
                f"{app.display_name} for {platform_name(app)} is part of {own.name}. "
                "Take it out of that product first.",
                code="paired_elsewhere",
            )
        there = await products.apps_of(session, product.id)
        same = next((one for one in there if one.platform == app.platform), None)
        if same is not None:
            raise NotNow(
                f"{product.name} has an app for {platform_name(app)} already: "
                f"{same.display_name}. Take that one out of it first.",
                code="platform_taken",
            )

    def _note(self, session: Session, action: str, app: App, by: Actor, product: Product) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=action,
            subject_id=app.id,
            origin=by.origin,
            detail={"product": product.name, "platform": platform_name(app)},
        )
        audit.add(session, entry)


def _refuse_alike(first: App, second: App) -> None:
    if first.id == second.id:
        raise Unclear("That is one app: name two, of two platforms.", field="apps")
    if first.platform == second.platform:
        raise Unclear(
            f"{first.display_name} and {second.display_name} are both for {platform_name(first)}. "
            "A product has one app of each platform.",
            field="apps",
        )


def platform_name(app: App) -> str:
    """Return what people call the platform of an app."""
    return system_of(app.platform, ())


def _sheet(product: Product, parts: Sequence[App]) -> ProductSheet:
    return ProductSheet(
        product_id=product.id,
        name=product.name,
        parts=tuple(
            ProductPart(
                app_id=app.id,
                name=app.name,
                display_name=app.display_name,
                platform=platform_name(app),
            )
            for app in parts
        ),
    )
