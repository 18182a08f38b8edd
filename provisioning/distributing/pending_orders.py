"""Pending orders: a release that was ordered together with a build that is not here yet."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.actors import CLOCK, Actor
from provisioning.distributing.asking import Earlier, Ready, Taken
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.halves import (
    DISABLED,
    UNPAIRED,
    Halves,
    halves_among,
    refuse_hindered,
)
from provisioning.distributing.order import Order
from provisioning.distributing.pending_turns import end, read_pending, subject_of
from provisioning.distributing.wishes import asker_of, order_of
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, Unclear
from provisioning.installing.reasons import reasons
from provisioning.people.people import People
from provisioning.ports import Engine
from provisioning.releases.cards import version_of
from provisioning.wording import builds_of, moment
from storage.catalog import builds, pending_orders
from storage.catalog.database import Database, Session
from storage.errors import NotFound, SlipwayError, Stale
from storage.inspection.facts import Facts
from storage.records.base import now
from storage.records.distribution import Distribution
from storage.records.pending_order import PendingOrder, PendingState
from storage.records.release import Release, ReleaseState

logger = logging.getLogger(__name__)

#: How often it is looked again when others change the same at the same moment.
TRIES: Final = 5

LEFT: Final = (
    "{name} asked for it, and may not distribute all of it any more. Whoever may can send it from "
    "its card."
)
PARTLY: Final = "Those it was for have one of them already, so only what is left goes out."
USELESS: Final = (
    "Nobody could install {label}. {why} Bring in another build of it and ask again, or send the "
    "other one alone."
)
#: Why a release that is over is not waited with, and what to do.
OVER: Final = {
    ReleaseState.DISMISSED: "It was dismissed. Bring it back on its card, and ask again.",
    ReleaseState.RECALLED: "It was recalled, so nothing of it can be sent any more.",
}
#: What is said to whoever comes too late.
ENDED: Final = {
    PendingState.MET: "What was missing came, and everything was ordered already.",
    PendingState.SENT: "This was sent already, without what was missing.",
    PendingState.STOPPED: "This does not wait any more: somebody stopped it.",
    PendingState.EXPIRED: "This expired: what was missing did not come in time.",
    PendingState.LAPSED: "This has ended, since it could not be carried out any more.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A pending order as it was looked at, with what may be written down of it at this moment."""

    order: PendingOrder
    halves: Halves
    every: tuple[Ready, ...]


class PendingOrders:
    """
    Carries out what waits once every half is here, or lets it end; each at its own moment.

    Whether whoever asked may, and what stands in the way, is asked then, as if they had ordered
    all of it at that moment. Of a click and the clock one ends it, in the unit of work that writes
    the acts.
    """

    def __init__(
        self,
        database: Database,
        people: People,
        distributions: Distributions,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._people = people
        self._distributions = distributions
        self._engine = engine
        self._organization_id = organization_id

    async def send_now(self, order_id: str, turn: int, by: Actor) -> Taken:
        """
        Send what waits without what is missing, in the name of *by*.

        *turn* is the one that they saw. Raise NotAllowed, NotFound, AlreadyDone with who was first,
        also where nothing is missing any more, and NotNow for what cannot be sent.
        """
        for _ in range(TRIES):
            judged = await self._judged(await self._open(order_id, turn), by)
            if not judged.halves.missing:
                raise AlreadyDone(
                    "Nothing is missing any more: everything goes out in a moment.",
                    code="halves_here",
                )
            try:
                taken = await self._write(judged, PendingState.SENT, by)
            except Stale:
                continue  # Something came, or was changed, since it was looked at.
            return taken[0]
        raise await self._too_late(await self._now(order_id), by)

    async def stop(self, order_id: str, turn: int, by: Actor) -> None:
        """
        End what waits; nothing is sent.

        Whoever asked may, and whoever could send it. Raise as `send_now` does.
        """
        order = await self._open(order_id, turn)
        if order.requested_by != by.reference:
            await self._distributions.require(order_of(order, key=order.key, by=by))
        if not await self._end(order, PendingState.STOPPED, by):
            await self._open(order_id, turn)

    async def look(self) -> None:
        """Carry out what waits no longer for anything, and end what is due or cannot be done."""
        async with self._database.reading() as session:
            waiting = await pending_orders.waiting(session, self._organization_id)
            if not waiting:
                return
            found = await pending_orders.siblings(session, [order.id for order, _ in waiting])
        for order, release in waiting:
            halves = halves_among(found.get(order.id, ()), order.app_ids)
            try:
                await self._look_at(order, release, halves)
            except SlipwayError as failure:
                logger.info("What waits for another platform is looked at again: %s", failure)
            except Exception:
                # None of them keeps its neighbours from going out; it expires in the end.
                logger.exception("What waits for another platform was not looked at.")

    async def unshown(self, before: datetime, since: datetime) -> list[str]:
        """Return the turns of orders that people should have been shown by now."""
        async with self._database.reading() as session:
            return [subject_of(one) for one in await pending_orders.unshown(session, before, since)]

    async def begun(self, subject: str) -> dict[str, str]:
        """Return what a turn is about: the order, its release, and who asked."""
        order_id, _ = read_pending(subject)
        async with self._database.reading() as session:
            order = await pending_orders.get(session, order_id)
        return {"order": order.id, "release": order.release_id, "by": order.requested_by}

    async def shown(self, subject: str) -> None:
        """Note that people have been shown a turn."""
        order_id, turn = read_pending(subject)
        async with self._database.writing() as session:
            await pending_orders.shown(session, order_id, turn)

    async def _look_at(self, order: PendingOrder, release: Release, halves: Halves) -> None:
        hindered = _hindered(release, halves)
        if hindered:
            await self._end(order, PendingState.LAPSED, CLOCK, hindered)
        elif order.due_at <= now():
            await self._end(order, PendingState.EXPIRED, CLOCK)
        elif not halves.missing:
            await self._meet(order)

    async def _meet(self, order: PendingOrder) -> None:
        """Order every half in the name of whoever asked; what cannot be done ends it aloud."""
        for _ in range(TRIES):
            try:
                judged = await self._judged(order, asker_of(order))
                if judged.halves.missing:
                    return  # It is looked at again.
                await self._write(judged, PendingState.MET, CLOCK)
            except Stale:
                order = await self._now(order.id)
                if order.state is not PendingState.WAITING:
                    return
                continue
            except NotAllowed:
                await self._end(order, PendingState.LAPSED, CLOCK, await self._left(order))
            except (NotNow, NotFound, Unclear) as hindrance:
                await self._end(order, PendingState.LAPSED, CLOCK, str(hindrance))
            return
        late = await self._too_late(order, asker_of(order))
        await self._end(order, PendingState.LAPSED, CLOCK, str(late))

    async def _judged(self, order: PendingOrder, by: Actor) -> _Judged:
        """Return what may be written down now. Raise what keeps *by* from ordering it."""
        own = order_of(order, key=f"pending:{order.id}", by=by)
        async with self._database.reading() as session:
            halves = await _halves_of(session, order)
        refuse_hindered(halves)
        orders = (own, *await self._distributions.beside(own, halves.release_ids))
        every = [await self._distributions.ready(one) for one in orders]
        await self._refuse_useless(orders)
        await self._distributions.require_signers(orders)
        return _Judged(order=order, halves=halves, every=tuple(every))

    async def _write(self, judged: _Judged, state: PendingState, by: Actor) -> list[Taken]:
        """
        Write the acts down, and that they are the end of what waited; then begin all of it.

        Raise Stale where something is other than it was looked at.
        """
        behind = frozenset(map(str, judged.order.wish.get("behind", ())))
        async with self._database.writing() as session:
            await self._distributions.lock(session, judged.every)
            order = await pending_orders.hold(session, judged.order.id)
            if order.turn != judged.order.turn or await _halves_of(session, order) != judged.halves:
                raise Stale
            earlier = Earlier(behind=behind)
            taken = await self._distributions.write_together(session, judged.every, earlier)
            first = next((one.id for one in taken if isinstance(one, Distribution)), None)
            partly = PARTLY if len(taken) < len(judged.every) else ""
            end(session, order, state, by, reason=partly, distribution_id=first)
        await self._distributions.begin(taken)
        await self._show(order)
        return taken

    async def _refuse_useless(self, orders: Sequence[Order]) -> None:
        """Raise NotNow where nobody could install one of the releases, whatever phone they have."""
        async with self._database.reading() as session:
            found = await builds.of_releases(session, [one.release_id for one in orders])
        for one in orders:
            build = found[one.release_id]
            facts = Facts(**build.facts)
            stopping = reasons(facts, at=now())
            if stopping:
                label = f"{facts.system} {version_of(build.version, build.build)}"
                raise NotNow(USELESS.format(label=label, why=stopping[0].sentence))

    async def _open(self, order_id: str, turn: int) -> PendingOrder:
        """Return what waits as somebody saw it. Raise NotFound, AlreadyDone; NotNow when due."""
        order = await self._now(order_id)
        if order.state is not PendingState.WAITING:
            said = f"{ENDED[order.state]} Nothing was changed."
            raise AlreadyDone(said, code="pending_ended", by=order.ended_by or "")
        if order.due_at <= now():
            await self._end(order, PendingState.EXPIRED, CLOCK)
            missing = builds_of(order.platforms, order.version)
            raise NotNow(f"This expired on {moment(order.due_at)}: {missing} did not come.")
        if order.turn != turn:
            raise AlreadyDone("It is for others as well by now. Look at it again.", code="widened")
        return order

    async def _now(self, order_id: str) -> PendingOrder:
        async with self._database.reading() as session:
            return await pending_orders.get(session, order_id)

    async def _end(
        self, seen: PendingOrder, state: PendingState, by: Actor, reason: str = ""
    ) -> bool:
        """End what waits as it was seen; return False where somebody was first."""
        async with self._database.writing() as session:
            order = await pending_orders.hold(session, seen.id)
            if order.turn != seen.turn:
                return False
            end(session, order, state, by, reason=reason)
        await self._show(order)
        return True

    async def _show(self, order: PendingOrder) -> None:
        await self._engine.start("show_pending", subject_of(order))

    async def _left(self, order: PendingOrder) -> str:
        name = await self._people.name(order.requested_by)
        return LEFT.format(name=name)

    async def _too_late(self, order: PendingOrder, by: Actor) -> AlreadyDone:
        return await self._distributions.too_late(order_of(order, key=order.key, by=by))


async def _halves_of(session: Session, order: PendingOrder) -> Halves:
    """Return how what an order is to go out with stands now."""
    found = await pending_orders.siblings(session, [order.id])
    return halves_among(found.get(order.id, ()), order.app_ids)


def _hindered(release: Release, halves: Halves) -> str:
    """Return why a release is not waited with any more, with what to do; empty while it is."""
    if release.state in OVER:
        return OVER[release.state]
    if not release.enabled:
        return DISABLED.format(label="It")
    return UNPAIRED if halves.strangers else ""
