"""Distributions: taking orders, each written down as one act before anybody is told."""

from collections.abc import Awaitable, Collection, Sequence
from datetime import timedelta
from typing import Any

from provisioning.actors import Act, Actor, Identity
from provisioning.distributing.coverage import Cover, Coverage, coverage
from provisioning.distributing.order import Order, Plan
from provisioning.errors import AlreadyDone, Unclear
from provisioning.installing.installabilities import Installabilities
from provisioning.people.audience import Audience
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle, notes
from provisioning.wording import moment
from storage.catalog import apps, destinations, distributions, groups, recipients, releases
from storage.catalog.database import Database, Session
from storage.catalog.recipients import Share
from storage.errors import AlreadyExists, NotFound, Stale
from storage.records.base import new_id, now
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
)
from storage.records.release import Release, ReleaseState

#: Whoever has waited this long is not about to be told by the act they wait in.
STUCK_AFTER = timedelta(seconds=30)

HAVE_IT = frozenset({RecipientState.TOLD, RecipientState.SILENT})

#: Nobody is left out who stands so: they have it, or it was taken back from them.
_SETTLED = HAVE_IT | {RecipientState.WITHDRAWN}

#: Nobody has to be told who stands so: they were, or are once it is signed for their phone.
SEEN_TO = frozenset({RecipientState.TOLD, RecipientState.HELD})


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
        self._installabilities = installabilities
        self._engine = engine
        self._organization_id = organization_id

    async def plan(
        self,
        release_id: str,
        group_ids: tuple[str, ...],
        people: tuple[Identity, ...],
        *,
        notify: bool = True,
    ) -> Plan:
        """
        Say how many people an order would reach, without doing anything. Raise NotFound.

        With *notify* whoever was given the release without a word is one of them. How many of them
        can install it is said as well.
        """
        gathered = await self._audience.of(group_ids, people)
        async with self._database.reading() as session:
            ids = {one.tester_id for one in gathered.members if one.tester_id}
            shares = await recipients.shares(session, release_id, ids)
            known = await groups.those(session, group_ids)
        if len(known) < len(set(group_ids)):
            raise NotFound("There is no such group.")
        own: dict[str, list[Share]] = {}
        for share in shares:
            if share.state is RecipientState.WITHDRAWN:
                continue  # Whoever it was taken back from has it anew.
            own.setdefault(share.tester_id, []).append(share)
        fresh = [
            one
            for one in gathered.members
            if one.tester_id is None or _is_to_be_told(own.get(one.tester_id, ()), notify=notify)
        ]
        covered = await self._coverage(release_id, {one.tester_id for one in fresh})
        return Plan(
            people=len(fresh),
            groups=tuple(known[group_id].name for group_id in group_ids),
            already=len(gathered.members) - len(fresh),
            shortfall=gathered.shortfall,
            unsigned=len(covered.those(Cover.READY)) if covered else 0,
            coming=len(covered.those(Cover.COMING)) if covered else 0,
            readiness=await self._installabilities.of_people(
                release_id, [one.tester_id for one in fresh]
            ),
        )

    async def request(self, order: Order) -> Distribution:
        """
        Make the release live for the order's groups and people, and begin to tell them.

        The same key again returns the same distribution. Whoever waits or could not be told in an
        earlier one is told now. Raise NotAllowed, NotNow, AlreadyDone with the name of who was
        first, and Unclear with the field `targets` or `notes`.
        """
        if not order.group_ids and not order.people:
            raise Unclear("Choose at least one group or person.", field="targets")
        await self._require(order)
        singles = await self._audience.testers_of(order.people)
        try:
            taken = self._taken(order, [tester.id for tester in singles])
            distribution = await self._once(order.key, taken)
        except Stale:
            raise await self._who_was_first(order) from None
        await self._engine.start("distribute", distribution.id)
        return distribution

    async def again(self, distribution_id: str, by: Actor, key: str) -> Distribution:
        """
        Try to tell those whom a distribution did not reach.

        Raise NotAllowed, NotFound, and AlreadyDone when there is nobody left to tell.
        """
        async with self._database.reading() as session:
            before = await distributions.get(session, distribution_id)
            rows = await destinations.of_distributions(session, [distribution_id])
            release = await releases.get(session, before.release_id)
            known = await distributions.of_key(session, key)
            shares = await recipients.of_releases(session, [before.release_id])
        await self._permissions.require(by, Act.DISTRIBUTE, Where(app_id=release.app_id))
        if known is None and not _is_short(before, shares):
            raise AlreadyDone(
                f"Everybody has heard of release {release.number} by now.", number=release.number
            )
        aims = [row.id for _, row in rows]
        made = Distribution(
            key=key,
            release_id=before.release_id,
            requested_by=by.reference,
            mandatory=before.mandatory,
            notify=before.notify,
            waits=before.waits,
            renews=False,
        )
        distribution = await self._once(key, self._added(made, aims, by, again=before.id))
        await self._engine.start("distribute", distribution.id)
        return distribution

    async def tell(self, release_id: str, by: Actor, key: str) -> Distribution:
        """
        Tell those who were given a release without a word.

        Raise NotAllowed, NotFound, NotNow for a release that is not live any more, and AlreadyDone
        when there is nobody left to tell.
        """
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            known = await distributions.of_key(session, key)
            counted = await recipients.counts(session, [release_id])
            silent = [
                (act, target)
                for act, target in await distributions.with_targets(session, release_id)
                if not act.notify
            ]
            rows = await destinations.of_releases(session, [release_id])
        await self._permissions.require(by, Act.DISTRIBUTE, Where(app_id=release.app_id))
        current = {row.id for row in rows if lifecycle.is_current(row)}
        aims = list(dict.fromkeys(target for _, target in silent if target in current))
        left = counted.get(release_id, {}).get(RecipientState.SILENT, 0)
        if known is None and not (left and aims):
            raise AlreadyDone(
                f"There is nobody left to tell of release {release.number}.", number=release.number
            )
        made = Distribution(
            key=key,
            release_id=release_id,
            requested_by=by.reference,
            mandatory=any(act.mandatory for act, _ in silent),
            notify=True,
            renews=False,
        )
        distribution = await self._once(key, self._added(made, aims, by, told=True))
        await self._engine.start("distribute", distribution.id)
        return distribution

    async def _coverage(
        self, release_id: str, tester_ids: Collection[str | None]
    ) -> Coverage | None:
        known = [one for one in tester_ids if one is not None]
        async with self._database.reading() as session:
            return await coverage(session, self._organization_id, release_id, known)

    async def _once(self, key: str, writing: Awaitable[Distribution]) -> Distribution:
        """Write an act down, or return the one of that key which was written at the same time."""
        try:
            return await writing
        except (AlreadyExists, Stale):
            # Of a click that came twice at once, the later one sees a release that was changed.
            async with self._database.reading() as session:
                found = await distributions.of_key(session, key)
            if found is None:
                raise
            return found

    async def _added(
        self,
        made: Distribution,
        aims: Sequence[str | None],
        by: Actor,
        **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
    ) -> Distribution:
        """Write down one more act about destinations there are. Raise Stale for a late one."""
        async with self._database.writing() as session:
            known = await distributions.of_key(session, made.key)
            if known is not None:
                return known
            session.add(made)
            await session.flush()
            await destinations.aim(session, made.id, [aim for aim in aims if aim])
            await lifecycle.turn(
                session,
                await releases.get(session, made.release_id),
                ReleaseState.LIVE,
                by=by,
                organization_id=self._organization_id,
                **detail,
            )
        return made

    async def _require(self, order: Order) -> None:
        async with self._database.reading() as session:
            release = await releases.get(session, order.release_id)
        for group_id in order.group_ids or ("",):
            where = Where(app_id=release.app_id, group_id=group_id)
            await self._permissions.require(order.by, Act.DISTRIBUTE, where)

    async def _taken(self, order: Order, tester_ids: list[str]) -> Distribution:
        """Write the order down. Raise Stale when somebody was first."""
        targets = [(DestinationKind.GROUP, group_id) for group_id in order.group_ids]
        targets += [(DestinationKind.TESTER, tester_id) for tester_id in tester_ids]
        worthwhile = await self._is_worthwhile(order, targets)
        async with self._database.writing() as session:
            before = await distributions.of_key(session, order.key)
            if before is not None:
                return before
            release = await releases.get(session, order.release_id)
            if order.revision is not None and release.revision != order.revision:
                raise Stale
            lifecycle.check(release, ReleaseState.LIVE)
            distribution = Distribution(
                key=order.key,
                release_id=release.id,
                requested_by=order.by.reference,
                mandatory=order.mandatory,
                notify=order.notify,
                waits=order.waits,
            )
            session.add(distribution)
            await session.flush()
            new = await self._send(session, order, release, distribution, targets)
            if not new and not worthwhile:
                raise Stale
            await self._publish(session, order, release)
            await self._supersede(session, release, targets)
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
        plan = await self.plan(order.release_id, order.group_ids, order.people, notify=order.notify)
        return plan.people > 0

    async def _send(
        self,
        session: Session,
        order: Order,
        release: Release,
        distribution: Distribution,
        targets: list[tuple[DestinationKind, str]],
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
                kind=kind,
                target_id=target_id,
                mandatory_from=now() if order.mandatory else None,
                created_by=order.by.reference,
            )
            for kind, target_id in targets
        ]
        new = await destinations.add(session, rows)
        kept = await destinations.of_releases(session, [release.id])
        own = [row.id for row in kept if (row.kind, row.target_id) in set(targets)]
        await destinations.aim(session, distribution.id, own)
        return new + await destinations.renew(session, own, at=now())

    async def _publish(self, session: Session, order: Order, release: Release) -> None:
        if order.notes is not None:
            release.notes = notes.checked(order.notes)
            session.add(release)
        await lifecycle.turn(
            session,
            release,
            ReleaseState.LIVE,
            by=order.by,
            organization_id=self._organization_id,
            groups=list(order.group_ids),
            mandatory=order.mandatory,
        )
        if order.group_ids:
            app = await apps.get(session, release.app_id)
            app.usual_group_id = order.group_ids[0]
            session.add(app)

    async def _supersede(
        self, session: Session, release: Release, targets: list[tuple[DestinationKind, str]]
    ) -> None:
        """At each target the highest number stays current."""
        for kind in {kind for kind, _ in targets}:
            ids = [target_id for one, target_id in targets if one is kind]
            rows = await destinations.current(session, release.app_id, kind, ids)
            newest: dict[str, Destination] = {row.target_id: row for row, _ in rows}
            for target_id, last in newest.items():
                older = [
                    row.id for row, _ in rows if row.target_id == target_id and row.id != last.id
                ]
                if older:
                    await destinations.supersede(session, older, by=last.release_id, at=now())

    async def _who_was_first(self, order: Order) -> AlreadyDone:
        async with self._database.reading() as session:
            release = await releases.get(session, order.release_id)
            acts = await distributions.of_releases(session, [order.release_id])
            earlier = [act for act in acts if not act.joins]
            rows = await destinations.of_distributions(session, [act.id for act in earlier[-1:]])
            ids = [row.target_id for _, row in rows if row.kind is DestinationKind.GROUP]
            known = await groups.those(session, ids)
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


def _is_short(act: Distribution, shares: Sequence[Recipient]) -> bool:
    """Return whether an act left out somebody whom no other has reached since."""
    reached = {one.tester_id for one in shares if one.state in _SETTLED}
    left = any(one.distribution_id == act.id and one.tester_id not in reached for one in shares)
    return left or bool(act.shortfall) or act.state is DistributionState.FAILED


def _is_to_be_told(own: Sequence[Share], *, notify: bool) -> bool:
    """Return whether an order that does *notify*, or not, has something for somebody."""
    have = SEEN_TO if notify else SEEN_TO | HAVE_IT
    if any(share.state in have for share in own):
        return False
    recent = now() - STUCK_AFTER
    return not any(
        share.state is RecipientState.WAITING and share.created_at > recent for share in own
    )
