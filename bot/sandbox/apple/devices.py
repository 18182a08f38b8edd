"""The devices of a team: registered once, counted for a year, never deleted by an API."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.sandbox.apple.errors import Conflict, NotThere, invalid_attribute
from bot.sandbox.apple.ids import Ids
from bot.sandbox.apple.rules import Rules
from bot.sandbox.clock import Clock

YEAR = 365 * 86_400.0
PLATFORMS = frozenset({"IOS", "MAC_OS", "UNIVERSAL"})

_OLD = re.compile(r"[0-9a-fA-F]{40}")
_NEW = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{16}")
#: What an Intel Mac is called by; of anything else it is the id of a simulator.
_OF_A_MAC = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: Both kinds of Mac share their slots.
_FAMILIES = {"APPLE_SILICON_MAC": "MAC"}
_FAMILY_NAMES = {
    "IPHONE": "iPhones",
    "IPAD": "iPads",
    "IPOD": "iPods",
    "APPLE_WATCH": "Apple Watches",
    "APPLE_TV": "Apple TVs",
    "APPLE_VISION_PRO": "Apple Vision Pros",
    "MAC": "Macs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """
    What stands behind a UDID in truth.

    An *ineligible* one was used with other memberships, and waits so many seconds.
    """

    device_class: str = "IPHONE"
    model: str | None = "iPhone 14"
    ineligible_seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class Device:
    """A registered device; *added_at* and *ready_at* are in seconds since 1970."""

    id: str
    name: str
    platform: str
    udid: str
    device_class: str
    model: str | None
    added_at: float
    ready_at: float = 0.0
    waits_as: str = "PROCESSING"
    is_disabled: bool = False

    @property
    def family(self) -> str:
        return _FAMILIES.get(self.device_class, self.device_class)

    def status(self, now: float) -> str:
        """Return ENABLED, DISABLED, or a word that Apple's own document does not know."""
        if self.is_disabled:
            return "DISABLED"
        return "ENABLED" if now >= self.ready_at else self.waits_as


class Devices:
    """
    The devices of one team.

    *hardware* says, by UDID in capitals, what a device is; any other is a phone, or a Mac where it
    is registered as one.
    """

    def __init__(self, clock: Clock, rules: Rules, ids: Ids) -> None:
        self.hardware: dict[str, Hardware] = {}
        self._clock = clock
        self._rules = rules
        self._ids = ids
        #: When the membership began, in seconds since 1970.
        self.born = clock.now()
        self._devices: dict[str, Device] = {}

    def __iter__(self) -> Iterator[Device]:
        return iter(tuple(self._devices.values()))

    def __len__(self) -> int:
        return len(self._devices)

    def __contains__(self, device_id: object) -> bool:
        return device_id in self._devices

    def __getitem__(self, device_id: str) -> Device:
        device = self._devices.get(device_id)
        if device is None:
            raise NotThere(f"There is no resource of type 'devices' with id '{device_id}'")
        return device

    @property
    def year_began(self) -> float:
        """The moment at which the running membership year began."""
        now = self._clock.now()
        return now - (now - self.born) % YEAR

    def find(self, udid: str) -> Device | None:
        """Return the device with this UDID, in whatever case it is written."""
        wanted = udid.upper()
        return next((device for device in self if device.udid.upper() == wanted), None)

    def register(self, name: str, udid: str, platform: str = "IOS") -> Device:
        """Spend a slot. Raise Conflict where Apple refuses it."""
        if not _is_udid(udid, platform):
            raise invalid_attribute("udid", udid)
        if self.find(udid) is not None:
            raise Conflict(
                "ENTITY_ERROR", f"A device with number '{udid}' already exists on this team."
            )
        hardware = self.hardware.get(udid.upper()) or _usual(udid, platform)
        device = self._made(name, udid, platform, hardware)
        self._check_slots(device)
        self.add(device)
        return device

    def add(self, device: Device) -> None:
        self._devices[device.id] = device

    def used(self, family: str) -> int:
        """Return how many slots of a family are spent; a disabled device keeps its own."""
        return sum(device.family == family for device in self)

    def spelled(self, device: Device) -> str:
        """Return a device's UDID in the case that Apple writes today."""
        if self._rules.spelling == "kept":
            return device.udid
        return device.udid.upper() if self._rules.spelling == "upper" else device.udid.lower()

    def remove(self, device_ids: Collection[str]) -> None:
        """
        Free slots, as an admin does on the website in renewal week.

        Raise Conflict once a device was added in this membership year.
        """
        if any(device.added_at >= self.year_began for device in self):
            raise Conflict(
                "STATE_ERROR", "Devices can be removed before the first new one of the year only."
            )
        for device_id in device_ids:
            self._devices.pop(self[device_id].id)

    def _made(self, name: str, udid: str, platform: str, hardware: Hardware) -> Device:
        now = self._clock.now()
        waits_as, ready_at = "PROCESSING", now
        if hardware.ineligible_seconds:
            waits_as, ready_at = "INELIGIBLE", now + hardware.ineligible_seconds
        elif sum(device.platform == platform for device in self) >= self._rules.usable_at_once:
            ready_at = now + self._rules.processing_seconds
        return Device(
            id=self._ids.next(),
            name=name,
            platform=platform,
            udid=udid,
            device_class=hardware.device_class,
            model=hardware.model,
            added_at=now,
            ready_at=ready_at,
            waits_as=waits_as,
        )

    def _check_slots(self, device: Device) -> None:
        if self.used(device.family) < self._rules.slots_per_family:
            return
        named = _FAMILY_NAMES.get(device.family, "devices")
        raise Conflict(
            "ENTITY_ERROR",
            f"You have already reached the maximum number of registered {named} for this year.",
        )


def _is_udid(udid: str, platform: str) -> bool:
    if platform == "MAC_OS" and _OF_A_MAC.fullmatch(udid):
        return True
    return bool(_OLD.fullmatch(udid) or _NEW.fullmatch(udid))


def _usual(udid: str, platform: str) -> Hardware:
    if platform != "MAC_OS":
        return Hardware()
    is_new = _NEW.fullmatch(udid) is not None
    return Hardware(device_class="APPLE_SILICON_MAC" if is_new else "MAC", model=None)
