"""Restoring: exactly what was taken from somebody who left is given back, when a person says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from provisioning.actors import Act, Actor
from provisioning.devices.owners import ask_again
from provisioning.errors import AlreadyDone, NotNow
from provisioning.leaving.departures import RESTORE_WITHIN
from provisioning.leaving.sheets import (
    DEVICES,
    GROUPS,
    LINKS,
    REQUESTS,
    ROLES,
    DepartureSheet,
    departure_sheet,
    is_restorable,
)
from provisioning.people.groups import change_of
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.ports import Engine
from storage.catalog import audit, departures, destinations, devices, groups, recipients, roles
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.departure import Departure, DepartureKind, DepartureState
from storage.records.distribution import RecipientState
from storage.records.role import HolderKind, Role, RoleHolding

#: Nobody is told any more by the act that they waited in.
NEVER_TOLD: Final = "They had left before they were told."


@dataclass(slots=True, kw_only=True)
class Restored:
    """
    What came of giving back: to whom, and why not to the others.

    The names of `gone_groups` belong to groups that were deleted meanwhile. `left_roles` take an
    admin to give.
    """

    people: list[DepartureSheet] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    gone_groups: list[str] = field(default_factory=list)
    left_roles: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Following:
    """What has to be started once everything is written down: roads with their subjects."""

    starts: list[tuple[str, str]] = field(default_factory=list)


class Restoring:
    """Gives back; each to exactly one of two who want it at once."""

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

    async def restore(self, departure_ids: Sequence[str], by: Actor) -> Restored:
        """
        Give people back what was taken from them. Their old links stay dead; they get new ones.

        Raise NotAllowed, and AlreadyDone or NotNow, with the reason, where nobody got anything.
        """
        await self._permissions.require(by, Act.MANAGE_GROUPS)
        gives_roles = await self._permissions.may(by, Act.MANAGE_ROLES)
        came = Restored()
        first: NotNow | None = None
        for departure_id in dict.fromkeys(departure_ids):
            try:
                await self._restore(departure_id, by, came, gives_roles=gives_roles)
            except NotNow as reason:
                first = first or reason
                came.refused.append((departure_id, str(reason)))
        if first is not None and not came.people:
            raise first
        return came

    async def _restore(
        self, departure_id: str, by: Actor, came: Restored, *, gives_roles: bool
    ) -> None:
        following = _Following()
        async with self._database.writing() as session:
            one = await departures.locked(session, departure_id)
            await self._refuse(one)
            came.gone_groups += await self._groups(session, one, by, following)
            await self._releases(session, one)
            await devices.mark_left(session, _ids(one, DEVICES), one.tester_id or "", None)
            for subject in await ask_again(session, one.taken.get(REQUESTS) or ()):
                following.starts.append(("register", subject))
            came.left_roles += await self._roles(session, one, by, gives=gives_roles)
            one.state, one.restored_by, one.restored_at = (
                DepartureState.RESTORED,
                by.reference,
                now(),
            )
            session.add(one)
            said = {one_id for one_id in (one.notice_id, one.back_notice_id) if one_id}
            for subject in await departures.changed(session, said, at=now()):
                following.starts.append(("show_leavers", subject))
            self._note(session, one, by)
        came.people.append(departure_sheet(one))
        for road, subject in following.starts:
            await self._engine.start(road, subject)

    async def _refuse(self, one: Departure) -> None:
        """Raise AlreadyDone, or NotNow, where there is nothing to give back."""
        if one.state is DepartureState.RESTORED:
            name = await self._people.name(one.restored_by)
            raise AlreadyDone(f"{name} gave it back to {one.name} already.", by=one.restored_by)
        if is_restorable(one, RESTORE_WITHIN):
            return
        if one.state is DepartureState.WANTED:
            raise NotNow(f"Things are still being taken from {one.name}. Try again in a minute.")
        if one.kind is DepartureKind.GUEST and one.back_at is None:
            raise NotNow(f"{one.name} is still a guest, and guests cannot hold these roles.")
        raise NotNow(
            f"{one.name} left more than {RESTORE_WITHIN.days} days ago, or lost nothing. Add them "
            "to their groups again."
        )

    async def _groups(
        self, session: Session, one: Departure, by: Actor, following: _Following
    ) -> list[str]:
        """Put somebody into their groups again; return the names of those that are gone."""
        were: Sequence[Sequence[str]] = one.taken.get(GROUPS) or ()
        there = await groups.those(session, [group_id for group_id, _ in were])
        for group_id in there:
            await groups.add_members(session, group_id, [one.tester_id or ""])
            turn = await groups.changed(session, group_id, by=by.reference, at=now())
            if await destinations.has_any(session, group_id):
                following.starts.append(("settle", change_of(group_id, turn)))
            else:
                await groups.settled(session, group_id, turn)
        return [name for group_id, name in were if group_id not in there]

    @staticmethod
    async def _releases(session: Session, one: Departure) -> None:
        given: Mapping[str, str] = (one.taken.get(LINKS) or {}).get("given") or {}
        by_state: dict[RecipientState, list[str]] = {}
        for recipient_id, state in given.items():
            by_state.setdefault(RecipientState(state), []).append(recipient_id)
        for state, ids in by_state.items():
            if state is RecipientState.WAITING:
                await recipients.give_back(session, ids, RecipientState.UNREACHABLE, NEVER_TOLD)
            else:
                await recipients.give_back(session, ids, state)

    async def _roles(
        self, session: Session, one: Departure, by: Actor, *, gives: bool
    ) -> list[str]:
        """Give roles back if *by* may give any; return those that were left."""
        were: Sequence[Mapping[str, Any]] = (one.taken.get(ROLES) or {}).get("taken") or ()
        if not gives:
            return [str(role["role"]) for role in were]
        for role in were:
            holding = RoleHolding(
                organization_id=self._organization_id,
                role=Role(role["role"]),
                holder_kind=HolderKind.PERSON,
                holder_id=role["holder_id"],
                app_id=role["app_id"],
                group_id=role["group_id"],
                given_by=by.reference,
            )
            await roles.give(session, holding)
        return []

    def _note(self, session: Session, one: Departure, by: Actor) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            action="person.restored",
            subject_id=one.tester_id or one.slack_id,
            origin=by.origin,
            detail={"name": one.name, "people": [one.name]},
        )
        audit.add(session, entry)


def _ids(one: Departure, part: str) -> list[str]:
    return [str(row[0]) for row in one.taken.get(part) or ()]
