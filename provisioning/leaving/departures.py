"""Departures: it is noticed that somebody left, came back, or became a guest."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from provisioning.actors import CLOCK, Act, Actor, Identity, IdentityKind, email, slack
from provisioning.errors import AlreadyDone, DirectoryFailed
from provisioning.leaving.sheets import DepartureSheet, departure_sheet, is_restorable
from provisioning.people.permissions import Permissions
from provisioning.ports import Directory, Engine, PersonFacts
from storage.catalog import departures, roles, testers
from storage.catalog.database import Database, Session
from storage.errors import AlreadyExists, NotFound
from storage.records.base import now
from storage.records.departure import Departure, DepartureKind
from storage.records.tester import Tester

logger = logging.getLogger(__name__)

#: Whoever leaves within so long of the first is in one message with them.
COLLECT: Final = timedelta(seconds=60)
#: Slack is asked again about somebody after so long, and about so many at a time.
ASK_AGAIN: Final = timedelta(hours=12)
ASKED_AT_ONCE: Final = 60
#: So many who went astray are followed at a time.
FOLLOWED_AT_ONCE: Final = 500
#: So many are listed.
MOST_LISTED: Final = 40
#: So long what was taken can be given back.
RESTORE_WITHIN: Final = timedelta(days=30)


class Departures:
    """
    Follows what Slack says of accounts that are ours: testers, and those who hold a role by name.

    Whoever left is let go of on a road. Whoever comes back gets nothing by that alone: those who
    manage are told, and decide.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        directory: Directory,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._directory = directory
        self._engine = engine
        self._organization_id = organization_id

    async def follow(self, facts: PersonFacts) -> None:
        """Follow an account that got another name, was left, came back, or became a guest's."""
        if not await self._is_ours(facts):
            return
        try:
            noticed = await self._noticed(facts)
        except AlreadyExists:
            return  # Somebody noticed it at the same time, and starts what follows.
        if noticed is not None:
            await self._engine.start("let_go", noticed)

    async def look_again(self) -> None:
        """Look after those of whom an event of Slack's may have got lost, a few at a time."""
        async with self._database.reading() as session:
            asked = await departures.longest_unasked(
                session, self._organization_id, now() - ASK_AGAIN, limit=ASKED_AT_ONCE
            )
            held = await roles.every(session, self._organization_id)
        people = [Identity.read(one.holder_id) for one in held]
        named = [one.value for one in people if one and one.kind is IdentityKind.SLACK]
        try:
            facts = await self._directory.people([*asked, *named])
        except DirectoryFailed as silence:
            logger.info("Slack was not asked about everybody: %s", silence)
            facts = {}
        async with self._database.reading() as session:
            astray = await departures.astray(session, self._organization_id, limit=FOLLOWED_AT_ONCE)
        gone = [user_id for user_id in named if user_id in facts and facts[user_id].deleted]
        facts |= await self._directory.people([one for one in astray if one not in facts])
        for user_id in dict.fromkeys([*astray, *gone]):
            if user_id in facts:
                await self.follow(facts[user_id])

    async def let_go(self, departure_id: str, by: Actor) -> str:
        """
        Treat somebody who became a guest as one who left; return their name.

        Raise NotAllowed, NotFound, and AlreadyDone for the second who asks.
        """
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        try:
            made = await self._let_go(departure_id, by)
        except AlreadyExists:
            raise AlreadyDone("Somebody lets them go already.") from None
        await self._engine.start("let_go", made.id)
        return made.name

    async def recent(self, by: Actor) -> list[DepartureSheet]:
        """Return who left lately, the last first. Raise NotAllowed."""
        await self._permissions.require(by, Act.SEE_TESTERS)
        async with self._database.reading() as session:
            found = await departures.recent(session, now() - RESTORE_WITHIN, limit=MOST_LISTED)
        return [departure_sheet(one) for one in found if one.taken]

    async def reference_of(self, departure_id: str) -> str:
        """Return whom the audit and the records know as the one who left."""
        async with self._database.reading() as session:
            (one,) = await departures.those(session, [departure_id])
        return f"person:{slack(one.slack_id)}"

    async def unfinished(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the departures from which things should have been taken by now."""
        async with self._database.reading() as session:
            return await departures.unfinished(session, before, since)

    async def _is_ours(self, facts: PersonFacts) -> bool:
        """Return whether an account matters here at all; most of a workspace's do not."""
        async with self._database.reading() as session:
            tester = await testers.with_slack_id(session, self._organization_id, facts.id)
            if tester is not None:
                return True
            held = await roles.named(session, self._organization_id, str(slack(facts.id)))
            return bool(held or await departures.last_of(session, self._organization_id, facts.id))

    async def _noticed(self, facts: PersonFacts) -> str | None:
        """Write down how somebody stands now; return the departure that is new, if one is."""
        async with self._database.writing() as session:
            tester = await testers.with_slack_id(session, self._organization_id, facts.id)
            if tester is not None:
                tester.name, tester.active = facts.name, not facts.deleted
                session.add(tester)
            before = await departures.last_of(session, self._organization_id, facts.id)
            _come_back(session, facts, before)
            kind = _new_kind(facts, before)
            if kind is None:
                return None
            made = self._departure(facts.id, facts.name, tester, before, kind, CLOCK)
            return (await departures.add(session, made)).id

    async def _let_go(self, departure_id: str, by: Actor) -> Departure:
        async with self._database.writing() as session:
            guest = await departures.locked(session, departure_id)
            before = await departures.last_of(session, self._organization_id, guest.slack_id)
            if any(one.turn > guest.turn for one in before):
                raise AlreadyDone(f"Somebody has let {guest.name} go already.")
            if guest.tester_id is None:
                raise NotFound(f"{guest.name} was never given anything.")
            tester = await testers.get(session, guest.tester_id)
            made = self._departure(
                guest.slack_id, guest.name, tester, before, DepartureKind.LET_GO, by
            )
            made.due_at = now()  # Whoever asked for it is not kept waiting.
            return await departures.add(session, made)

    def _departure(
        self,
        slack_id: str,
        name: str,
        tester: Tester | None,
        before: Sequence[Departure],
        kind: DepartureKind,
        by: Actor,
    ) -> Departure:
        return Departure(
            organization_id=self._organization_id,
            slack_id=slack_id,
            tester_id=tester.id if tester else None,
            name=name,
            turn=before[0].turn + 1 if before else 1,
            kind=kind,
            by=by.reference,
            due_at=now() + COLLECT,
        )


def identities_of(slack_id: str, tester: Tester | None) -> list[str]:
    """Return by what somebody may hold roles, as holdings spell it."""
    found = [str(slack(slack_id))]
    if tester is not None and tester.email:
        found.append(str(email(tester.email)))
    return found


def _new_kind(facts: PersonFacts, before: Sequence[Departure]) -> DepartureKind | None:
    """Return as what somebody leaves now, None where that was noticed or they do not."""
    if facts.deleted:
        last = _last(before, DepartureKind.LEFT)
        return DepartureKind.LEFT if last is None or last.back_at is not None else None
    if facts.guest_since is None:
        return None
    last = _last(before, DepartureKind.GUEST)
    is_new = last is None or last.noticed_at < facts.guest_since
    return DepartureKind.GUEST if is_new else None


def _come_back(session: Session, facts: PersonFacts, before: Sequence[Departure]) -> None:
    """Note that somebody who had left is there again; those who manage are owed a word then."""
    is_back = {
        DepartureKind.LEFT: not facts.deleted,
        DepartureKind.GUEST: not facts.deleted and not facts.guest,
    }
    for kind, back in is_back.items():
        last = _last(before, kind)
        if last is None or not back or last.back_at is not None:
            continue
        last.back_at = now()
        # Where nobody was told yet that they left, that message says that they are back.
        if last.notice_id is not None and is_restorable(last, RESTORE_WITHIN):
            last.due_at = now() + COLLECT
        session.add(last)


def _last(before: Collection[Departure], kind: DepartureKind) -> Departure | None:
    return next((one for one in before if one.kind is kind), None)
