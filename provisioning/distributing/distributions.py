"""Distributions: taking orders, each written down as one act before anybody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from provisioning.actors import Act, Actor, Identity
from provisioning.distributing import approval_requests, signer_pins
from provisioning.distributing.asking import (
    Consent,
    Earlier,
    Ready,
    Taken,
    ask,
    fell_behind,
    is_for,
    known_as,
)
from provisioning.distributing.needs import needs_of
from provisioning.distributing.order import Order, Plan
from provisioning.distributing.places import OrderPlace, places_of
from provisioning.distributing.placing import send, settle
from provisioning.distributing.planning import Planning
from provisioning.distributing.repeats import Repeats
from provisioning.distributing.signer_pins import SignerPins
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.installing.installabilities import Installabilities
from provisioning.people.audience import Audience
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle, notes
from provisioning.releases.cards import version_of
from provisioning.releases.rewording import reword
from provisioning.wording import moment
from storage.catalog import (
    approvals,
    apps,
    builds,
    destinations,
    distributions,
    groups,
    releases,
)
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, Stale
from storage.records.approval import ApprovalRequest, ApprovalState
from storage.records.destination import DestinationKind
from storage.records.distribution import Distribution
from storage.records.release import Release, ReleaseState


class Distributions:
    """Plans, takes and repeats orders."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        audience: Audience,
        installabilities: Installabilities,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._audience = audience
        self._planning = Planning(
            database, audience, installabilities, organization_id=organization_id
        )
        self._engine = engine
        self._repeats = Repeats(database, permissions, engine, organization_id=organization_id)
        self._signers = SignerPins(database, engine)
        self._organization_id = organization_id

    async def plan(
        self,
        release_id: str,
        group_ids: tuple[str, ...],
        people: tuple[Identity, ...],
        *,
        notify: bool = True,
        over: Mapping[str, str] | None = None,
    ) -> Plan:
        """
        Say how many people an order would reach, without doing anything. Raise NotFound.

        With *notify* whoever was given the release without a word is one of them. How many of them
        can install it is said as well. *over* is as an order has it.
        """
        return await self._planning.plan(
            release_id, group_ids, people, notify=notify, over=over or {}
        )

    async def request(self, order: Order, *also: Order) -> Taken:
        """
        Make the release live for the order's groups and people, and begin to tell them.

        With *also* releases for other platforms go to the same ones, each by an act of its own, all
        of them or none; what everybody has already is left out of them. The first is returned.

        Where a group takes an approval nothing of that happens before it is given: the whole order
        waits, and the request is returned. The same key again returns the same. Whoever waits or
        could not be told in an earlier act is told now. Raise NotAllowed, NotNow, AlreadyDone with
        the name of who was first, or where something else is current by now than what the order was
        to take the place of, and Unclear with the field `targets` or `notes`.
        """
        every = [await self.ready(one) for one in (order, *also)]
        await self.require_signers((order, *also))
        try:
            taken = await self._taken(every)
        except (AlreadyExists, Stale) as error:
            # Of a click that came twice at once, the later one sees a release that was changed.
            async with self._database.reading() as session:
                taken = await _known(session, every)
            if not taken and isinstance(error, Stale):
                raise await self.too_late(order) from None
            if not taken:
                raise
        await self.begin(taken)
        return taken[0]

    async def beside(self, order: Order, release_ids: Sequence[str]) -> tuple[Order, ...]:
        """
        Return the orders that give the same ones some releases for other platforms as well.

        Notes that were written for the first are for those, too, that have none of their own and
        never went out: what is written for all stands once in people's message.
        """
        async with self._database.reading() as session:
            own = await releases.get(session, order.release_id)
            others = [await releases.get(session, one) for one in release_ids]
        return tuple(
            Order(
                key=f"{order.key}:{other.id}",
                release_id=other.id,
                by=order.by,
                group_ids=order.group_ids,
                people=order.people,
                notes=order.notes if _takes_notes(other, own) else None,
                mandatory=order.mandatory,
                notify=order.notify,
                waits=order.waits,
            )
            for other in others
        )

    async def ready(self, order: Order) -> Ready:
        """
        Ask for what an order needs before it is written down.

        Raise NotAllowed, NotFound, Unclear with the field `targets`.
        """
        if not order.group_ids and not order.people:
            raise Unclear("Choose at least one group or person.", field="targets")
        await self.require(order)
        singles = await self._audience.testers_of(order.people)
        ready = Ready(
            order=order, tester_ids=tuple(tester.id for tester in singles), worthwhile=True
        )
        return replace(ready, worthwhile=await self._is_worthwhile(order, ready.targets))

    async def write(self, session: Session, ready: Ready, consent: Consent) -> Distribution:
        """
        Write down an order that was approved, in the unit of work that ends its request.

        Raise what `request` does where it cannot be carried out any more. Whoever commits starts
        the road `distribute`.
        """
        release, places = await self._looked(session, ready, consent)
        return await self._act(session, ready, release, places, consent)

    async def write_together(
        self, session: Session, every: Sequence[Ready], earlier: Earlier | None
    ) -> list[Taken]:
        """
        Write the orders of one click, or of one wait, down together: all of them or none.

        What everybody has already is left out. Their apps are locked (`lock`). Raise what `request`
        does, and Stale when somebody was first. Whoever commits begins them (`begin`).
        """
        taken = [
            await self._written(session, ready, earlier)
            for ready in [one for one in every if one.worthwhile] or every[:1]
        ]
        acts = [one for one in taken if isinstance(one, Distribution)]
        for act in acts:
            act.joint_id = acts[0].id if len(acts) > 1 else None
            session.add(act)
        return taken

    async def lock(self, session: Session, every: Sequence[Ready]) -> None:
        """Lock the apps of some orders, in the order in which everybody does."""
        known = [await releases.get(session, ready.order.release_id) for ready in every]
        for app_id in sorted({release.app_id for release in known}):
            await apps.lock(session, app_id)

    async def begin(self, taken: Sequence[Taken]) -> None:
        """Begin to carry out what was written down."""
        for known in taken:
            if isinstance(known, ApprovalRequest):
                await self._engine.start("ask_approval", approval_requests.subject_of(known))
            else:
                await self._engine.start("distribute", known.id)

    async def require(self, order: Order) -> None:
        """Raise NotAllowed unless whoever orders may send the release there. Raise NotFound."""
        async with self._database.reading() as session:
            release = await releases.get(session, order.release_id)
        for group_id in order.group_ids or ("",):
            where = Where(app_id=release.app_id, group_id=group_id)
            await self._permissions.require(order.by, Act.DISTRIBUTE, where)

    async def require_signers(self, orders: Sequence[Order]) -> None:
        """Raise NotNow where somebody else signed a release than its app; admins are asked then."""
        for one in orders:
            await self._signers.require(one.release_id, one.by)

    async def again(self, distribution_id: str, by: Actor, key: str) -> Distribution:
        """
        Try to tell those whom a distribution did not reach.

        Raise NotAllowed, NotFound, and AlreadyDone when there is nobody left to tell.
        """
        return await self._repeats.again(distribution_id, by, key)

    async def tell(self, release_id: str, by: Actor, key: str) -> Distribution:
        """
        Tell those who were given a release without a word.

        Raise NotAllowed, NotFound, NotNow for a release that is not live any more, and AlreadyDone
        when there is nobody left to tell.
        """
        return await self._repeats.tell(release_id, by, key)

    async def _taken(self, every: Sequence[Ready]) -> list[Taken]:
        """Write orders of one click down together. Raise Stale when somebody was first."""
        async with self._database.writing() as session:
            if before := await _known(session, every):
                return before
            await self.lock(session, every)
            return await self.write_together(session, every, None)

    async def _written(self, session: Session, ready: Ready, earlier: Earlier | None) -> Taken:
        """Write one order down: as an act, or as a request where a group takes an approval."""
        release, places = await self._looked(session, ready, earlier)
        needs = await needs_of(session, ready.order.group_ids)
        if needs:
            return await ask(session, ready, release, places, needs)
        return await self._act(session, ready, release, places, earlier)

    async def _looked(
        self, session: Session, ready: Ready, earlier: Earlier | None
    ) -> tuple[Release, list[OrderPlace]]:
        """Return the release, if it may be sent, with what becomes of each target."""
        order = ready.order
        release = await releases.get(session, order.release_id)
        # Of two acts about one group the second sees what the first made current there.
        await apps.lock(session, release.app_id)
        await session.refresh(release)
        if order.revision is not None and release.revision != order.revision:
            raise Stale
        lifecycle.check(release, ReleaseState.LIVE)
        lifecycle.require_enabled(release)
        build = (await builds.of_releases(session, [release.id]))[release.id]
        if not await signer_pins.goes(session, release, build):
            raise NotNow(
                f"Release {release.number} was signed by somebody else than its app is by now.",
                code="signer_waits",
            )
        places = await places_of(session, release, ready.targets, order.over)
        await _refuse_moved(session, places, earlier)
        return release, places

    async def _act(
        self,
        session: Session,
        ready: Ready,
        release: Release,
        places: Sequence[OrderPlace],
        earlier: Earlier | None,
    ) -> Distribution:
        """Write an act down with its destinations. Raise Stale when somebody was first."""
        order = ready.order
        distribution = Distribution(
            key=order.key,
            release_id=release.id,
            requested_by=order.by.reference,
            mandatory=order.mandatory,
            notify=order.notify,
            waits=order.waits,
            because=order.because,
        )
        session.add(distribution)
        await session.flush()
        new = await send(session, order, release, distribution, places)
        returns = any(place.returns for place in places)
        if not new and not returns and not ready.worthwhile:
            if earlier is not None:
                raise AlreadyDone("Everybody it was for has it by now.")
            raise Stale
        await self._publish(session, order, release, returns=returns, earlier=earlier)
        await settle(session, release, places)
        return distribution

    async def _is_worthwhile(
        self, order: Order, targets: list[tuple[DestinationKind, str]]
    ) -> bool:
        """Return whether somebody would be told although the release has all its targets."""
        async with self._database.reading() as session:
            rows = await destinations.of_releases(session, [order.release_id])
        there = {(row.kind, row.target_id) for row in rows if row.recalled_at is None}
        if not set(targets) <= there:
            return True  # There is a new target, so nobody has to be counted.
        plan = await self.plan(
            order.release_id,
            order.group_ids,
            order.people,
            notify=order.notify,
            over=order.over,
        )
        return plan.people > 0

    async def _publish(
        self,
        session: Session,
        order: Order,
        release: Release,
        *,
        returns: bool,
        earlier: Earlier | None,
    ) -> None:
        if order.notes is not None:
            await self._reword(session, order, release, notes.checked(order.notes))
        await lifecycle.turn(
            session,
            release,
            ReleaseState.LIVE,
            by=order.by,
            organization_id=self._organization_id,
            groups=list(order.group_ids),
            mandatory=order.mandatory,
            **({"returns": True, "because": order.because} if returns else {}),
            **(earlier.detail if earlier else {}),
        )
        build = (await builds.of_releases(session, [release.id]))[release.id]
        await signer_pins.pin(session, release, build, order.by)
        if order.group_ids:
            app = await apps.get(session, release.app_id)
            app.usual_group_id = order.group_ids[0]
            session.add(app)

    async def _reword(self, session: Session, order: Order, release: Release, text: str) -> None:
        """Take other notes over; what others were told of a release that is out follows."""
        if release.state is ReleaseState.LIVE:
            # Its road is found by whoever looks for what is unfinished.
            await reword(session, release, text, by=order.by, organization_id=self._organization_id)
        elif text != release.notes:
            release.notes = text
            session.add(release)

    async def too_late(self, order: Order) -> AlreadyDone:
        """Return who was first where an order found somebody else's there."""
        async with self._database.reading() as session:
            release = await releases.get(session, order.release_id)
            waiting = await approvals.of_release(session, release.id, {ApprovalState.WAITING})
            acts = await distributions.of_releases(session, [order.release_id])
            earlier = [act for act in acts if not act.joins]
            rows = await destinations.of_distributions(session, [act.id for act in earlier[-1:]])
            ids = [row.target_id for _, row in rows if row.kind is DestinationKind.GROUP]
            known = await groups.those(session, ids)
        asked = next((one for one in waiting if is_for(one, order)), None)
        if asked is not None:
            name = await self._people.name(asked.requested_by)
            until = f" until {moment(asked.due_at)}" if asked.due_at else ""
            return AlreadyDone(
                f"{name} asked for this on {moment(asked.created_at)}: it waits for an "
                f"approval{until}.",
                number=release.number,
                by=asked.requested_by,
            )
        if not earlier:
            return AlreadyDone(
                f"Somebody changed release {release.number} a moment ago. Open it again."
            )
        last = earlier[-1]
        name = await self._people.name(last.requested_by)
        where = ", ".join(known[group_id].name for group_id in ids if group_id in known)
        return AlreadyDone(
            f"{name} already distributed release {release.number}{f' to {where}' if where else ''} "
            f"on {moment(last.created_at)}. Open it again to add groups or people.",
            number=release.number,
            by=last.requested_by,
            at=last.created_at.isoformat(),
        )


def _takes_notes(other: Release, own: Release) -> bool:
    """Return whether what is written for one release is for another platform's as well."""
    return other.published_at is None and other.notes.strip() in {"", own.notes.strip()}


async def _known(session: Session, every: Sequence[Ready]) -> list[Taken]:
    """Return what was written down of the same click before."""
    found = [await known_as(session, ready.order.key) for ready in every]
    return [one for one in found if one is not None]


async def _refuse_moved(
    session: Session, places: Sequence[OrderPlace], earlier: Earlier | None
) -> None:
    """
    Raise AlreadyDone where something else is current than what a release was to replace.

    What was asked for earlier is not put behind something that came meanwhile, either.
    """
    moved = next((place for place in places if place.is_moved or fell_behind(place, earlier)), None)
    if moved is None:
        return
    known = await groups.those(session, [moved.target[1]])
    name = known[moved.target[1]].name if known else "The group"
    ids = [moved.there[0].release_id] if moved.there else []
    there = await releases.newest_version(session, ids)
    what = version_of(*there) if there else "nothing"
    raise AlreadyDone(f"{name} has {what} by now: somebody was first. Look at it again.")
