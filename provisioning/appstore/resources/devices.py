"""The devices of a team. There is no way to delete one: each takes a place for a year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from provisioning.appstore.errors import DeviceLimitReached, DeviceTaken, UdidInvalid
from provisioning.appstore.wire.documents import Entity, written
from provisioning.appstore.wire.paths import under
from provisioning.appstore.wire.refusals import Rule
from provisioning.appstore.wire.session import AppStoreSession
from provisioning.appstore.wire.settling import settled

TYPE = "devices"
PATH = "/v1/devices"
ENABLED, DISABLED = "ENABLED", "DISABLED"

REFUSALS = (
    Rule(DeviceTaken, "ENTITY_ERROR", ("already exists on this team",)),
    Rule(UdidInvalid, "ENTITY_ERROR.ATTRIBUTE.INVALID", ("invalid value", "'udid'")),
    Rule(DeviceLimitReached, "ENTITY_ERROR", ("reached the maximum number of registered",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleDevice:
    """
    A device as the team has it.

    `status` is ENABLED, DISABLED, PROCESSING or what Apple thinks of next: whatever is not ENABLED
    does not get into profiles. `udid` is in Apple's case, which may not be ours; `model` may be
    missing.
    """

    id: str
    udid: str = field(repr=False)
    name: str
    platform: str
    device_class: str
    status: str
    model: str | None
    added_at: datetime | None
    others: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, entity: Entity) -> "AppleDevice":
        return cls(
            id=entity.id,
            udid=entity.word("udid"),
            name=entity.word("name"),
            platform=entity.word("platform"),
            device_class=entity.word("deviceClass"),
            status=entity.word("status"),
            model=entity.text("model"),
            added_at=entity.moment("addedDate"),
            others=entity.others(
                *("udid", "name", "platform", "deviceClass", "status", "model", "addedDate")
            ),
        )

    @property
    def is_enabled(self) -> bool:
        return self.status == ENABLED

    def has(self, udid: str) -> bool:
        """Return whether this is its UDID, in whatever case."""
        return self.udid.lower() == udid.lower()


class AppleDevices:
    """Registers, enables and disables devices. Each method raises AppStoreError."""

    def __init__(self, session: AppStoreSession) -> None:
        self._session = session

    async def list(self) -> tuple[AppleDevice, ...]:
        """Return all devices: a filter by status would leave out those that wait at Apple."""
        return tuple(AppleDevice.of(one) for one in await self._session.read_all(PATH))

    async def read(self, device_id: str) -> AppleDevice:
        return AppleDevice.of((await self._session.read(under(PATH, device_id))).entity)

    async def find(self, udid: str) -> AppleDevice | None:
        return next((device for device in await self.list() if device.has(udid)), None)

    async def register(
        self,
        udid: str,
        *,
        name: str,
        platform: str = "IOS",
        known: Sequence[AppleDevice] | None = None,
    ) -> AppleDevice:
        """
        Return the device with this UDID, registered and enabled if it was not.

        A new one takes a place for a year. *known* is a list read a moment ago, to save reading
        it for each of several devices. Raise UdidInvalid or DeviceLimitReached.
        """
        known = await self.list() if known is None else known
        device = next((device for device in known if device.has(udid)), None)
        if device is None:
            device = await settled(
                self._session.backoff,
                lambda: self._create(udid, name, platform),
                lambda: self.find(udid),
                proven_by=(DeviceTaken,),
            )
        return await self.enable(device.id) if device.status == DISABLED else device

    async def enable(self, device_id: str) -> AppleDevice:
        return await self._change(device_id, "status", ENABLED, lambda it: it.status != DISABLED)

    async def disable(self, device_id: str) -> AppleDevice:
        """Leave it out of new profiles. It keeps its place, and the profiles that hold it."""
        return await self._change(device_id, "status", DISABLED, lambda it: it.status == DISABLED)

    async def rename(self, device_id: str, name: str) -> AppleDevice:
        return await self._change(device_id, "name", name, lambda it: it.name == name)

    async def _create(self, udid: str, name: str, platform: str) -> AppleDevice:
        body = written(TYPE, attributes={"name": name, "platform": platform, "udid": udid})
        made = await self._session.write("POST", PATH, body, rules=REFUSALS, hidden=(udid,))
        return AppleDevice.of(made.entity)

    async def _change(
        self, device_id: str, attribute: str, value: str, is_so: Callable[[AppleDevice], bool]
    ) -> AppleDevice:
        path = under(PATH, device_id)
        body = written(TYPE, id_=device_id, attributes={attribute: value})

        async def write() -> AppleDevice:
            return AppleDevice.of((await self._session.write("PATCH", path, body)).entity)

        async def find() -> AppleDevice | None:
            device = await self.read(device_id)
            return device if is_so(device) else None

        return await settled(self._session.backoff, write, find)
