"""Devices: whose they are, what they are called, and which of them get into builds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from provisioning.actors import Act, Actor, Identity
from provisioning.devices.approvals import Approvals
from provisioning.devices.bulk.rows import MOST_NAME
from provisioning.devices.models import ChipDoubt, doubt, known_models
from provisioning.devices.sheets import DeviceSheet, sheet
from provisioning.devices.udids import Udid, UdidForm, read_udid
from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions
from storage.catalog import audit, devices, home_tabs, registrations, testers
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.device import Device, DeviceSource
from storage.records.registration import Registration, RegistrationState
from storage.records.tester import Tester

#: So many devices one can hand in without somebody else's help.
MOST_OWN = 20

#: So long whoever sent a UDID may take it back, unless it has taken a place by then.
UNDO = timedelta(hours=1)

IOS, MAC_OS = "IOS", "MAC_OS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is known of a device when it is handed in. `model` is an identifier, or empty."""

    udid: Udid
    name: str = ""
    model: str = ""
    platform: str = IOS
    system_version: str = ""
    source: DeviceSource = DeviceSource.TYPED
    verified: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What came of handing a device in: `new` is False for one that was theirs already."""

    sheet: DeviceSheet
    new: bool
    doubt: ChipDoubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePage:
    """The newest devices, and how many there are in all."""

    newest: tuple[DeviceSheet, ...]
    count: int


class Devices:
    """
    Keeps the devices of an organization.

    What is about one's own device everybody may; somebody else's takes `Act.MANAGE_DEVICES`.
    """

    def __init__(
        self,
        database: Database,
        permissions: Permissions,
        audience: Audience,
        approvals: Approvals,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._audience = audience
        self._approvals = approvals
        self._organization_id = organization_id

    async def claim(self, claim: Claim, owner: Identity, by: Actor) -> Claimed:
        """
        Keep a device for its owner; one that is theirs already stays, and learns what is new.

        Raise NotAllowed, without saying whose it is, when it belongs to somebody else; NotNow for
        one more than anybody hands in alone; Unclear with the field `name` or `people`.
        """
        manages = await self._permissions.may(by, Act.MANAGE_DEVICES)
        if by.identity != owner and not manages:
            await self._permissions.require(by, Act.MANAGE_DEVICES)
        name = checked_name(claim.name)
        (tester,) = await self._audience.testers_of([owner])
        async with self._database.writing() as session:
            own = () if manages else await devices.of_testers(session, [tester.id])
            if len(own) >= MOST_OWN and all(one.udid != claim.udid.value for one in own):
                raise NotNow(
                    f"You have {len(own)} devices already, and nobody hands in more alone. Ask a "
                    "release manager to add it, or to take out those that are of no use any more."
                )
            device, new = await devices.claim(session, self._device(claim, name, tester, by))
            if device.tester_id != tester.id:
                raise NotAllowed(
                    f"The device …{claim.udid.tail} is kept for somebody else. If it is yours now, "
                    "ask them or a release manager to hand it over.",
                    code="device_taken",
                )
            if not new:
                _learn(device, claim, name)
                session.add(device)
            else:
                self._note(session, "device.claimed", device, by, source=claim.source.value)
            found = await registrations.of_devices(session, [device.id])
            await home_tabs.stir_testers(session, [tester.id], now())
        return Claimed(
            sheet=sheet(devices.OwnedDevice(device, tester), found),
            new=new,
            doubt=doubt(claim.udid, device.model) if device.model else None,
        )

    async def of_person(self, person: Identity) -> list[DeviceSheet]:
        """Return somebody's devices, the oldest first."""
        async with self._database.reading() as session:
            tester = await testers.with_slack_id(session, self._organization_id, person.value)
            if tester is None:
                return []
            own = await devices.of_testers(session, [tester.id])
            found = await registrations.of_devices(session, [one.id for one in own])
        return [sheet(devices.OwnedDevice(one, tester), found) for one in own]

    async def newest(self, by: Actor, *, limit: int = 50) -> DevicePage:
        """Return the newest devices of everybody. Raise NotAllowed."""
        await self._permissions.require(by, Act.SEE_DEVICES)
        async with self._database.reading() as session:
            count = await devices.count(session, self._organization_id)
            rows = await devices.every(session, self._organization_id, limit=limit)
            found = await registrations.of_devices(session, [one.device.id for one in rows])
        return DevicePage(newest=tuple(sheet(one, found) for one in rows), count=count)

    async def those(self, device_ids: Collection[str]) -> list[DeviceSheet]:
        """Return devices by id, the oldest first; whoever asks has to know who may see them."""
        async with self._database.reading() as session:
            rows = await devices.owned(session, device_ids)
            found = await registrations.of_devices(session, [one.device.id for one in rows])
        return [sheet(one, found) for one in rows]

    async def one(self, device_id: str, by: Actor) -> DeviceSheet:
        """Return one device. Raise NotFound, for somebody else's who may not be seen as well."""
        for found in await self.those([device_id]):
            if _is_own(found, by) or await self._permissions.may(by, Act.SEE_DEVICES):
                return found
        raise NotFound("There is no such device.")

    async def meant(self, text: str, by: Actor) -> DeviceSheet:
        """
        Return the device that somebody names: its name, the end of its UDID, or all of it.

        Their own come first. Raise Unclear for none or several.
        """
        wanted = text.strip().lower().lstrip("…")
        own = await self.of_person(by.identity) if by.identity is not None else []
        others: list[DeviceSheet] = []
        if await self._permissions.may(by, Act.SEE_DEVICES):
            others = list((await self.newest(by, limit=2000)).newest)
        for several in (own, others):
            found = [one for one in several if _is_called(one, wanted)] if wanted else []
            if len({one.id for one in found}) == 1:
                return found[0]
            if found:
                raise Unclear(
                    f"Several devices are called {_masked(text)}. Name the last four digits of "
                    "the UDID.",
                    field="device",
                )
        raise Unclear(
            f"No device is called {_masked(text)}. `/release devices` shows them.", field="device"
        )

    async def rename(self, device_id: str, name: str, by: Actor) -> DeviceSheet:
        """Give a device another name. Raise NotFound, NotAllowed; Unclear with the field `name`."""
        checked = checked_name(name)
        if not checked:
            raise Unclear("A device needs a name.", field="name")
        return await self._change(device_id, by, "device.renamed", name=checked)

    async def hand_over(self, device_id: str, to: Identity, by: Actor) -> DeviceSheet:
        """Give a device to somebody else: it keeps its place. Raise as `rename` does."""
        (tester,) = await self._audience.testers_of([to])
        return await self._change(
            device_id, by, "device.handed_over", tester_id=tester.id, owner_left_at=None
        )

    async def disable(self, device_id: str, by: Actor) -> DeviceSheet:
        """Leave a device out of new builds. It keeps its place at Apple. Raise NotFound."""
        await self._change(device_id, by, "device.disabled", disabled_at=now())
        await self._approvals.stop(device_id)
        return (await self.those([device_id]))[0]

    async def enable(self, device_id: str, by: Actor) -> DeviceSheet:
        """Take a device into builds again. Raise NotFound, NotAllowed."""
        await self._change(device_id, by, "device.enabled", disabled_at=None)
        await self._approvals.go_on(device_id, by)
        return (await self.those([device_id]))[0]

    async def forget(self, device_id: str, by: Actor) -> DeviceSheet:
        """
        Take back a device that was just handed in, as long as it took no place at Apple.

        Raise NotFound, NotAllowed; NotNow for one that has a place, or was there for longer.
        """
        found = await self._changeable(device_id, by)
        async with self._database.writing() as session:
            device = await devices.get(session, self._organization_id, device_id)
            rows = await registrations.of_devices(session, [device_id])
            if any(_has_a_place(one) for one in rows):
                raise NotNow(
                    f"{found.called} has a place at Apple already. You can disable it instead."
                )
            if now() - device.created_at > UNDO:
                raise NotNow(f"{found.called} was there for longer. You can disable it instead.")
            self._note(session, "device.forgotten", device, by)
            await session.flush()
            for row in rows:
                await session.delete(row)
            await session.flush()
            await session.delete(device)
            await home_tabs.stir_testers(session, [found.tester_id], now())
        return found

    async def may_see_udids(self, by: Actor) -> bool:
        """Return whether an actor may see everybody's UDIDs whole."""
        return await self._permissions.may(by, Act.SEE_UDIDS)

    async def export(self, by: Actor) -> Sequence[DeviceSheet]:
        """Return every device, for a list with whole UDIDs; that is noted. Raise NotAllowed."""
        await self._permissions.require(by, Act.SEE_UDIDS)
        async with self._database.writing() as session:
            rows = await devices.every(session, self._organization_id, limit=10_000)
            entry = AuditEntry(
                organization_id=self._organization_id,
                actor=by.reference,
                origin=by.origin,
                action="devices.exported",
                subject_id=self._organization_id,
                detail={"count": len(rows)},
            )
            audit.add(session, entry)
        return [sheet(one) for one in rows]

    async def _changeable(self, device_id: str, by: Actor) -> DeviceSheet:
        found = await self.one(device_id, by)
        if not _is_own(found, by):
            await self._permissions.require(by, Act.MANAGE_DEVICES)
        return found

    async def _change(
        self, device_id: str, by: Actor, action: str, **values: object
    ) -> DeviceSheet:
        await self._changeable(device_id, by)
        async with self._database.writing() as session:
            device = await devices.get(session, self._organization_id, device_id)
            owners = {device.tester_id}
            changed = [name for name, value in values.items() if getattr(device, name) != value]
            for name in changed:
                setattr(device, name, values[name])
            session.add(device)
            if changed:
                self._note(session, action, device, by)
                await home_tabs.stir_testers(session, owners | {device.tester_id}, now())
        (after,) = await self.those([device_id])
        return after

    def _device(self, claim: Claim, name: str, tester: Tester, by: Actor) -> Device:
        is_mac = claim.udid.form is UdidForm.UUID or claim.platform == MAC_OS
        return Device(
            organization_id=self._organization_id,
            udid=claim.udid.value,
            tester_id=tester.id,
            name=name,
            platform=MAC_OS if is_mac or _is_a_mac(claim.model) else IOS,
            model=claim.model[:64],
            system_version=claim.system_version[:32],
            source=claim.source,
            verified=claim.verified,
            created_by=by.reference,
        )

    def _note(
        self, session: Session, action: str, device: Device, by: Actor, **detail: str
    ) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action=action,
            subject_id=device.id,
            detail={"device": device.udid[-4:], "owner": device.tester_id, **detail},
        )
        audit.add(session, entry)


def _masked(text: str) -> str:
    """Return what somebody typed for a device; of a UDID its end only."""
    udid = read_udid(text.strip(), mac=True)
    return str(udid) if udid is not None else text[:80]


def checked_name(name: str) -> str:
    """Return a name of a device as Apple takes it. Raise Unclear with the field `name`."""
    plain = " ".join(name.split())
    if len(plain) > MOST_NAME:
        raise Unclear(
            f"The name has {len(plain)} characters, and Apple takes {MOST_NAME}.", field="name"
        )
    if not plain.isprintable():
        raise Unclear("The name holds a character that cannot be seen.", field="name")
    return plain


def _is_a_mac(model: str) -> bool:
    known = known_models().get(model)
    return known is not None and known.family == "mac"


def _learn(device: Device, claim: Claim, name: str) -> None:
    """Let a device that is known already learn what a new claim tells."""
    # What a device calls itself, "iPhone" mostly, is no better than what its owner called it.
    told = claim.source is not DeviceSource.ENROLLED or not device.name
    device.name = (name if told else "") or device.name
    device.model = claim.model[:64] or device.model
    device.system_version = claim.system_version[:32] or device.system_version
    if claim.verified:
        device.verified, device.source = True, claim.source


def _has_a_place(one: Registration) -> bool:
    """Return whether Apple has a device, or is about to be told of it."""
    is_due = one.due_at is not None and one.due_at <= now()
    return one.apple_id is not None or (one.state is RegistrationState.REGISTERING and is_due)


def _is_own(found: DeviceSheet, by: Actor) -> bool:
    identity = by.identity
    return identity is not None and found.owner_slack_id == identity.value


def _is_called(one: DeviceSheet, wanted: str) -> bool:
    return wanted in {
        one.name.lower(),
        one.tail.lower(),
        one.udid.lower(),
        one.udid[-6:].lower(),
        one.id,
    }
