"""The devices of one person, as they stand with the team of a build."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from provisioning.devices.models import known_models
from provisioning.installing.installability import Phone, dotted
from provisioning.installing.reasons import PORTABLE
from storage.records.registration import RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDevice:
    """
    A device of somebody's, as it stands with the team of the build in question.

    `platform` is Apple's, IOS or MAC_OS. `state` is None where the team was not asked, and `reason`
    the sentence about it.
    """

    udid: str
    model: str = ""
    system_version: str = ""
    platform: str = "IOS"
    disabled: bool = False
    state: RegistrationState | None = None
    reason: str = ""

    @property
    def traits(self) -> tuple[object, ...]:
        """All that is known of it but which one it is."""
        known = (self.model, self.system_version, self.platform)
        return (*known, self.disabled, self.state, self.reason)

    @property
    def family(self) -> str:
        """One of `models.FAMILIES`; empty for a model that is not known."""
        known = known_models().get(self.model)
        return known.family if known else ""

    @property
    def takes_apps(self) -> bool:
        """Whether it gets apps from a page at all: no Mac, no watch, no TV does."""
        return self.platform == "IOS" and self.family in {"", "ipod", *PORTABLE}

    @property
    def called(self) -> str:
        """What it is called to its owner."""
        known = known_models().get(self.model)
        return f"your {known.name}" if known else "your device"


def in_hand(owned: Sequence[HeldDevice], phone: Phone | None) -> Sequence[HeldDevice]:
    """
    Return those of somebody's devices that *phone*, of which a browser told, may be.

    What the browser says of the system is newer than what was written down.
    """
    if phone is None or phone.maker != "ios":
        return owned
    fitting = [one for one in owned if _is_like(one, phone)]
    if phone.version is None:
        return fitting
    return [replace(one, system_version=dotted(phone.version)) for one in fitting]


def _is_like(device: HeldDevice, phone: Phone) -> bool:
    family = "iphone" if device.family == "ipod" else device.family
    return device.takes_apps and phone.family in {None, family or phone.family}
