"""Planning: what an order would do, counted at the moment somebody asks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from provisioning.actors import Identity
from provisioning.distributing.coverage import Cover, Coverage, coverage
from provisioning.distributing.differences import differences
from provisioning.distributing.needs import need_of
from provisioning.distributing.order import GroupPlan, Plan
from provisioning.distributing.places import OrderPlace, places_of, with_newer
from provisioning.installing.installabilities import Installabilities
from provisioning.people.audience import Audience, Gathered, Member, Target
from provisioning.releases.cards import version_of
from storage.catalog import builds, group_rolls, recipients, releases
from storage.catalog.database import Database, Session
from storage.catalog.recipients import Share
from storage.errors import NotFound
from storage.inspection.diff import compare
from storage.inspection.facts import Facts
from storage.records.base import now
from storage.records.build import Build
from storage.records.destination import DestinationKind
from storage.records.distribution import RecipientState
from storage.records.group import Group
from storage.records.release import Release

#: Whoever has waited this long is not about to be told by the act they wait in.
STUCK_AFTER = timedelta(seconds=30)

HAVE_IT = frozenset({RecipientState.TOLD, RecipientState.SILENT, RecipientState.ON_PAGE})

#: Nobody has to be told who stands so: they were, are once it is signed for their phone, or see it
#: on their page.
SEEN_TO = frozenset({RecipientState.TOLD, RecipientState.HELD, RecipientState.ON_PAGE})


class Planning:
    """Says what orders would do. Asking writes nothing."""

    def __init__(
        self,
        database: Database,
        audience: Audience,
        installabilities: Installabilities,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._audience = audience
        self._installabilities = installabilities
        self._organization_id = organization_id

    async def plan(
        self,
        release_id: str,
        group_ids: Sequence[str],
        people: Sequence[Identity],
        *,
        notify: bool,
        over: Mapping[str, str],
    ) -> Plan:
        """Say what an order would do, as `Distributions.plan` has it. Raise NotFound."""
        gathered = await self._audience.of(group_ids, people)
        targets: list[Target] = [(DestinationKind.GROUP, one) for one in group_ids]
        targets += [
            (DestinationKind.TESTER, one.tester_id)
            for one in gathered.members
            if one.tester_id and (DestinationKind.TESTER, one.tester_id) in one.targets
        ]
        async with self._database.reading() as session:
            release, _, build, _ = await releases.in_full(session, release_id)
            ids = {one.tester_id for one in gathered.members if one.tester_id}
            shares = await recipients.shares(session, release_id, ids)
            with_rolls = await group_rolls.those(session, group_ids)
            known = {one: found.group for one, found in with_rolls.items()}
            places = await places_of(session, release, targets, over)
            own = [place for place in places if place.target[0] is DestinationKind.GROUP]
            shown = await _shown(session, own, known, build)
            changed = await differences(session, with_rolls, gathered)
        if len(known) < len(set(group_ids)):
            raise NotFound("There is no such group.")
        keeping = await self._keeping(release, places, gathered)
        fresh = _told(gathered, shares, places, keeping, notify=notify)
        covered = await self._coverage(release_id, {one.tester_id for one in fresh})
        return Plan(
            people=len(fresh),
            groups=tuple(known[group_id].name for group_id in group_ids),
            already=len(gathered.members) - len(fresh),
            keeping=len(keeping),
            places=shown,
            needs=tuple(
                need_of(one.policy, known) for one in with_rolls.values() if one.policy is not None
            ),
            shortfall=gathered.shortfall,
            differences=changed,
            unsigned=len(covered.those(Cover.READY)) if covered else 0,
            coming=len(covered.those(Cover.COMING)) if covered else 0,
            readiness=await self._installabilities.of_people(
                release_id, [one.tester_id for one in fresh]
            ),
        )

    async def _keeping(
        self, release: Release, places: Sequence[OrderPlace], gathered: Gathered
    ) -> set[str]:
        """Return the testers of places that go back who have a newer one by something else."""
        back = {place.target for place in places if place.returns}
        if not back:
            return set()
        inside = {one.tester_id for one in gathered.members if back.intersection(one.targets)}
        newer = await with_newer(
            self._database, self._audience, release, [place.target for place in places]
        )
        return {one for one in inside if one is not None and one in newer}

    async def _coverage(
        self, release_id: str, tester_ids: Collection[str | None]
    ) -> Coverage | None:
        known = [one for one in tester_ids if one is not None]
        async with self._database.reading() as session:
            return await coverage(session, self._organization_id, release_id, known)


async def _shown(
    session: Session, places: Sequence[OrderPlace], known: Mapping[str, Group], build: Build
) -> tuple[GroupPlan, ...]:
    there = await builds.of_releases(
        session, {place.there[0].release_id for place in places if place.there}
    )
    return tuple(
        _group_plan(place, known[place.target[1]].name, there, build)
        for place in places
        if place.target[1] in known
    )


def _group_plan(
    place: OrderPlace, name: str, there: Mapping[str, Build], build: Build
) -> GroupPlan:
    group_id = place.target[1]
    before = there.get(place.there[0].release_id) if place.there else None
    if place.there is None or before is None:
        return GroupPlan(group_id=group_id, name=name, outcome=place.outcome)
    return GroupPlan(
        group_id=group_id,
        name=name,
        outcome=place.outcome,
        returns=place.returns,
        there_id=place.there[0].release_id,
        there=version_of(before.version, before.build),
        changes=tuple(compare(Facts(**before.facts), Facts(**build.facts))),
    )


def _told(
    gathered: Gathered,
    shares: Sequence[Share],
    places: Sequence[OrderPlace],
    keeping: Collection[str],
    *,
    notify: bool,
) -> list[Member]:
    """Return those of an audience who would hear of a release."""
    own: dict[str, list[Share]] = {}
    for share in shares:
        if share.state is RecipientState.WITHDRAWN:
            continue  # Whoever it was taken back from has it anew.
        own.setdefault(share.tester_id, []).append(share)
    back = {place.target for place in places if place.returns}
    return [
        one
        for one in gathered.members
        if one.tester_id is None
        or (one.tester_id not in keeping and back.intersection(one.targets))
        or _is_to_be_told(own.get(one.tester_id, ()), notify=notify)
    ]


def _is_to_be_told(own: Sequence[Share], *, notify: bool) -> bool:
    """Return whether an order that does *notify*, or not, has something for somebody."""
    have = SEEN_TO if notify else SEEN_TO | HAVE_IT
    if any(share.state in have for share in own):
        return False
    recent = now() - STUCK_AFTER
    return not any(
        share.state is RecipientState.WAITING and share.created_at > recent for share in own
    )
