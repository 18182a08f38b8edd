"""Requests for places: what is known of each when somebody's yes is asked for."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from provisioning.devices.approval_rules import Limits, Request
from provisioning.devices.families import class_of
from storage.catalog import device_policies, devices, registrations, slots
from storage.catalog.database import Session
from storage.records.device import Device
from storage.records.registration import Registration, RegistrationState
from storage.records.slot import Slot

#: A device in one of these does not count against its owner.
_FREE = frozenset({RegistrationState.REFUSED})
#: What is in one of these will take a place, if Apple's list does not have it yet.
_COMING = frozenset({RegistrationState.REGISTERING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Whose devices need no approval, by the rules of an organization."""

    testers: frozenset[str] = frozenset()
    everybody: bool = False

    def __contains__(self, tester_id: object) -> bool:
        return self.everybody or tester_id in self.testers


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the requests of a set of devices are judged by, read at once."""

    limits: Limits
    covered: Covered
    devices: dict[str, Device]
    taken: dict[str, tuple[Slot, ...]]
    registered: tuple[Registration, ...]

    def request(self, device: Device, team_id: str) -> Request:
        """Return what a device asks for of a team."""
        family = class_of(device)
        udid = device.udid.lower()
        own = self.taken.get(team_id, ())
        return Request(
            family=family,
            owned=self._owned(device, team_id),
            used=self._used(team_id, family, except_for=device.id),
            placed=any(slot.udid == udid for slot in own),
            ruled=device.tester_id in self.covered,
        )

    def _owned(self, device: Device, team_id: str) -> int:
        return sum(
            one.team_id == team_id
            and one.device_id != device.id
            and one.state not in _FREE
            and self.devices[one.device_id].tester_id == device.tester_id
            for one in self.registered
            if one.device_id in self.devices
        )

    def _used(self, team_id: str, family: str, *, except_for: str) -> int:
        own = self.taken.get(team_id, ())
        there = {slot.udid for slot in own}
        taken = Counter(slot.family for slot in own)[family]
        return taken + sum(
            one.team_id == team_id
            and one.state in _COMING
            and one.device_id != except_for
            and one.device_id in self.devices
            and self.devices[one.device_id].udid.lower() not in there
            and class_of(self.devices[one.device_id]) == family
            for one in self.registered
        )


async def known_of(
    session: Session,
    organization_id: str,
    own: Sequence[Device],
    team_ids: Collection[str],
    *,
    covered: Covered,
) -> Known:
    """Read what is needed to judge requests of *own* devices."""
    policy = await device_policies.of(session, organization_id)
    others = await devices.of_testers(session, {one.tester_id for one in own})
    coming: list[Registration] = []
    for team_id in sorted(team_ids):
        coming += await registrations.in_state(
            session, [team_id], RegistrationState.REGISTERING, limit=1000
        )
    away = await devices.owned(session, {one.device_id for one in coming})
    everything = {one.id: one for one in (*others, *own)}
    everything |= {one.device.id: one.device for one in away}
    registered = {one.id: one for one in coming}
    for one in await registrations.of_devices(session, [each.id for each in others]):
        registered[one.id] = one
    taken: dict[str, list[Slot]] = {}
    for slot in await slots.of_teams(session, team_ids):
        taken.setdefault(slot.team_id, []).append(slot)
    return Known(
        limits=Limits(per_person=policy.per_person, reserve=policy.reserve),
        covered=covered,
        devices=everything,
        taken={team_id: tuple(rows) for team_id, rows in taken.items()},
        registered=tuple(registered.values()),
    )
