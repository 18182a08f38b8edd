"""The registry: brings what we have of devices and what Apple has of them together."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final
from weakref import WeakValueDictionary

from provisioning.appstore.errors import (
    AppStoreError,
    DeviceLimitReached,
    UdidInvalid,
)
from provisioning.appstore.resources.devices import DISABLED, ENABLED, AppleDevice
from provisioning.devices.approvals import read_subject, subject_of
from provisioning.devices.teams import AppleTeams
from storage.catalog import apple_teams, devices, home_tabs, registrations, slots
from storage.catalog.database import Database, Session
from storage.errors import NotFound, Stale
from storage.records.base import now
from storage.records.device import Device
from storage.records.registration import Registration, RegistrationState
from storage.records.slot import Slot

logger = logging.getLogger(__name__)

#: Apple says of a device it checks no more than that it does (24 to 72 hours, its help pages).
PROCESSING: Final = "PROCESSING"

#: How long after one look Apple is asked again: hourly at first, then every few hours.
SOON, LATER = timedelta(hours=1), timedelta(hours=6)
#: So long it is looked at hourly.
HOURLY_FOR = timedelta(hours=12)
#: Apple checks a device for three days at most; one that was used elsewhere waits for 30.
CHECKED_WITHIN = timedelta(hours=72)
INELIGIBLE_FOR = timedelta(days=31)
#: When a team's key does not work, its devices are tried again so much later.
MENDED_WITHIN = timedelta(hours=1)

#: A list is compared with what we have this often.
READ_DAILY = timedelta(days=1)

#: A list read this many seconds ago tells which of several new devices Apple has.
FRESH: Final = 20.0

#: In these a device may be at Apple, so that its list says how it stands there.
_THERE = (RegistrationState.PROCESSING, RegistrationState.READY, RegistrationState.INELIGIBLE)
_WAITING = (RegistrationState.PROCESSING, RegistrationState.INELIGIBLE)
#: In these it is for people to do something next.
_OF_PEOPLE = (RegistrationState.AWAITING_APPROVAL, RegistrationState.REFUSED)
#: Nobody leaves these without beginning another turn.
_SETTLED = (RegistrationState.READY, RegistrationState.REFUSED)
_WORKED_ON = (
    *_OF_PEOPLE,
    RegistrationState.REGISTERING,
    *_WAITING,
    RegistrationState.DISABLED,
)


@dataclass(slots=True)
class _Read:
    """A list of Apple's, and when it was read."""

    devices: dict[str, AppleDevice]
    at: float


class Registry:
    """
    Registers, looks again, and compares lists. Each method may run twice.

    A device is found before it is registered, by its UDID in whatever case: a place that was spent
    by a call whose answer got lost is not spent again.
    """

    def __init__(self, database: Database, teams: AppleTeams, *, organization_id: str) -> None:
        self._database = database
        self._teams = teams
        self._organization_id = organization_id
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._lists: dict[str, _Read] = {}

    async def due(self, before: datetime, since: datetime) -> list[str]:
        """Return the subjects of registrations whose moment has come."""
        async with self._database.reading() as session:
            found = await registrations.due(session, _WORKED_ON, before, since)
        return [subject_of(one) for one in found]

    async def look(self, subject: str) -> str:
        """Return what a turn is about: the state, or nothing for a turn that is over."""
        registration_id, turn = read_subject(subject)
        async with self._database.reading() as session:
            found = await _there(session, registration_id)
        return found.state.value if found is not None and found.turn == turn else ""

    async def asked(self, subject: str) -> None:
        """Write down that people were asked, or told: nothing is to do till somebody acts."""
        registration_id, turn = read_subject(subject)
        async with self._database.writing() as session:
            found = await _there(session, registration_id)
            if found is not None and found.turn == turn and found.state in _OF_PEOPLE:
                found.due_at = None
                session.add(found)

    async def register(self, subject: str) -> str:
        """
        Let Apple have a device, or look again how one stands there; return the state it has then.

        For a turn that is over, since whoever did it died before that was kept, it is what came of
        it. Apple's refusals become a state with a reason; what may pass by itself is raised, and so
        are the errors of a team's key.
        """
        registration_id, turn = read_subject(subject)
        async with self._database.reading() as session:
            found = await _there(session, registration_id)
            if found is None:
                return ""
            if found.turn != turn or found.state in _SETTLED:
                return found.state.value  # Perhaps this very step did it, and runs once more.
            (owned,) = await devices.owned(session, [found.device_id])
        try:
            there = await self._at_apple(found, owned.device)
        except (DeviceLimitReached, UdidInvalid) as refusal:
            return await self._settle(found, RegistrationState.REFUSED, str(refusal))
        state, reason = _meaning(there, found)
        return await self._settle(found, state, reason, there)

    async def put_off(self, subject: str, sentence: str, trouble: str) -> bool:
        """
        Look again later, since Apple cannot be asked; return whether that is new.

        *trouble* is the code of what is wrong: Apple's words about it are never the same twice.
        """
        registration_id, turn = read_subject(subject)
        async with self._database.writing() as session:
            found = await _there(session, registration_id)
            if found is None:
                return False
            try:
                is_new = found.trouble != trouble
                if found.turn != turn:
                    return True  # It was put off before, by somebody who could not say so.
                await registrations.move(
                    session,
                    found,
                    found.state,
                    reason=sentence,
                    trouble=trouble,
                    turn=found.turn + 1,
                    due_at=now() + MENDED_WITHIN,
                )
                if is_new:
                    await home_tabs.stir_owners(session, [found.device_id], now())
            except (NotFound, Stale):
                return False  # The team was disconnected meanwhile, or somebody decided.
        return is_new

    async def read_list(self, team_id: str) -> None:
        """
        Read a team's list, and let places and registrations be as it says.

        Raise what the App Store client raises.
        """
        store = await self._teams.store(team_id)
        asked_at = now()
        found = await store.devices.list()
        self._lists[team_id] = _Read({one.udid.lower(): one for one in found}, monotonic())
        async with self._database.writing() as session:
            await slots.replace(session, team_id, [_slot(team_id, one) for one in found])
            team = await apple_teams.get(session, self._organization_id, team_id)
            team.devices_read_at = now()
            session.add(team)
            by_udid = {one.udid.lower(): one for one in found}
            moved = set()
            for registration, device in await registrations.of_team(session, team_id):
                there = by_udid.get(device.udid.lower())
                if there is None and registration.since >= asked_at:
                    continue  # Another replica registered it while the list was on its way.
                if await self._drifted(session, registration, there):
                    moved.add(registration.device_id)
            await home_tabs.stir_owners(session, moved, now())

    async def compare(self) -> None:
        """
        Read the list of every team that was not read for a day.

        One whose key does not work stops no other.
        """
        async with self._database.reading() as session:
            teams = await apple_teams.every(session, self._organization_id)
        late = now() - READ_DAILY
        for team in teams:
            if team.devices_read_at is not None and team.devices_read_at > late:
                continue
            try:
                await self.read_list(team.id)
            except AppStoreError as error:
                logger.warning("The devices of a team at Apple could not be read: %s", error)

    async def left_out(self, team_id: str, udids: Collection[str], since: datetime) -> list[str]:
        """
        Let those wait that Apple left out of a profile without a word; return what changed.

        *udids* are in whatever case. What has waited since that moment was changed by an earlier
        try, and is returned as well.
        """
        changed, moved = [], set()
        async with self._database.writing() as session:
            found = await registrations.of_udids(session, team_id, [one.lower() for one in udids])
            for registration, device in found:
                if registration.state is RegistrationState.READY:
                    await self._wait(session, registration, RegistrationState.PROCESSING, "")
                    moved.add(device.id)
                waits = registration.state is RegistrationState.PROCESSING
                if waits and registration.since >= since:
                    changed.append(subject_of(registration))
            await home_tabs.stir_owners(session, moved, now())
        return changed

    async def disable(self, subject: str) -> None:
        """Let Apple leave a device out of new profiles. Raise what the client raises."""
        registration_id, turn = read_subject(subject)
        async with self._database.reading() as session:
            found = await _there(session, registration_id)
        if found is None or found.turn != turn or found.state is not RegistrationState.DISABLED:
            return
        if found.apple_id is not None:
            store = await self._teams.store(found.team_id)
            await store.devices.disable(found.apple_id)
        async with self._database.writing() as session:
            found = await _there(session, registration_id)
            if found is not None and found.turn == turn:
                found.due_at = None
                session.add(found)

    async def _at_apple(self, found: Registration, device: Device) -> AppleDevice:
        """Return the device as Apple has it, registered and enabled."""
        lock = self._turns.setdefault(found.team_id, asyncio.Lock())
        async with lock:
            store = await self._teams.store(found.team_id)
            if found.apple_id is not None and found.state in _WAITING:
                return await store.devices.read(found.apple_id)
            known = self._lists.get(found.team_id)
            if known is None or monotonic() - known.at > FRESH:
                listed = await store.devices.list()
                known = _Read({one.udid.lower(): one for one in listed}, monotonic())
                self._lists[found.team_id] = known
            there = await store.devices.register(
                device.udid,
                name=_name_for(device),
                platform=device.platform,
                known=tuple(known.devices.values()),
            )
            known.devices[there.udid.lower()] = there
            return there

    async def _settle(
        self,
        found: Registration,
        state: RegistrationState,
        reason: str,
        there: AppleDevice | None = None,
    ) -> str:
        """Write down how a device stands; return the state that it has then."""
        async with self._database.writing() as session:
            fresh = await _there(session, found.id)
            if fresh is None:
                return ""
            if (fresh.turn, fresh.state) != (found.turn, found.state):
                return fresh.state.value  # Somebody decided meanwhile.
            if there is not None:
                fresh.apple_id = there.id
                session.add(fresh)
                await session.flush()
                await slots.keep(session, _slot(fresh.team_id, there))
            is_seen = (fresh.state, fresh.reason) != (state, reason)
            if state in _WAITING:
                await self._wait(session, fresh, state, reason)
            else:
                await registrations.move(
                    session, fresh, state, **_moved(fresh, state, reason), waits_since=None
                )
            if is_seen:  # Else Apple said what it said an hour ago.
                await home_tabs.stir_owners(session, [fresh.device_id], now())
        return state.value

    async def _wait(
        self, session: Session, found: Registration, state: RegistrationState, reason: str
    ) -> None:
        """Look again in a while: hourly at first, then every few hours, and not for ever."""
        began = found.waits_since or now()
        waited = now() - began
        due = now() + (SOON if waited < HOURLY_FOR else LATER)
        values: dict[str, Any] = _moved(found, state, reason)
        values |= {"turn": found.turn + 1, "due_at": due, "waits_since": began}
        await registrations.move(session, found, state, **values)

    async def _drifted(
        self, session: Session, found: Registration, there: AppleDevice | None
    ) -> bool:
        """Let a registration follow what Apple's list says; return whether it stands elsewhere."""
        if found.state not in _THERE:
            return False
        if there is None:
            reason = "Apple's list does not have it any more, so it needs a new place."
            values = _moved(found, RegistrationState.AWAITING_APPROVAL, reason)
            values |= {"apple_id": None, "turn": found.turn + 1, "due_at": now()}
            await registrations.move(session, found, RegistrationState.AWAITING_APPROVAL, **values)
            return True
        if there.status == DISABLED:
            reason = (
                "It was disabled on Apple's website. Enable it here to have it in builds again."
            )
            values = _moved(found, RegistrationState.DISABLED, reason)
            await registrations.move(session, found, RegistrationState.DISABLED, **values)
            return True
        if found.apple_id != there.id:
            found.apple_id = there.id
            session.add(found)
            await session.flush()
        if found.state is not RegistrationState.READY or there.status == ENABLED:
            return False
        await self._wait(session, found, *_meaning(there, found))
        return True


async def _there(session: Session, registration_id: str) -> Registration | None:
    """Return a registration, None once its device was taken back."""
    try:
        return await registrations.get(session, registration_id)
    except NotFound:
        return None


def _moved(found: Registration, state: RegistrationState, reason: str) -> dict[str, Any]:
    """Return what a move to *state* sets: the moment only when the state is a new one."""
    values: dict[str, Any] = {"reason": reason, "trouble": "", "due_at": None}
    if state is not found.state:
        values["since"] = now()
    return values


def _meaning(there: AppleDevice, found: Registration) -> tuple[RegistrationState, str]:
    """Return what Apple's status means; one that nobody knows means that it is not yet."""
    if there.status == ENABLED:
        return RegistrationState.READY, ""
    waited = now() - found.waits_since if found.waits_since else timedelta()
    if there.status == PROCESSING:
        if waited <= CHECKED_WITHIN:
            return RegistrationState.PROCESSING, ""
        return RegistrationState.PROCESSING, (
            "Apple has checked this device for more than three days, which is longer than it says "
            "it takes. An admin can look at it on Apple's website; Slipway keeps asking."
        )
    return RegistrationState.INELIGIBLE, ""


def _name_for(device: Device) -> str:
    """Return what Apple's list calls a device: its name, else the end of its UDID."""
    return (device.name or f"Device {device.udid[-4:]}")[:50]


def _slot(team_id: str, one: AppleDevice) -> Slot:
    return Slot(
        team_id=team_id,
        apple_id=one.id,
        udid=one.udid.lower(),
        name=one.name[:255],
        family=one.device_class[:32],
        status=one.status[:32],
        model=(one.model or "")[:255],
        added_at=one.added_at,
    )
