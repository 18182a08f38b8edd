"""Joint orders: a release that is to go out together with its version for other platforms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from provisioning.actors import Act, Actor
from provisioning.distributing.asking import Ready, Taken
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.halves import (
    Halves,
    halves_among,
    platform_of,
    refuse_hindered,
)
from provisioning.distributing.order import Order
from provisioning.distributing.pending_turns import LIFE, begin, is_alike, subject_of, widen
from provisioning.distributing.places import places_of
from provisioning.distributing.wishes import covers, wish_of
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.installing.reasons import reasons
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle, notes
from provisioning.releases.products import platform_name
from provisioning.wording import builds_of, moment
from storage.catalog import apps, groups, pending_orders, products, releases
from storage.catalog.database import Database, Session
from storage.catalog.search import folded
from storage.errors import AlreadyExists, NotFound, Stale
from storage.inspection.facts import Facts
from storage.records.base import now
from storage.records.build import Build
from storage.records.pending_order import PendingOrder, PendingState
from storage.records.release import Release, ReleaseState

#: What becomes of a joint order: what becomes of any, or it waits for what is missing.
Joined: TypeAlias = Taken | PendingOrder


@dataclass(frozen=True, slots=True)
class _WaitsAlready:
    """That all that an order is for waits already, by somebody's order."""

    order: PendingOrder


class JointOrders:
    """
    Takes orders that are to go out together: at once where nothing is missing, else later.

    What has to be judged is judged when it goes out; here only what nobody could want is refused.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        distributions: Distributions,
        engine: Engine,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._distributions = distributions
        self._engine = engine

    async def require(self, release_id: str, by: Actor) -> None:
        """
        Raise what keeps somebody from sending a release together with its other halves.

        That is NotFound, Unclear where there is no other platform or no version, NotAllowed, and
        NotNow for a half that is disabled. None of them has to be here.
        """
        async with self._database.reading() as session:
            _, app, build, _ = await releases.in_full(session, release_id)
            found = await products.siblings(session, app, build.version)
        if not found:
            raise Unclear(
                f"{app.display_name} for {platform_name(app)} is not part of a product, so there "
                "is nothing that it could go out together with."
            )
        if not build.version:
            raise Unclear("This build says no version, so nothing can be found that belongs to it.")
        await self._require(halves_among(found, [one.app_id for one in found]), by, ())

    async def waiting(self, order: Order) -> PendingOrder | None:
        """Return what waits already for all that an order is for."""
        async with self._database.reading() as session:
            waiting = await pending_orders.of_release(session, order.release_id)
        return next((one for one in waiting if covers(one, order)), None)

    async def request(self, order: Order, app_ids: Sequence[str]) -> Joined:
        """
        Order a release together with its version of the apps *app_ids*.

        All go out at once where all are here. Else the order waits; then more groups and people
        join what waits already, if all else of it is the same. The same key again returns the
        same. Raise as `Distributions.request` does, and AlreadyDone with who asked for what waits.
        """
        ready = await self._distributions.ready(order)
        try:
            kept = await self._kept(ready, app_ids)
        except Stale:
            raise await self._distributions.too_late(order) from None
        except AlreadyExists:
            kept = await self._of_key(order.key)
        if isinstance(kept, _WaitsAlready):
            raise await self._asked_already(kept.order)
        if isinstance(kept, PendingOrder):
            await self._engine.start("show_pending", subject_of(kept))
            return kept
        await self._require(kept, order.by, order.group_ids)
        others = await self._distributions.beside(order, kept.release_ids)
        return await self._distributions.request(order, *others)

    async def _kept(
        self, ready: Ready, app_ids: Sequence[str]
    ) -> PendingOrder | _WaitsAlready | Halves:
        """Write down that an order waits, or return what it goes out with at once."""
        order = ready.order
        async with self._database.reading() as session:
            halves = await _halves_of(session, order.release_id, app_ids)
        await self._require(halves, order.by, order.group_ids)
        async with self._database.writing() as session:
            release = await releases.get(session, order.release_id)
            # Of two who ask at once the second finds what the first wrote down.
            await apps.lock(session, release.app_id)
            await session.refresh(release)
            known = await pending_orders.of_key(session, order.key)
            if known is not None:
                return known
            halves = await _halves_of(session, order.release_id, app_ids)
            if not halves.missing:
                return halves
            _, _, build, _ = await releases.in_full(session, release.id)
            _refuse(release, build, order)
            if len(await groups.those(session, order.group_ids)) < len(set(order.group_ids)):
                raise NotFound("There is no such group.")
            places = await places_of(session, release, ready.targets, order.over)
            made = _pending(order, release, build, halves)
            made.wish = wish_of(order, places)
            return await _added(session, made, order)

    async def _require(self, halves: Halves, by: Actor, group_ids: Sequence[str]) -> None:
        """Raise NotAllowed for whom may not send all of it, NotNow for what goes to nobody."""
        refuse_hindered(halves)
        for one in (*halves.here, *halves.missing):
            for group_id in group_ids or ("",):
                where = Where(app_id=one.app_id, group_id=group_id)
                await self._permissions.require(by, Act.DISTRIBUTE, where)

    async def _of_key(self, key: str) -> PendingOrder:
        async with self._database.reading() as session:
            known = await pending_orders.of_key(session, key)
        if known is None:
            raise AlreadyExists
        return known

    async def _asked_already(self, order: PendingOrder) -> AlreadyDone:
        name = await self._people.name(order.requested_by)
        missing = builds_of(order.platforms, order.version)
        return AlreadyDone(
            f"{name} asked for this on {moment(order.created_at)}: it waits for {missing} until "
            f"{moment(order.due_at)}, and goes out once.",
            code="waits_already",
            by=order.requested_by,
        )


async def _halves_of(session: Session, release_id: str, app_ids: Sequence[str]) -> Halves:
    """Return how the other platforms of an order stand now."""
    _, app, build, _ = await releases.in_full(session, release_id)
    return halves_among(await products.siblings(session, app, build.version), app_ids)


async def _added(
    session: Session, made: PendingOrder, order: Order
) -> PendingOrder | _WaitsAlready:
    """Keep what somebody asks for: by itself, or with what waits and is the same otherwise."""
    waiting = await pending_orders.of_release(session, made.release_id)
    known = next((one for one in waiting if covers(one, order)), None)
    if known is not None:
        return _WaitsAlready(known)
    alike = next((one for one in waiting if is_alike(one, made)), None)
    held = await pending_orders.hold(session, alike.id) if alike is not None else None
    if held is None or held.state is not PendingState.WAITING:
        return await begin(session, made, order.by)
    widen(session, held, made, order.by)
    return held


def _pending(order: Order, release: Release, build: Build, halves: Halves) -> PendingOrder:
    """Return an order as it waits for what is missing from now on."""
    at = now()
    return PendingOrder(
        organization_id=release.organization_id,
        key=order.key,
        release_id=release.id,
        version=build.version,
        sought=folded(build.version),
        app_ids=[one.app_id for one in (*halves.here, *halves.missing)],
        platforms=[platform_of(one) for one in halves.missing],
        requested_by=order.by.reference,
        wish={},
        created_at=at,
        due_at=at + LIFE,
    )


def _refuse(release: Release, build: Build, order: Order) -> None:
    """Raise Stale, Unclear and NotNow for what could not be sent whatever comes."""
    if order.revision is not None and release.revision != order.revision:
        raise Stale
    lifecycle.check(release, ReleaseState.LIVE)
    lifecycle.require_enabled(release)
    if order.notes is not None:
        notes.checked(order.notes)
    stopping = reasons(Facts(**build.facts), at=now())
    if stopping:
        raise NotNow(f"Nobody could install it, so it does not wait. {stopping[0].sentence}")
