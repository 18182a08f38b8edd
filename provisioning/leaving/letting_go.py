"""Letting go: what somebody who left still has is taken from them, part by part."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from provisioning.actors import CLOCK
from provisioning.devices.owners import label, withdraw_requests
from provisioning.leaving.departures import identities_of
from provisioning.leaving.sheets import (
    BROKE_OFF,
    DEVICES,
    GROUPS,
    KEEPS,
    LINKS,
    REQUESTS,
    ROLES,
    is_worth_a_word,
    lost_roles,
)
from provisioning.people.permissions import OUTSIDERS_MAY_HOLD
from provisioning.ports import Engine
from storage.catalog import (
    audit,
    departures,
    devices,
    grants,
    groups,
    personal_pages,
    recipients,
    roles,
    testers,
)
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.departure import Departure, DepartureKind, DepartureState
from storage.records.role import Role, RoleHolding

#: Takes one part from somebody and returns what has to be known to give it back.
Taking = Callable[[Session, Departure], Awaitable[Any]]

#: Membership goes first: nothing that follows a group brings back what is taken after it.
EVERYTHING = (GROUPS, LINKS, DEVICES, REQUESTS, ROLES)
PARTS: dict[DepartureKind, tuple[str, ...]] = {
    DepartureKind.LEFT: EVERYTHING,
    DepartureKind.LET_GO: EVERYTHING,
    DepartureKind.GUEST: (ROLES, KEEPS),
}


class LettingGo:
    """The steps by which somebody is let go of. Each may run twice."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        *,
        organization_id: str,
        admins: Collection[str],
    ) -> None:
        self._database = database
        self._engine = engine
        self._organization_id = organization_id
        self._admins = frozenset(admins)
        self._takings: dict[str, Taking] = {
            GROUPS: self._groups,
            LINKS: self._links,
            DEVICES: self._devices,
            REQUESTS: self._requests,
            ROLES: self._roles,
            KEEPS: self._keeps,
        }

    async def parts(self, departure_id: str) -> list[str]:
        """Return what is to be taken, in its order; nothing where that was done."""
        async with self._database.reading() as session:
            (one,) = await departures.those(session, [departure_id])
        return list(PARTS[one.kind]) if one.state is DepartureState.WANTED else []

    async def take(self, departure_id: str, part: str) -> None:
        """Take one part, and write down what it was, in one unit of work."""
        async with self._database.writing() as session:
            one = await departures.locked(session, departure_id)
            if part in one.taken or one.state is not DepartureState.WANTED:
                return
            taken = await self._takings[part](session, one)
            one.taken = {**one.taken, part: taken}
            session.add(one)
        if part == REQUESTS:
            for subject in taken:
                await self._engine.start("register", subject)

    async def done(self, departure_id: str) -> None:
        """Note that everything was taken; a word is owed where there was something."""
        async with self._database.writing() as session:
            one = await departures.locked(session, departure_id)
            if one.state is not DepartureState.WANTED:
                return
            one.state, one.done_at = DepartureState.DONE, now()
            if not is_worth_a_word(one.taken):
                one.due_at = None
            elif one.kind is not DepartureKind.GUEST or lost_roles(one):
                self._note(session, one)
            session.add(one)

    async def break_off(self, departure_id: str, reason: str) -> None:
        """Write down that not everything could be taken, and why: it is said with the rest."""
        async with self._database.writing() as session:
            one = await departures.locked(session, departure_id)
            if one.state is not DepartureState.WANTED:
                return
            one.state, one.done_at = DepartureState.DONE, now()
            one.taken = {**one.taken, BROKE_OFF: reason}
            session.add(one)

    async def _groups(self, session: Session, one: Departure) -> list[list[str]]:
        if one.tester_id is None:
            return []
        found = await groups.memberships_of(session, one.tester_id)
        await groups.remove_everywhere(session, one.tester_id)
        return [[group.id, group.name] for group in found]

    async def _links(self, session: Session, one: Departure) -> dict[str, Any]:
        if one.tester_id is None:
            return {}
        at = now()
        held = await recipients.held_by(session, one.tester_id)
        await recipients.leave(session, held.keys(), at=at)
        count = await grants.end_of(session, one.tester_id, at)
        # The page of their own would lead to new links once they are active again.
        await personal_pages.revoke(session, one.tester_id, at)
        given = {recipient_id: state.value for recipient_id, state in held.items()}
        return {"given": given, "links": count, "releases": len(held)}

    async def _devices(self, session: Session, one: Departure) -> list[list[str]]:
        own = await self._own_devices(session, one)
        ids = [device.id for device in own]
        await devices.mark_left(session, ids, one.tester_id or "", now())
        return [[device.id, label(device)] for device in own]

    async def _requests(self, session: Session, one: Departure) -> list[str]:
        own = await self._own_devices(session, one)
        return await withdraw_requests(session, [device.id for device in own])

    async def _own_devices(self, session: Session, one: Departure) -> Sequence[Any]:
        if one.tester_id is None:
            return []
        own = await devices.of_testers(session, [one.tester_id])
        return [device for device in own if device.disabled_at is None]

    async def _roles(self, session: Session, one: Departure) -> dict[str, Any]:
        tester = await testers.get(session, one.tester_id) if one.tester_id else None
        held = [
            holding
            for identity in identities_of(one.slack_id, tester)
            for holding in await roles.named(session, self._organization_id, identity)
        ]
        taken: list[dict[str, str]] = []
        kept: list[str] = []
        for holding in held:
            if one.kind is DepartureKind.GUEST and holding.role in OUTSIDERS_MAY_HOLD:
                continue
            if await self._is_taken(session, holding):
                taken.append(spelled(holding))
            else:
                kept.append(holding.role.value)
        return {"taken": taken, "kept": kept, "by_setting": one.slack_id in self._admins}

    async def _is_taken(self, session: Session, holding: RoleHolding) -> bool:
        """
        Take a role, unless it is the last of its kind that keeps everybody else out.

        Where nobody is an uploader by name every full member is one.
        """
        await roles.take(session, holding)
        if holding.role is not Role.UPLOADER or holding.app_id or holding.group_id:
            return True
        if await roles.is_given(session, self._organization_id, Role.UPLOADER):
            return True
        await roles.give(session, holding)
        return False

    async def _keeps(self, session: Session, one: Departure) -> list[str]:
        if one.tester_id is None:
            return []
        found = await groups.memberships_of(session, one.tester_id)
        held = await recipients.held_by(session, one.tester_id)
        own = await self._own_devices(session, one)
        said = [group.name for group in found]
        if held:
            said.append("1 release" if len(held) == 1 else f"{len(held)} releases")
        return [*said, *(label(device) for device in own)]

    def _note(self, session: Session, one: Departure) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=one.by,
            action=f"person.{one.kind.value.replace(' ', '_')}",
            subject_id=one.tester_id or one.slack_id,
            origin=CLOCK.origin if one.by == CLOCK.reference else "slack",
            detail={
                "name": one.name,
                "people": [one.name],
                "in": [name for _, name in one.taken.get(GROUPS) or ()],
                "roles": [role["role"] for role in (one.taken.get(ROLES) or {}).get("taken", ())],
            },
        )
        audit.add(session, entry)


def spelled(holding: RoleHolding) -> dict[str, str]:
    """Return a role that somebody held as JSON knows it."""
    return {
        "role": holding.role.value,
        "holder_id": holding.holder_id,
        "app_id": holding.app_id,
        "group_id": holding.group_id,
    }
