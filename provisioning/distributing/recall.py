"""Recall: taking a release back, from everybody or from some who have it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from provisioning.actors import Act, Actor, Identity, IdentityKind
from provisioning.distributing.loss import Loss, loss_of, successors
from provisioning.distributing.recall_order import RecallOrder, RecallPlan, checked_reason
from provisioning.distributing.taking_back import subject_of
from provisioning.errors import AlreadyDone, DirectoryFailed, NotNow, Unclear
from provisioning.people.audience import Audience, Gathered
from provisioning.people.groups import change_of
from provisioning.people.people import People
from provisioning.people.permissions import Permissions, Where
from provisioning.ports import Engine
from provisioning.releases import lifecycle
from provisioning.releases.cards import version_of
from provisioning.wording import moment
from storage.catalog import (
    apps,
    destinations,
    groups,
    recalls,
    receipts,
    recipients,
    releases,
    testers,
)
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, NotFound, Stale
from storage.records.base import now
from storage.records.destination import DestinationKind
from storage.records.distribution import RecipientState
from storage.records.recall import Recall, RecallState
from storage.records.release import Release, ReleaseState

#: In seconds: a recall does not wait longer for Slack to say who is in which group.
ASK_WITHIN: Final = 5.0
UNASKED: Final = (
    "Slack did not say who is in the other groups that have it, so whoever is in one of them lost "
    "it as well. Distribute it to those groups again."
)


class Recalls:
    """
    Plans, takes and repeats recall orders.

    Links stop with the records, before anybody is told: nothing that is out of reach keeps a bad
    build installable.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        audience: Audience,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._audience = audience
        self._engine = engine
        self._organization_id = organization_id

    async def plan(
        self, release_id: str, group_ids: Sequence[str], people: Sequence[Identity]
    ) -> RecallPlan:
        """Say what an order would do, without doing anything. Raise NotFound, NotNow."""
        tester_ids = await self._testers(people)
        others, shortfall = await self._others(release_id, group_ids)
        inside = await self._inside(group_ids) if others else set()
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            whole = not group_ids and not people
            self._check(release, whole=whole)
            rows = await destinations.of_releases(session, [release_id])
            given = await recipients.of_releases(session, [release_id])
            loss = loss_of(rows, given, group_ids, tester_ids, others, whole=whole)
            known = await groups.those(session, group_ids)
            fetched = await receipts.began(session, release_id, loss.testers)
            back = await successors(session, release.app_id, loss.destinations)
            instead = await releases.newest_version(session, {row.release_id for row in back})
        having = {one.tester_id for one in given if one.state is not RecipientState.WITHDRAWN}
        return RecallPlan(
            people=len(loss.testers),
            fetched=len(fetched),
            keeping=len(having & inside & others.keys() - loss.testers),
            groups=tuple(known[one].name for one in group_ids if one in known),
            instead=version_of(*instead) if instead else None,
            shortfall=shortfall,
        )

    async def check(self, release_id: str) -> None:
        """Raise NotNow for a release that nothing can be taken back of, NotFound for none."""
        async with self._database.reading() as session:
            self._check(await releases.get(session, release_id), whole=True)

    async def request(self, order: RecallOrder) -> Recall:
        """
        Take the release back, and begin to tell those who may have it on a phone.

        The same key again returns the same recall. Raise NotAllowed, NotFound, Unclear with the
        field `because` or `targets`, NotNow for what is not live or nobody has there, and
        AlreadyDone with the name of who was first.
        """
        because = checked_reason(order.because)
        await self._require(order.release_id, order.group_ids, order.by)
        tester_ids = await self._testers(order.people)
        others, shortfall = await self._others(order.release_id, order.group_ids)
        try:
            recall = await self._taken(order, because, tester_ids, others, shortfall)
        except (AlreadyExists, Stale):
            # Of a click that came twice at once, the later one sees a release that was changed.
            found = await self._of_key(order.key)
            if found is None:
                raise await self._who_was_first(order.release_id) from None
            recall = found
        await self._engine.start("recall", subject_of(recall))
        return recall

    async def again(self, recall_id: str, by: Actor) -> Recall:
        """Tell those whom a recall did not reach. Raise NotAllowed, NotFound, AlreadyDone."""
        async with self._database.reading() as session:
            recall = await recalls.get(session, recall_id)
        await self._require(recall.release_id, recall.group_ids, by)
        async with self._database.writing() as session:
            recall = await recalls.get(session, recall_id)
            waiting = await recalls.wait_again(session, recall_id)
            if not waiting and recall.state is not RecallState.FAILED:
                raise AlreadyDone("Everybody who can be told has heard of it by now.")
            recall.state, recall.reason, recall.turn = RecallState.WANTED, "", recall.turn + 1
            session.add(recall)
        await self._engine.start("recall", subject_of(recall))
        return recall

    async def _require(self, release_id: str, group_ids: Sequence[str], by: Actor) -> None:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
        for group_id in group_ids or ("",):
            where = Where(app_id=release.app_id, group_id=group_id)
            await self._permissions.require(by, Act.RECALL, where)

    async def _testers(self, people: Sequence[Identity]) -> set[str]:
        """
        Return the testers of single people, whatever became of their accounts.

        Raise Unclear, field `targets`, for somebody who was never given anything.
        """
        if not people:
            return set()
        ids = {one.value for one in people if one.kind is IdentityKind.SLACK}
        addresses = [one.value for one in people if one.kind is IdentityKind.EMAIL]
        async with self._database.reading() as session:
            found = await testers.rows_of_accounts(session, self._organization_id, ids, addresses)
        known = {one.slack_id for one in found} | {one.email for one in found}
        strangers = [one for one in people if one.value not in known]
        if strangers:
            names = await self._people.names([f"person:{one}" for one in strangers])
            who = " and ".join(sorted(names.values()))
            raise Unclear(f"{who} never had a release of this Slipway.", field="targets")
        return {one.id for one in found}

    async def _others(
        self, release_id: str, group_ids: Sequence[str]
    ) -> tuple[dict[str, str], str]:
        """
        Return who has a release by another group than some, or by name: destination by tester.

        With it comes a sentence about those whom Slack did not tell of: they lose it, too.
        """
        if not group_ids:
            return {}, ""
        async with self._database.reading() as session:
            rows = await destinations.of_releases(session, [release_id])
        left = {
            (row.kind, row.target_id): row.id
            for row in rows
            if row.recalled_at is None and row.target_id not in group_ids
        }
        if not left:
            return {}, ""
        gathered = await self._gathered(
            [target for kind, target in left if kind is DestinationKind.GROUP],
            [target for kind, target in left if kind is DestinationKind.TESTER],
        )
        if gathered is None:
            return {}, UNASKED
        return {
            one.tester_id: next(left[target] for target in one.targets if target in left)
            for one in gathered.members
            if one.tester_id and any(target in left for target in one.targets)
        }, gathered.shortfall

    async def _inside(self, group_ids: Sequence[str]) -> set[str]:
        """Return the testers in groups, as far as Slack says."""
        gathered = await self._gathered(group_ids, ())
        return {one.tester_id for one in gathered.members if one.tester_id} if gathered else set()

    async def _gathered(
        self, group_ids: Sequence[str], tester_ids: Sequence[str]
    ) -> Gathered | None:
        """Return who is in groups, and some testers; None when Slack does not say in time."""
        try:
            async with asyncio.timeout(ASK_WITHIN):
                return await self._audience.of(group_ids, tester_ids=tester_ids)
        except (DirectoryFailed, TimeoutError):
            return None

    async def _taken(
        self,
        order: RecallOrder,
        because: str,
        tester_ids: Collection[str],
        others: Mapping[str, str],
        shortfall: str,
    ) -> Recall:
        """Write the recall down. Raise Stale when somebody was first."""
        async with self._database.writing() as session:
            before = await recalls.of_key(session, order.key)
            if before is not None:
                return before
            release = await releases.get(session, order.release_id)
            # What is current of the app may change by this, and by acts on its other releases.
            await apps.lock(session, release.app_id)
            await releases.lock(session, order.release_id)
            await session.refresh(release)
            if release.state is ReleaseState.RECALLED:
                raise Stale
            self._check(release, whole=order.is_whole)
            rows = await destinations.of_releases(session, [release.id])
            given = await recipients.of_releases(session, [release.id])
            loss = loss_of(rows, given, order.group_ids, tester_ids, others, whole=order.is_whole)
            if not order.is_whole and not loss.destinations and not loss.lost:
                raise await self._nobody(session, release, order)
            recall = Recall(
                key=order.key,
                release_id=release.id,
                requested_by=order.by.reference,
                because=because,
                is_whole=order.is_whole,
                group_ids=list(order.group_ids),
                singles=len(order.people),
                people=len(loss.testers),
                shortfall=shortfall,
            )
            session.add(recall)
            await session.flush()
            changes = await self._take(session, release, recall, loss, order.by)
        for change in changes:
            await self._engine.start("settle", change)
        return recall

    async def _take(
        self, session: Session, release: Release, recall: Recall, loss: Loss, by: Actor
    ) -> list[str]:
        """Write down what is taken; return the changes of groups that are to be followed."""
        at = now()
        detail = {"recall": recall.id, "because": recall.because, "groups": recall.group_ids}
        if recall.is_whole:
            await lifecycle.turn(
                session,
                release,
                ReleaseState.RECALLED,
                by=by,
                organization_id=self._organization_id,
                **detail,
            )
        else:
            await lifecycle.withdraw(
                session, release, by=by, organization_id=self._organization_id, **detail
            )
        for destination_id, ids in loss.kept.items():
            await recipients.entitle_by(session, ids, destination_id)
        taken = [row.id for row in loss.destinations]
        await destinations.recall(session, taken, by=by.reference, at=at)
        lost = [one.id for one in loss.lost]
        await recipients.withdraw(session, lost, recall.id, at=at)
        back = await successors(session, release.app_id, loss.destinations)
        await destinations.come_back(session, [row.id for row in back], at=at)
        recall.came_back = sorted({row.release_id for row in back})
        session.add(recall)
        # Whoever joined meanwhile never had what is current again.
        return [
            change_of(
                row.target_id, await groups.changed(session, row.target_id, by=by.reference, at=at)
            )
            for row in back
            if row.kind is DestinationKind.GROUP
        ]

    def _check(self, release: Release, *, whole: bool) -> None:
        """Raise NotNow for a release that nothing can be taken back of."""
        if release.state is ReleaseState.DRAFT:
            raise NotNow(
                f"Release {release.number} is a draft: nobody has it. Dismiss it on its card.",
                code="wrong_state",
                number=release.number,
                state=release.state.value,
            )
        if whole or release.state is not ReleaseState.LIVE:
            lifecycle.check(release, ReleaseState.RECALLED)

    async def _nobody(self, session: Session, release: Release, order: RecallOrder) -> NotNow:
        known = await groups.those(session, order.group_ids)
        if len(known) < len(set(order.group_ids)):
            raise NotFound("There is no such group.")
        named = [known[one].name for one in order.group_ids]
        named += ["this person" if len(order.people) == 1 else "these people"] * bool(order.people)
        has = "have" if len(order.group_ids) + len(order.people) > 1 else "has"
        return NotNow(
            f"Release {release.number} cannot be recalled there: {' and '.join(named)} {has} it no "
            "more, or never had it.",
            code="nobody_has_it",
            number=release.number,
        )

    async def _of_key(self, key: str) -> Recall | None:
        async with self._database.reading() as session:
            return await recalls.of_key(session, key)

    async def _who_was_first(self, release_id: str) -> AlreadyDone:
        async with self._database.reading() as session:
            release = await releases.get(session, release_id)
            earlier = await recalls.of_release(session, release_id)
        if not earlier:
            return AlreadyDone(
                f"Somebody changed release {release.number} a moment ago. Look at it again."
            )
        last = earlier[-1]
        name = await self._people.name(last.requested_by)
        return AlreadyDone(
            f"{name} already recalled release {release.number} on {moment(last.created_at)}: "
            f"{last.because}",
            number=release.number,
            by=last.requested_by,
            at=last.created_at.isoformat(),
        )
