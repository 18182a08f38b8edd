"""Approvals: a place at Apple is gone for a year, so a person says yes, or a rule of theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from provisioning.actors import Act, Actor, ActorKind, Identity, IdentityKind
from provisioning.devices.approval_rules import Decision, Need, decide
from provisioning.devices.requests import Covered, known_of
from provisioning.devices.sheets import DeviceSheet, sheet
from provisioning.devices.states import MAY_FOLLOW
from provisioning.devices.teams import called
from provisioning.errors import AlreadyDone
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions
from provisioning.ports import Engine
from storage.catalog import (
    apple_teams,
    audit,
    device_policies,
    devices,
    home_tabs,
    registrations,
    releases,
)
from storage.catalog.database import Database, Session
from storage.errors import Stale
from storage.records.apple_team import AppleTeam
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.device import Device
from storage.records.device_policy import ApprovalSubject
from storage.records.registration import Registration, RegistrationState
from storage.records.role import Role

#: So many that wait are shown at once.
MOST_PENDING = 50

_APPROVING = frozenset({Act.APPROVE_DEVICES, Act.APPROVE_LAST_DEVICES})

#: So begins the reason of a registration that a person refused.
NOT_APPROVED = "It was not approved"


class RequestMark(NamedTuple):
    """What the registrations of one act of asking share: they are shown and decided together."""

    team_id: str
    requested_by: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDevice:
    """A device that waits for somebody's yes; `why` tells why that has to be an admin's."""

    registration_id: str
    sheet: DeviceSheet
    team: str
    need: Need
    why: str

    @property
    def mark(self) -> RequestMark:
        """What it shares with whatever was asked for at once."""
        (one,) = self.sheet.standings
        return RequestMark(one.team_id, one.requested_by, one.requested_at)

    @property
    def waits(self) -> bool:
        (one,) = self.sheet.standings
        return one.state is RegistrationState.AWAITING_APPROVAL

    @property
    def was_refused(self) -> bool:
        """Return whether a person said no; Apple refuses for reasons of its own."""
        (one,) = self.sheet.standings
        is_refused = one.state is RegistrationState.REFUSED
        return is_refused and one.reason.startswith(NOT_APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What came of approving: devices that go on, and those that do not, each with why."""

    done: tuple[DeviceSheet, ...] = ()
    left: tuple[tuple[DeviceSheet, str], ...] = ()


class Approvals:
    """Asks for places, decides what needs nobody, and takes the decisions of people."""

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        audience: Audience,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audience = audience
        self._engine = engine
        self._organization_id = organization_id

    async def ask(
        self, device_ids: Collection[str], by: Actor, *, grace: timedelta = timedelta()
    ) -> list[str]:
        """
        Ask for a place at each team that a device's owner has apps of; return the registrations.

        What takes no place, what a rule covers, and what whoever asks may approve goes on after
        *grace*, in which it can be taken back; the others wait for a person. Asking again changes
        nothing.
        """
        may = await self._may_approve(by)
        covered = await self._covered()
        made: list[Registration] = []
        at = now()
        async with self._database.writing() as session:
            own = [one.device for one in await devices.owned(session, device_ids)]
            wanted = await self._wanted(session, [one for one in own if one.disabled_at is None])
            if not wanted:
                return []
            teams = {team_id for _, team_id in wanted}
            known = await known_of(session, self._organization_id, own, teams, covered=covered)
            for device, team_id in wanted:
                decision = decide(known.request(device, team_id), known.limits)
                one = self._request(device, team_id, decision, may, by)
                one.requested_at = at
                if one.state is RegistrationState.REGISTERING:
                    one.due_at = at + grace
                made.append(one)
                # The next one's judgement has to see the place that this one takes.
                known = replace(known, registered=(*known.registered, one))
            kept = [await registrations.ask(session, one) for one in made]
            for one in kept:
                self._note(session, "device.requested", one, by, state=one.state.value)
            await home_tabs.stir_owners(session, {one.device_id for one in kept}, now())
        for one in kept:
            if one.due_at is not None and one.due_at <= now():
                await self._start(one)  # The clock begins the others.
        return [one.id for one in kept]

    async def _may_approve(self, by: Actor) -> set[Act]:
        """Return what somebody may approve when they ask: the clock asks, and never approves."""
        if by.kind is ActorKind.CLOCK:
            return set()
        return await self._permissions.allowed(by, _APPROVING)

    async def go_on(self, device_id: str, by: Actor) -> None:
        """Let a device that was left out be registered again; its place is still its own."""
        begun = []
        async with self._database.writing() as session:
            for one in await registrations.of_devices(session, [device_id]):
                if one.state is not RegistrationState.DISABLED:
                    continue
                if one.apple_id is None:
                    await session.delete(one)  # It never had a place, so it asks for one anew.
                    continue
                values = {"turn": one.turn + 1, "since": now(), "due_at": now(), "reason": ""}
                await registrations.move(session, one, RegistrationState.REGISTERING, **values)
                begun.append(one)
            await home_tabs.stir_owners(session, [device_id], now())
        for one in begun:
            await self._start(one)
        await self.ask([device_id], by)

    async def stop(self, device_id: str) -> None:
        """Let a device be left out of new builds everywhere; it keeps its places."""
        begun = []
        async with self._database.writing() as session:
            for one in await registrations.of_devices(session, [device_id]):
                if RegistrationState.DISABLED not in MAY_FOLLOW[one.state]:
                    continue
                values = {"turn": one.turn + 1, "since": now(), "due_at": now(), "reason": ""}
                await registrations.move(session, one, RegistrationState.DISABLED, **values)
                begun.append(one)
            await home_tabs.stir_owners(session, [device_id], now())
        for one in begun:
            await self._start(one)

    async def ask_for_the_unasked(self, by: Actor) -> None:
        """Ask for devices that no team was asked about yet: there was none when they came."""
        async with self._database.reading() as session:
            if not await apple_teams.every(session, self._organization_id):
                return
            found = await registrations.unasked(session, self._organization_id, limit=200)
        for begin in range(0, len(found), MOST_PENDING):
            await self.ask(found[begin : begin + MOST_PENDING], by)

    async def pending(self, by: Actor) -> list[PendingDevice]:
        """Return what waits for approval, the oldest first. Raise NotAllowed."""
        await self._permissions.require(by, Act.APPROVE_DEVICES)
        async with self._database.reading() as session:
            teams = await apple_teams.every(session, self._organization_id)
            found = await registrations.in_state(
                session,
                [team.id for team in teams],
                RegistrationState.AWAITING_APPROVAL,
                limit=MOST_PENDING,
            )
        return await self.those([one.id for one in found])

    async def asked_at_once(self, mark: RequestMark) -> list[PendingDevice]:
        """Return what one act of asking made, whatever its state by now; some may be gone."""
        async with self._database.reading() as session:
            found = await registrations.asked_at_once(session, *mark)
        return await self.those([one.id for one in found])

    async def those(self, registration_ids: Collection[str]) -> list[PendingDevice]:
        """Return how registrations stand for whoever decides, whatever their state by now."""
        covered = await self._covered()
        async with self._database.reading() as session:
            teams = {
                team.id: team for team in await apple_teams.every(session, self._organization_id)
            }
            found = await registrations.those(session, registration_ids)
            owned = {
                one.device.id: one
                for one in await devices.owned(session, {one.device_id for one in found})
            }
            known = await known_of(
                session,
                self._organization_id,
                [one.device for one in owned.values()],
                {one.team_id for one in found},
                covered=covered,
            )
        pending = []
        for one in found:
            request = known.request(owned[one.device_id].device, one.team_id)
            decision = decide(request, known.limits)
            pending.append(
                PendingDevice(
                    registration_id=one.id,
                    sheet=sheet(owned[one.device_id], [one]),
                    team=called(teams[one.team_id]),
                    need=decision.need,
                    why=decision.why,
                )
            )
        return pending

    async def deciders(self) -> tuple[str | None, list[str]]:
        """
        Return the channel in which it is decided, if there is one, and who decides by name.

        These are the Slack ids of admins and release managers.
        """
        async with self._database.reading() as session:
            policy = await device_policies.of(session, self._organization_id)
        named = await self._permissions.named({Role.ADMIN, Role.MANAGER})
        people = [Identity.read(one) for one in named]
        ids = [one.value for one in people if one and one.kind is IdentityKind.SLACK]
        return policy.channel_id, ids

    async def approve(self, registration_ids: Sequence[str], by: Actor) -> Approved:
        """
        Let devices be registered, as far as *by* may; each by itself.

        Raise NotAllowed, and AlreadyDone when none of them waits any more: its data has who was
        first (`by`, a reference) and what became of it (`state`).
        """
        await self._permissions.require(by, Act.APPROVE_DEVICES)
        may = await self._permissions.allowed(by, _APPROVING)
        done: list[DeviceSheet] = []
        left: list[tuple[DeviceSheet, str]] = []
        first: PendingDevice | None = None
        for registration_id in dict.fromkeys(registration_ids):
            # One by one: each takes a place, which the next one's judgement has to see.
            for one in await self.those([registration_id]):
                if one.sheet.standings[0].state is not RegistrationState.AWAITING_APPROVAL:
                    first = first or one
                elif one.need is Need.ADMIN and Act.APPROVE_LAST_DEVICES not in may:
                    left.append((one.sheet, one.why))
                elif await self._decide(one, RegistrationState.REGISTERING, by, ""):
                    done.append(one.sheet)
        if not done and not left:
            raise await self._too_late(registration_ids, first)
        return Approved(done=tuple(done), left=tuple(left))

    async def refuse(
        self, registration_ids: Sequence[str], by: Actor, reason: str = ""
    ) -> list[DeviceSheet]:
        """Say no; the owner is told with the reason. Raise NotAllowed, AlreadyDone."""
        await self._permissions.require(by, Act.APPROVE_DEVICES)
        said = f"{NOT_APPROVED}: {reason.strip()}" if reason.strip() else f"{NOT_APPROVED}."
        done = []
        for one in await self.those(list(dict.fromkeys(registration_ids))):
            waits = one.sheet.standings[0].state is RegistrationState.AWAITING_APPROVAL
            if waits and await self._decide(one, RegistrationState.REFUSED, by, said):
                done.append(one.sheet)
        if not done:
            raise await self._too_late(registration_ids, None)
        return done

    async def reopen(self, registration_ids: Sequence[str], by: Actor) -> list[DeviceSheet]:
        """
        Let what people refused be asked for once more: a refusal may be a slip, or be overtaken.

        Raise NotAllowed, and AlreadyDone when nothing of it is refused any more.
        """
        await self._permissions.require(by, Act.APPROVE_DEVICES)
        nobody = {"decided_by": None, "decided_at": None}
        done = [
            one.sheet
            for one in await self.those(list(dict.fromkeys(registration_ids)))
            if one.was_refused
            and await self._turn(one, RegistrationState.AWAITING_APPROVAL, by, **nobody)
        ]
        if not done:
            raise await self._too_late(registration_ids, None)
        return done

    async def _too_late(
        self, registration_ids: Sequence[str], known: PendingDevice | None
    ) -> AlreadyDone:
        """Return what is said to the second of two who decide."""
        for one in [known] if known is not None else await self.those(registration_ids):
            (standing,) = one.sheet.standings
            return AlreadyDone(
                "Somebody has decided about this already.",
                by=standing.decided_by or "",
                state=standing.state.value,
            )
        return AlreadyDone("This was taken back: there is nothing to decide any more.")

    async def _decide(
        self, one: PendingDevice, state: RegistrationState, by: Actor, reason: str
    ) -> bool:
        """Return whether the decision was ours: of two at once, one is."""
        return await self._turn(
            one, state, by, reason=reason, decided_by=by.reference, decided_at=now()
        )

    async def _turn(
        self, one: PendingDevice, state: RegistrationState, by: Actor, **values: object
    ) -> bool:
        """Let a registration follow what people said, unless it is not as they saw it any more."""
        (seen,) = one.sheet.standings
        values = {"reason": "", "since": now(), "due_at": now(), **values}
        try:
            async with self._database.writing() as session:
                registration = await registrations.get(session, one.registration_id)
                if registration.state is not seen.state:
                    return False
                await registrations.move(
                    session, registration, state, turn=registration.turn + 1, **values
                )
                self._note(session, f"device.{state.value}", registration, by)
                await home_tabs.stir_owners(session, [registration.device_id], now())
        except Stale:
            return False
        await self._start(registration)
        return True

    async def _wanted(self, session: Session, own: Sequence[Device]) -> list[tuple[Device, str]]:
        """Return which device asks which team: the only one, or those whose apps its owner has."""
        teams = await apple_teams.every(session, self._organization_id)
        if not teams:
            return []
        known = {
            (one.device_id, one.team_id)
            for one in await registrations.of_devices(session, [one.id for one in own])
        }
        fitting = {one.tester_id: {teams[0].id} for one in own}
        if len(teams) > 1:
            fitting = await self._teams_of_apps(session, own, teams)
        return [
            (device, team_id)
            for device in own
            for team_id in sorted(fitting.get(device.tester_id, ()))
            if (device.id, team_id) not in known
        ]

    async def _teams_of_apps(
        self, session: Session, own: Sequence[Device], teams: Sequence[AppleTeam]
    ) -> dict[str, set[str]]:
        of_prefix = {team.team_id: team.id for team in teams if team.team_id}
        fitting: dict[str, set[str]] = {}
        given = await releases.programs_given(session, {one.tester_id for one in own})
        for tester_id, _, prefix in given:
            if prefix in of_prefix:
                fitting.setdefault(tester_id, set()).add(of_prefix[prefix])
        return fitting

    async def _covered(self) -> Covered:
        """Return whom a rule covers."""
        async with self._database.reading() as session:
            rules = await device_policies.rules(session, self._organization_id)
        if any(rule.subject is ApprovalSubject.EVERYBODY for rule in rules):
            return Covered(everybody=True)
        groups = [one.target_id for one in rules if one.subject is ApprovalSubject.GROUP]
        single = {one.target_id for one in rules if one.subject is ApprovalSubject.TESTER}
        if not groups:
            return Covered(testers=frozenset(single))
        gathered = await self._audience.of(groups)
        inside = {one.tester_id for one in gathered.members if one.tester_id}
        return Covered(testers=frozenset(single | inside))

    def _request(
        self, device: Device, team_id: str, decision: Decision, may: Collection[Act], by: Actor
    ) -> Registration:
        approves = {
            Need.NOBODY: True,
            Need.MANAGER: Act.APPROVE_DEVICES in may,
            Need.ADMIN: Act.APPROVE_LAST_DEVICES in may and not decision.full,
        }[decision.need]
        by_hand = approves and decision.need is not Need.NOBODY
        return Registration(
            organization_id=self._organization_id,
            device_id=device.id,
            team_id=team_id,
            state=(
                RegistrationState.REGISTERING if approves else RegistrationState.AWAITING_APPROVAL
            ),
            reason="",
            due_at=now(),
            requested_by=by.reference,
            decided_by=by.reference if by_hand else None,
            decided_at=now() if by_hand else None,
        )

    async def _start(self, registration: Registration) -> None:
        await self._engine.start("register", subject_of(registration))

    def _note(
        self, session: Session, action: str, registration: Registration, by: Actor, **detail: str
    ) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action=action,
            subject_id=registration.device_id,
            detail={"team": registration.team_id, **detail},
        )
        audit.add(session, entry)


class Subject(NamedTuple):
    """A registration, and the turn that a road is about: each turn is a start of its own."""

    registration_id: str
    turn: int


def subject_of(registration: Registration) -> str:
    """Return what a road about a registration's turn is started with: `id@turn`."""
    return f"{registration.id}@{registration.turn}"


def read_subject(subject: str) -> Subject:
    registration_id, _, turn = subject.partition("@")
    return Subject(registration_id, int(turn))
