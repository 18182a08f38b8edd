"""Settling: a group's releases follow who is in it. Who joins gets them, who leaves loses them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from provisioning.actors import CLOCK, Actor
from provisioning.errors import DirectoryFailed
from provisioning.people.audience import Audience
from provisioning.people.groups import change_of
from provisioning.ports import Engine
from storage.catalog import audit, destinations, distributions, groups, home_tabs, recipients
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import Distribution, Recipient, Target
from storage.records.group import Group


def read_change(subject: str) -> tuple[str, int]:
    """Return the group and the turn of a subject."""
    group_id, _, turn = subject.partition("@")
    return group_id, int(turn)


class Settling:
    """
    Finds out who joined and who left, and lets their releases follow. Each may run twice.

    What somebody has by a group they have as long as they are in it. Whom Slack does not tell of
    neither joins nor leaves.
    """

    def __init__(
        self, database: Database, audience: Audience, engine: Engine, *, organization_id: str
    ) -> None:
        self._database = database
        self._audience = audience
        self._engine = engine
        self._organization_id = organization_id

    async def usergroup_changed(self, usergroup_id: str) -> None:
        """Settle the groups that a user group of Slack belongs to, since others are in it now."""
        async with self._database.reading() as session:
            found = await groups.with_usergroup(session, usergroup_id)
        await self._changed(found, CLOCK)

    async def look_again(self) -> None:
        """Settle every group that user groups belong to: an event of Slack's may have got lost."""
        async with self._database.reading() as session:
            found = await groups.of_usergroups(session, self._organization_id)
        await self._changed(found, CLOCK)

    async def unsettled(self, before: datetime, since: datetime) -> list[str]:
        """Return the changes that releases should have followed by now."""
        async with self._database.reading() as session:
            found = await groups.unsettled(session, before, since)
        return [change_of(one.id, one.turn) for one in found]

    async def gather(self, subject: str) -> list[str]:
        """
        Return the ids of the testers who are in a group now.

        Raise DirectoryFailed when Slack does not say who is in one of its user groups.
        """
        group_id, _ = read_change(subject)
        gathered = await self._audience.of([group_id], surely=True)
        if gathered.shortfall:
            raise DirectoryFailed(gathered.shortfall)
        enrolled = await self._audience.enroll(gathered)
        return [tester.id for tester, _ in enrolled]

    async def leave(self, subject: str, member_ids: Sequence[str]) -> int:
        """
        Take back what people have by a group that they are not in any more; return how many.

        Whoever has it by another group, or by name, keeps it. Raise DirectoryFailed as `gather`.
        """
        group_id, turn = read_change(subject)
        async with self._database.reading() as session:
            if await _latest(session, group_id, turn) is None:
                return 0
            gone = await recipients.strangers_in(session, group_id, member_ids)
            rows = await destinations.of_releases(session, {one.release_id for one in gone})
        if not gone:
            return 0
        kept = await self._kept(gone, rows, group_id)
        lost = [one for one in gone if one.id not in kept]
        async with self._database.writing() as session:
            await groups.lock(session, group_id)
            if await _latest(session, group_id, turn) is None:
                return 0  # Somebody may have come back while Slack was asked.
            for recipient_id, destination_id in kept.items():
                await recipients.entitle_by(session, [recipient_id], destination_id)
            await recipients.leave(session, [one.id for one in lost], at=now())
        # Apart from the change, so that nobody waits for a tab with a group in hand.
        async with self._database.writing() as session:
            await home_tabs.stir_testers(session, {one.tester_id for one in lost}, now())
        return len({one.tester_id for one in lost})

    async def join(self, subject: str, member_ids: Sequence[str]) -> list[str]:
        """
        Write down that those who came get what is current in a group; return the acts.

        Each is an act of distributing in the name of whoever changed the group.
        """
        group_id, turn = read_change(subject)
        async with self._database.writing() as session:
            group = await _latest(session, group_id, turn)
            if group is None or not group.joiners_get:
                return []
            return [
                await self._act(session, group, row, turn)
                for row in await destinations.current_in(session, group_id)
                if await self._has_newcomers(session, row, member_ids)
            ]

    async def start(self, distribution_id: str) -> None:
        """Let those be told who get something by an act."""
        await self._engine.start("distribute", distribution_id)

    async def settled(self, subject: str) -> None:
        """Note that a group's releases have followed a change."""
        group_id, turn = read_change(subject)
        async with self._database.writing() as session:
            await groups.settled(session, group_id, turn)

    async def group_of(self, subject: str) -> Group | None:
        """Return the group that changed, None once it was deleted."""
        async with self._database.reading() as session:
            return await _group(session, read_change(subject)[0])

    async def _changed(self, group_ids: Collection[str], by: Actor) -> None:
        for group_id in group_ids:
            async with self._database.writing() as session:
                if not await destinations.has_any(session, group_id):
                    continue
                turn = await groups.changed(session, group_id, by=by.reference, at=now())
            await self._engine.start("settle", change_of(group_id, turn))

    async def _kept(
        self, gone: Sequence[Recipient], rows: Sequence[Destination], group_id: str
    ) -> dict[str, str]:
        """Return by which other destination people have what they had by a group: by recipient."""
        left = [row for row in rows if row.recalled_at is None and row.target_id != group_id]
        gathered = await self._audience.of(
            {row.target_id for row in left if row.kind is DestinationKind.GROUP},
            tester_ids={row.target_id for row in left if row.kind is DestinationKind.TESTER},
            surely=True,
        )
        if gathered.shortfall:
            raise DirectoryFailed(gathered.shortfall)
        targets = {one.tester_id: set(one.targets) for one in gathered.members}
        by_release: dict[str, list[Destination]] = {}
        for row in left:
            by_release.setdefault(row.release_id, []).append(row)
        return dict(_other(gone, by_release, targets))

    async def _has_newcomers(
        self, session: Session, row: Destination, member_ids: Sequence[str]
    ) -> bool:
        """Return whether somebody in a group has nothing of what is current there."""
        known = await recipients.shares(session, row.release_id, member_ids)
        having = {one.tester_id for one in known if not one.is_open_to_joining}
        return bool(set(member_ids) - having)

    async def _act(self, session: Session, group: Group, row: Destination, turn: int) -> str:
        key = f"join:{row.id}:{turn}"
        before = await distributions.of_key(session, key)
        if before is not None:
            return before.id
        last = await distributions.last_about(session, row.id)
        made = Distribution(
            key=key,
            release_id=row.release_id,
            requested_by=group.changed_by or CLOCK.reference,
            mandatory=row.mandatory_from is not None,
            # What was sent without a word comes to the others without one.
            notify=last is None or last.notify,
            renews=False,
            joins=True,
            # Whoever is given several platforms by it has one message.
            joint_id=last.joint_id if last else None,
        )
        session.add(made)
        await session.flush()
        await destinations.aim(session, [Target(distribution_id=made.id, destination_id=row.id)])
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=made.requested_by,
            action="release.distributed",
            subject_id=row.release_id,
            origin="group",
            detail={"groups": [group.id], "joins": True},
        )
        audit.add(session, entry)
        return made.id


def _other(
    gone: Sequence[Recipient],
    by_release: Mapping[str, Sequence[Destination]],
    targets: Mapping[str | None, Collection[tuple[DestinationKind, str]]],
) -> list[tuple[str, str]]:
    found = []
    for one in gone:
        own = targets.get(one.tester_id, ())
        for row in by_release.get(one.release_id, ()):
            if (row.kind, row.target_id) in own:
                found.append((one.id, row.id))
                break
    return found


async def _latest(session: Session, group_id: str, turn: int) -> Group | None:
    """
    Return a group that was not changed since a turn, None for any other.

    Who was in it then says nothing after the next change, which has a road of its own. What the
    people of a deleted group were given stays theirs.
    """
    group = await _group(session, group_id)
    return group if group is not None and group.turn == turn else None


async def _group(session: Session, group_id: str) -> Group | None:
    """Return a group, None once it was deleted."""
    try:
        return await groups.get(session, group_id)
    except NotFound:
        return None
