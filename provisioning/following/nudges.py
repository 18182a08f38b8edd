"""Nudges: reminding those of a release who have not installed it, once a day at most."""

from provisioning.actors import Act, Actor
from provisioning.distributing.carrying import NO_WAY
from provisioning.errors import AlreadyDone, NotNow
from provisioning.following.holders import ONCE_IN, Holders, HolderScope, holders_in
from provisioning.following.nudge_order import NudgeOrder, NudgePlan, Sparing, plan_of
from provisioning.following.nudging import nudge_subject
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases.lifecycle import Standing, standing_of
from provisioning.telling.tellers import Tellers
from provisioning.wording import moment
from storage.catalog import audit, destinations, nudges, releases, testers
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.nudge import Nudge, NudgeState, NudgeWord, NudgeWordState
from storage.records.release import Release


class Nudges:
    """
    Plans, takes and repeats nudges.

    Two managers at once are one after the other, by the release's lock: nobody is reminded twice.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        holders: Holders,
        tellers: Tellers,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._holders = holders
        self._tellers = tellers
        self._engine = engine
        self._organization_id = organization_id

    async def plan(self, release_id: str, by: Actor, group_id: str = "") -> NudgePlan:
        """Say who would be reminded now. Raise NotAllowed, NotFound, NotNow."""
        await self._require(release_id, by, group_id)
        scope = await self._holders.scope(release_id, group_id)
        async with self._database.reading() as session:
            _, plan = await _planned(session, scope)
        return plan

    async def request(self, order: NudgeOrder) -> Nudge:
        """
        Note who is reminded, and begin.

        The same key again returns the same nudge. Raise NotAllowed, NotFound, AlreadyDone when
        somebody was first, and NotNow: with the code `changed_meanwhile` where others are due by
        now than were shown, for nobody, and for a release that is not current.
        """
        await self._require(order.release_id, order.by, order.group_id)
        scope = await self._holders.scope(order.release_id, order.group_id)
        try:
            nudge = await self._taken(order, scope)
        except AlreadyExists:
            # Of a click that came twice at once, the later one finds what the first one made.
            async with self._database.reading() as session:
                nudge = await nudges.of_key(session, order.key)
        if nudge is None:
            raise await self._changed(scope)
        await self._engine.start("nudge", nudge_subject(nudge))
        return nudge

    async def people_of(self, nudge_id: str) -> int:
        """Return how many people a nudge is for."""
        async with self._database.reading() as session:
            return sum((await nudges.counts(session, nudge_id)).values())

    async def again(self, nudge_id: str, by: Actor) -> Nudge:
        """Remind those whom a nudge did not reach. Raise NotAllowed, NotFound, AlreadyDone."""
        async with self._database.reading() as session:
            nudge = await nudges.get(session, nudge_id)
        await self._require(nudge.release_id, by, nudge.group_id)
        async with self._database.writing() as session:
            await releases.lock(session, nudge.release_id)
            nudge = await nudges.get(session, nudge_id)
            reached = await nudges.lately(session, nudge.release_id, now() - ONCE_IN)
            waiting = await nudges.wait_again(session, nudge_id, reached.keys())
            if not waiting and nudge.state is not NudgeState.FAILED:
                raise AlreadyDone("Everybody who can be reminded was reminded by now.")
            nudge.state, nudge.reason, nudge.turn = NudgeState.WANTED, "", nudge.turn + 1
            session.add(nudge)
        await self._engine.start("nudge", nudge_subject(nudge))
        return nudge

    async def _require(self, release_id: str, by: Actor, group_id: str) -> None:
        async with self._database.reading() as session:
            app_id = (await releases.get(session, release_id)).app_id
        await self._permissions.require(by, Act.NUDGE, Where(app_id=app_id, group_id=group_id))

    async def _taken(self, order: NudgeOrder, scope: HolderScope) -> Nudge | None:
        """Write the nudge down, unless others are due by now than somebody was shown."""
        async with self._database.writing() as session:
            before = await nudges.of_key(session, order.key)
            if before is not None:
                return before
            await releases.lock(session, order.release_id)
            release, plan = await _planned(session, scope)
            if not plan.due or plan.fingerprint != order.fingerprint:
                return None
            nudge = Nudge(
                key=order.key,
                release_id=release.id,
                group_id=order.group_id,
                requested_by=order.by.reference,
            )
            session.add(nudge)
            await session.flush()
            await self._add_words(session, nudge, plan)
            self._note(session, nudge, order.by, len(plan.due))
            return nudge

    async def _add_words(self, session: Session, nudge: Nudge, plan: NudgePlan) -> None:
        people = await testers.those(session, [one.tester_id for one in plan.due if one.tester_id])
        rows = [
            NudgeWord(
                nudge_id=nudge.id,
                release_id=nudge.release_id,
                tester_id=tester.id,
                teller=way,
                state=NudgeWordState.WAITING if way else NudgeWordState.UNREACHABLE,
                reason="" if way else NO_WAY,
            )
            for tester in people
            for way in self._tellers.ways_to(tester) or ("",)
        ]
        await nudges.add_words(session, rows)

    def _note(self, session: Session, nudge: Nudge, by: Actor, people: int) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action="release.nudged",
            subject_id=nudge.release_id,
            origin=by.origin,
            detail={
                "nudge": nudge.id,
                "people": people,
                "groups": [nudge.group_id] if nudge.group_id else [],
            },
        )
        audit.add(session, entry)

    async def _changed(self, scope: HolderScope) -> NotNow:
        """Return why what somebody was shown is not what they would get."""
        async with self._database.reading() as session:
            release, plan = await _planned(session, scope)
            reminded = await nudges.lately(session, release.id, now() - ONCE_IN)
        if plan.due:
            return NotNow(
                "Meanwhile others are to be reminded than you were shown. Look at it again.",
                code="changed_meanwhile",
            )
        if plan.spared.get(Sparing.REMINDED):
            last = max(reminded.values(), key=lambda one: one.at)
            name = await self._people.name(last.by)
            return AlreadyDone(
                f"{name} reminded those who do not have release {release.number} on "
                f"{moment(last.at)}. Nobody is reminded twice within a day."
            )
        return NotNow(
            f"Nobody is to be reminded of release {release.number}: whoever can install it has it, "
            "or is left out for a reason.",
            code="nobody_is_due",
        )


async def _check(session: Session, release: Release) -> None:
    """Raise NotNow for a release that nobody should install any more, or yet."""
    rows = await destinations.of_releases(session, [release.id])
    stands = standing_of(release, rows)
    if stands is Standing.LIVE and not release.enabled:
        raise NotNow(
            f"Release {release.number} is disabled: nobody can install it. Enable it first.",
            code="not_current",
            standing="disabled",
        )
    if stands is Standing.LIVE:
        return
    why = {
        Standing.DRAFT: "is a draft: nobody has it yet.",
        Standing.AWAITING_APPROVAL: "waits for an approval: nobody has it yet.",
        Standing.SUPERSEDED: "was superseded by a newer one: remind people of that.",
    }.get(stands, f"was {stands.value}: nobody should install it.")
    raise NotNow(f"Release {release.number} {why}", code="not_current", standing=stands.value)


async def _planned(session: Session, scope: HolderScope) -> tuple[Release, NudgePlan]:
    """Return who is due in this unit of work. Raise NotFound, NotNow for what is not current."""
    release = await releases.get(session, scope.release_id)
    await _check(session, release)
    return release, plan_of(await holders_in(session, scope))
