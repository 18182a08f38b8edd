"""Distribution: giving a release to people."""

from dataclasses import dataclass, field

from provisioning.errors import AlreadyDone, Unclear
from provisioning.people.audience import Audience
from provisioning.people.people import Act, People
from provisioning.ports import Engine
from provisioning.releases.drafts import check_turn, checked_notes
from storage.catalog import apps, audit, distributions, groups, releases
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, Stale
from storage.records.audit import AuditEntry
from storage.records.base import new_id, now
from storage.records.distribution import (
    Delivery,
    DeliveryState,
    Destination,
    DestinationKind,
    Distribution,
    DistributionState,
)
from storage.records.release import Release, ReleaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What somebody asks for: a release for groups and single people (Slack user ids).

    `key` is the same for each try of the same click. `revision` is of the release as the person saw
    it, None where it does not matter. `notes` replace the release's own unless None.
    """

    key: str
    release_id: str
    by: str
    group_ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    revision: int | None = None
    notes: str | None = None
    mandatory: bool = False
    notify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an order would do. `people` are those who would newly get the release."""

    people: int
    groups: tuple[str, ...]
    already: int = 0
    shortfall: str = field(default="")


class Distributions:
    """Takes orders, and carries out their steps."""

    def __init__(
        self,
        database: Database,
        people: People,
        audience: Audience,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._people = people
        self._audience = audience
        self._engine = engine
        self._organization_id = organization_id

    async def plan(
        self, release_id: str, group_ids: tuple[str, ...], people: tuple[str, ...]
    ) -> Plan:
        """Say how many people an order would reach, without doing anything."""
        gathered = await self._audience.of(group_ids, people)
        async with self._database.reading() as session:
            given = {d.tester_id for d in await distributions.deliveries(session, release_id)}
            names = [(await groups.get(session, group_id)).name for group_id in group_ids]
        fresh = [tester for tester in gathered.testers if tester.id not in given]
        return Plan(
            people=len(fresh),
            groups=tuple(names),
            already=len(gathered.testers) - len(fresh),
            shortfall=gathered.shortfall,
        )

    async def request(self, order: Order) -> Distribution:
        """
        Make the release live for the order's groups and people, and begin to tell them.

        The same key again returns the same distribution. Raise NotAllowed, NotNow, AlreadyDone with
        the name of who was first, and Unclear with the field `targets` or `notes`.
        """
        await self._people.require(order.by, Act.DISTRIBUTE)
        if not order.group_ids and not order.people:
            raise Unclear("Choose at least one group or person.", field="targets")
        singles = await self._audience.testers_of(order.people)
        try:
            async with self._database.writing() as session:
                distribution = await self._write(session, order, [t.id for t in singles])
        except Stale:
            raise await self._who_was_first(order) from None
        except AlreadyExists:
            # The same click came twice at once, and the other one has just been written.
            async with self._database.reading() as session:
                distribution = await distributions.of_key(session, order.key)
        if distribution is None:
            raise await self._who_was_first(order)
        await self._engine.start("distribute", distribution.id)
        return distribution

    async def resolve(self, distribution_id: str) -> list[str]:
        """Write down who gets it; return the ids of the deliveries that wait to be told."""
        async with self._database.reading() as session:
            distribution = await distributions.get(session, distribution_id)
            rows = await distributions.destinations_of(session, distribution_id)
        group_ids = [r.target_id for r in rows if r.kind is DestinationKind.GROUP]
        singles = [r.target_id for r in rows if r.kind is DestinationKind.TESTER]
        gathered = await self._audience.of(tuple(group_ids), tester_ids=tuple(singles))
        async with self._database.writing() as session:
            distribution = await distributions.get(session, distribution_id)
            distribution.state = DistributionState.UNDERWAY
            distribution.shortfall = gathered.shortfall
            session.add(distribution)
            fresh = [
                Delivery(
                    distribution_id=distribution_id,
                    release_id=distribution.release_id,
                    tester_id=tester.id,
                    state=DeliveryState.WAITING if distribution.notify else DeliveryState.SILENT,
                )
                for tester in gathered.testers
            ]
            await distributions.add_deliveries(session, fresh)
            kept = await distributions.deliveries_of(session, distribution_id)
        return [d.id for d in kept if d.state is DeliveryState.WAITING]

    async def channels(self, distribution_id: str) -> list[str]:
        """Return the channels that hear of it: those of its groups that can be posted in."""
        async with self._database.reading() as session:
            rows = await distributions.destinations_of(session, distribution_id)
            group_ids = [r.target_id for r in rows if r.kind is DestinationKind.GROUP]
            connected = await groups.channels(session, group_ids)
        return list(dict.fromkeys(c.channel_id for c in connected if not c.broken))

    async def told(self, delivery_id: str, *, delivered: bool, reason: str) -> None:
        """Write down whether a tester could be told."""
        async with self._database.writing() as session:
            delivery = await distributions.delivery(session, delivery_id)
            if delivery.state is not DeliveryState.WAITING:
                return
            delivery.state = DeliveryState.TOLD if delivered else DeliveryState.UNDELIVERABLE
            delivery.reason = reason
            delivery.told_at = now()
            session.add(delivery)

    async def is_waiting(self, delivery_id: str) -> bool:
        async with self._database.reading() as session:
            delivery = await distributions.delivery(session, delivery_id)
        return delivery.state is DeliveryState.WAITING

    async def release_of(self, distribution_id: str) -> str:
        async with self._database.reading() as session:
            return (await distributions.get(session, distribution_id)).release_id

    async def finish(self, distribution_id: str) -> None:
        """Mark it as done."""
        async with self._database.writing() as session:
            distribution = await distributions.get(session, distribution_id)
            if distribution.state is not DistributionState.DONE:
                distribution.state = DistributionState.DONE
                distribution.done_at = now()
                session.add(distribution)

    async def _write(
        self, session: Session, order: Order, tester_ids: list[str]
    ) -> Distribution | None:
        """Return the distribution of the order, None when somebody else was first."""
        before = await distributions.of_key(session, order.key)
        if before is not None:
            return before
        release = await releases.get(session, order.release_id)
        if order.revision is not None and release.revision != order.revision:
            return None
        check_turn(release, ReleaseState.LIVE)
        distribution = Distribution(
            key=order.key,
            release_id=release.id,
            requested_by=order.by,
            mandatory=order.mandatory,
            notify=order.notify,
        )
        session.add(distribution)
        await session.flush()
        for group_id in order.group_ids:
            await groups.get(session, group_id)
        if not await self._send(session, order, distribution, tester_ids):
            raise Stale
        await self._publish(session, order, release)
        return distribution

    async def _send(
        self, session: Session, order: Order, distribution: Distribution, tester_ids: list[str]
    ) -> int:
        targets = [(DestinationKind.GROUP, group_id) for group_id in order.group_ids]
        targets += [(DestinationKind.TESTER, tester_id) for tester_id in tester_ids]
        rows = [
            Destination(
                id=new_id(),
                release_id=order.release_id,
                distribution_id=distribution.id,
                kind=kind,
                target_id=target_id,
                mandatory=order.mandatory,
                created_by=order.by,
            )
            for kind, target_id in targets
        ]
        return await distributions.add_destinations(session, rows)

    async def _publish(self, session: Session, order: Order, release: Release) -> None:
        newer = await releases.newest_live(session, release.app_id)
        superseded = newer is not None and newer.number > release.number
        values: dict[str, object] = {
            "state": ReleaseState.SUPERSEDED if superseded else ReleaseState.LIVE
        }
        if release.published_at is None:
            values |= {"published_at": now(), "published_by": order.by}
        if order.notes is not None:
            values["notes"] = checked_notes(order.notes)
        await releases.change(session, release, **values)
        if not superseded:
            await releases.supersede_others(session, release)
        if order.group_ids:
            app = await apps.get(session, release.app_id)
            app.usual_group_id = order.group_ids[0]
            session.add(app)
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=order.by,
            action="release.distributed",
            subject_id=release.id,
            origin="slack",
            detail={"groups": list(order.group_ids), "mandatory": order.mandatory},
        )
        audit.add(session, entry)

    async def _who_was_first(self, order: Order) -> AlreadyDone:
        async with self._database.reading() as session:
            release = await releases.get(session, order.release_id)
            earlier = await distributions.of_release(session, order.release_id)
        if not earlier:
            return AlreadyDone(
                f"Somebody changed release {release.number} a moment ago. Open it again."
            )
        last = earlier[-1]
        name = await self._people.name(last.requested_by)
        where = await self._names_of(last.id)
        return AlreadyDone(
            f"{name} already distributed release {release.number}{where} at "
            f"{last.created_at:%H:%M} UTC. Open it again to add groups or people."
        )

    async def _names_of(self, distribution_id: str) -> str:
        async with self._database.reading() as session:
            rows = await distributions.destinations_of(session, distribution_id)
            known = {g.id: g.name for g in await groups.every(session, self._organization_id)}
        names = [known[r.target_id] for r in rows if r.target_id in known]
        return f" to {', '.join(names)}" if names else ""
