"""Mandates: making a release mandatory where it was sent, lifting that, and undoing either."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from provisioning.actors import Act, Actor
from provisioning.distributing.mandate_order import (
    Kept,
    MandateOrder,
    MandatePlan,
    checked_version,
    checked_why,
    kept_terms,
    mark_of,
    set_terms,
)
from provisioning.distributing.turning_points import plan_moments
from provisioning.errors import AlreadyDone, NotNow
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle
from provisioning.releases.demands import reached
from provisioning.wording import moment
from storage.catalog import (
    audit,
    demanded,
    destinations,
    groups,
    mandates,
    milestones,
    releases,
)
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, NotFound, Stale
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.destination import Destination, DestinationKind
from storage.records.mandate import Mandate, MandateKind
from storage.records.release import Release, ReleaseState

#: What the audit calls each.
ACTIONS = {
    MandateKind.SET: "release.mandatory",
    MandateKind.LIFTED: "release.not_mandatory",
    MandateKind.UNDONE: "release.mandatory_undone",
}
#: Milestones that came due longer ago were begun, or are forgotten by the engine.
LATELY = timedelta(days=14)


class Mandates:
    """Plans, takes and undoes mandate orders. What they say holds with the records, at once."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._engine = engine
        self._organization_id = organization_id

    async def plan(self, release_id: str, group_ids: Sequence[str]) -> MandatePlan:
        """Say whom an order would concern, without doing anything. Raise NotFound, NotNow."""
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            there = await _there(session, release)
            rows = await _chosen(session, release, there, group_ids)
            ids = [row.id for row in rows]
            entitled = {one.tester_id for one in await reached(session, ids)}
            begun = await demanded.begun(session, [release.app_id], entitled)
            targets = [row.target_id for row in rows if row.kind is DestinationKind.GROUP]
            known = await groups.those(session, targets)
        return MandatePlan(
            people=len(entitled),
            having=sum(one.number >= release.number for one in begun),
            groups=tuple(known[one].name for one in targets if one in known),
            singles=len(rows) - len(targets),
            seen=mark_of(kept_terms(there)),
        )

    async def request(self, order: MandateOrder) -> Mandate:
        """
        Make the release mandatory, or mandatory no more, and begin to say so where it stands.

        The same key again returns the same act. Raise NotAllowed, NotFound, Unclear with the field
        `below` or `because`, NotNow for what nobody has there, and AlreadyDone where it is so
        already, or where somebody, who is named, changed it since the person looked.
        """
        below, because = checked_version(order.below), checked_why(order.because)
        async with self._database.reading() as session:
            release = await releases.get(session, order.release_id)
        await self._require(release, order.group_ids, order.by)
        try:
            mandate = await self._taken(order, below, because)
        except (AlreadyExists, Stale):
            found = await self._of_key(order.key)
            if found is None:
                raise await self._who_was_first(order.release_id) from None
            mandate = found
        await self._begin(mandate)
        return mandate

    async def undo(self, mandate_id: str, by: Actor) -> Mandate:
        """
        Let what was before an act be so again.

        Raise NotAllowed, NotFound, AlreadyDone when it was undone before, and NotNow, naming who
        did it, when somebody changed it meanwhile.
        """
        async with self._database.reading() as session:
            before = await mandates.get(session, mandate_id)
            release = await releases.get(session, before.release_id)
        await self._require(release, before.group_ids if not before.singles else (), by)
        try:
            mandate = await self._undone(before, by)
        except (AlreadyExists, Stale):
            raise await self._who_undid(mandate_id) from None
        await self._begin(mandate)
        return mandate

    async def unfinished(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the ids of acts that messages are to say yet."""
        async with self._database.reading() as session:
            return await mandates.unfinished(session, before, since)

    async def _due(self, release_id: str) -> list[str]:
        async with self._database.reading() as session:
            found = await milestones.due(session, now(), now() - LATELY, release_id=release_id)
        return [f"{one.id}@{one.turn}" for one in found]

    async def _begin(self, mandate: Mandate) -> None:
        """Start what an act brings about: messages say it, and who has to update is reminded."""
        await self._engine.start("mandate", mandate.id)
        for subject in await self._due(mandate.release_id):
            await self._engine.start("remind", subject)

    async def _require(self, release: Release, group_ids: Sequence[str], by: Actor) -> None:
        for group_id in group_ids or ("",):
            where = Where(app_id=release.app_id, group_id=group_id)
            await self._permissions.require(by, Act.REQUIRE, where)

    async def _taken(self, order: MandateOrder, below: str, because: str) -> Mandate:
        """Write the order down. Raise Stale when the terms are others than the person saw."""
        at = now()
        async with self._database.writing() as session:
            known = await mandates.of_key(session, order.key)
            if known is not None:
                return known
            await releases.lock(session, order.release_id)
            release = await releases.get(session, order.release_id)
            there = await _there(session, release)
            before = kept_terms(there)
            if order.seen is not None and order.seen != mark_of(before):
                raise Stale
            rows = await _chosen(session, release, there, order.group_ids)
            changed = [row for row in rows if not _is_so(row, order, below, at)]
            if not changed:
                raise self._so_already(release, order)
            for row in changed:
                _apply(row, order, below, at)
            kind = MandateKind.LIFTED if order.lifts else MandateKind.SET
            return await self._written(
                session,
                order.by,
                changed,
                before,
                Mandate(
                    key=order.key,
                    release_id=release.id,
                    kind=kind,
                    because=because,
                    requested_by=order.by.reference,
                ),
                at,
            )

    async def _undone(self, act: Mandate, by: Actor) -> Mandate:
        """Write an undoing down. Raise Stale when it was undone before."""
        at = now()
        async with self._database.writing() as session:
            await releases.lock(session, act.release_id)
            if await mandates.undoing(session, [act.id]):
                raise Stale
            there = await destinations.of_releases(session, [act.release_id])
            rows = [row for row in there if row.id in act.before]
            before = kept_terms(rows)
            if any(before[row.id] != act.after[row.id] for row in rows):
                raise await self._changed_since(session, act)
            for row in rows:
                set_terms(row, act.before[row.id])
            return await self._written(
                session,
                by,
                rows,
                before,
                Mandate(
                    key=f"undo:{act.id}",
                    release_id=act.release_id,
                    kind=MandateKind.UNDONE,
                    undoes=act.id,
                    requested_by=by.reference,
                ),
                at,
            )

    async def _written(
        self,
        session: Session,
        by: Actor,
        rows: Sequence[Destination],
        before: Kept,
        mandate: Mandate,
        at: datetime,
    ) -> Mandate:
        """Keep an act on some destinations with what it changed, and the moments it brings."""
        changed = {row.id for row in rows}
        mandate.before = {one: dict(terms) for one, terms in before.items() if one in changed}
        mandate.after = kept_terms(rows)
        mandate.group_ids = [row.target_id for row in rows if row.kind is DestinationKind.GROUP]
        mandate.singles = len(rows) - len(mandate.group_ids)
        session.add_all([*rows, mandate])
        await session.flush()
        await plan_moments(session, rows, at=at)
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action=ACTIONS[mandate.kind],
            subject_id=mandate.release_id,
            origin=by.origin,
            detail={
                "mandate": mandate.id,
                "because": mandate.because,
                "groups": mandate.group_ids,
                "before": mandate.before,
                "after": mandate.after,
            },
        )
        audit.add(session, entry)
        return mandate

    def _so_already(self, release: Release, order: MandateOrder) -> AlreadyDone:
        if order.lifts:
            return AlreadyDone(f"Release {release.number} is not mandatory there.")
        return AlreadyDone(
            f"Release {release.number} is mandatory there on these very terms already."
        )

    async def _of_key(self, key: str) -> Mandate | None:
        async with self._database.reading() as session:
            return await mandates.of_key(session, key)

    async def _who_was_first(self, release_id: str) -> AlreadyDone:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            acts = await mandates.of_release(session, release_id)
        if not acts:
            return AlreadyDone(
                f"Release {release.number} was sent to others while you looked. Open it again."
            )
        last = acts[-1]
        name = await self._people.name(last.requested_by)
        return AlreadyDone(
            f"{name} changed whether release {release.number} is mandatory on "
            f"{moment(last.created_at)}, while you looked. Open it again."
        )

    async def _who_undid(self, mandate_id: str) -> AlreadyDone:
        async with self._database.reading() as session:
            found = await mandates.undoing(session, [mandate_id])
        if not found:
            return AlreadyDone("Somebody changed it a moment ago. Look at it again.")
        name = await self._people.name(found[0].requested_by)
        return AlreadyDone(f"{name} undid this already on {moment(found[0].created_at)}.")

    async def _changed_since(self, session: Session, act: Mandate) -> NotNow:
        acts = await mandates.of_release(session, act.release_id)
        later = [one for one in acts if one.created_at > act.created_at and one.id != act.id]
        if not later:
            return NotNow(
                "It was sent there anew meanwhile, on other terms: there is nothing to undo."
            )
        name = await self._people.name(later[-1].requested_by)
        return NotNow(
            f"{name} changed it meanwhile, on {moment(later[-1].created_at)}, so that it was not "
            "undone. Look at it again and say what is to hold.",
            code="changed_meanwhile",
        )


async def _there(session: Session, release: Release) -> list[Destination]:
    """Return every destination that has a release. Raise NotNow where it cannot be mandatory."""
    if release.state is not ReleaseState.LIVE:
        raise NotNow(
            f"Release {release.number} is {lifecycle.said(release.state)}: nobody has it who could "
            "have to install it.",
            code="wrong_state",
            number=release.number,
            state=release.state.value,
        )
    found = await destinations.of_releases(session, [release.id])
    rows = [row for row in found if row.recalled_at is None]
    if not rows:
        raise NotNow(
            f"Release {release.number} was recalled from all who had it.", code="nobody_has_it"
        )
    return rows


async def _chosen(
    session: Session, release: Release, rows: Sequence[Destination], group_ids: Sequence[str]
) -> list[Destination]:
    """Return the destinations of an order: all there are without groups. Raise NotFound, NotNow."""
    if not group_ids:
        return list(rows)
    wanted = [row for row in rows if row.target_id in group_ids]
    missing = set(group_ids) - {row.target_id for row in wanted}
    if missing:
        known = await groups.those(session, missing)
        if len(known) < len(missing):
            raise NotFound("There is no such group.")
        named = " and ".join(sorted(group.name for group in known.values()))
        raise NotNow(
            f"{named} {'do' if len(missing) > 1 else 'does'} not have release {release.number}. "
            "Distribute it there first.",
            code="nobody_has_it",
            number=release.number,
        )
    return wanted


def _is_so(row: Destination, order: MandateOrder, below: str, at: datetime) -> bool:
    """Return whether a destination has the terms of an order already."""
    if order.lifts or row.mandatory_from is None:
        return order.lifts and row.mandatory_from is None
    # Who says "now" of what has begun wants nothing else.
    begins = row.mandatory_from <= at if order.since is None else row.mandatory_from == order.since
    return begins and row.grace == int(order.grace.total_seconds()) and row.mandatory_below == below


def _apply(row: Destination, order: MandateOrder, below: str, at: datetime) -> None:
    if order.lifts:
        row.mandatory_from, row.grace, row.mandatory_below = None, 0, ""
        return
    row.mandatory_from = order.since or at
    row.grace, row.mandatory_below = int(order.grace.total_seconds()), below
