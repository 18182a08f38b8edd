"""Can somebody install this build: yes, or exactly why not and what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from provisioning.installing.editions import Edition, SignedBuild
from provisioning.installing.held_devices import HeldDevice, in_hand
from provisioning.installing.installability import Phone, dotted, numbers
from provisioning.installing.reasons import PORTABLE, Reason
from storage.inspection.facts import Facts
from storage.records.registration import RegistrationState


class VerdictCode(StrEnum):
    """What is to be said, the best first: with several devices that one counts."""

    READY = "ready"
    UNKNOWN = "unknown"  #: They can, as far as is known; no device was asked.
    PREPARING = "preparing"
    REGISTERING = "registering"
    AT_APPLE = "at_apple"
    AWAITING_APPROVAL = "awaiting_approval"
    UNSIGNED = "unsigned"  #: Apple has the device, and no wave is under way.
    UNREGISTERED = "unregistered"  #: The team of this build was not asked for a place.
    INELIGIBLE = "ineligible"
    OLD_SYSTEM = "old_system"
    DISABLED = "disabled"
    REFUSED = "refused"
    NOT_FOR_THIS_BUILD = "not_for_this_build"  #: It cannot be signed for more devices here.
    WRONG_FAMILY = "wrong_family"
    NO_DEVICE = "no_device"
    EXPIRED = "expired"
    NOBODY = "nobody"  #: One of the reasons that hold for everybody.


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallVerdict:
    """
    Whether one person can install one build, for that person's eyes.

    `sentence` is why, or why not, and `next` what happens then; it may be empty.
    """

    code: VerdictCode
    sentence: str
    next: str = ""

    @property
    def can(self) -> bool:
        """True when they can, as far as is known."""
        return self.code in {VerdictCode.READY, VerdictCode.UNKNOWN}


def verdict(
    build: SignedBuild, owned: Sequence[HeldDevice], phone: Phone | None = None
) -> InstallVerdict:
    """
    Return whether somebody with these devices can install a build; the best of them counts.

    With *phone*, of which a browser told, only those count that it may be.
    """
    served = build.served(owned)
    if served.reasons:
        return _for_nobody(served.reasons)
    if served.facts.kind == "link":
        return InstallVerdict(code=VerdictCode.UNKNOWN, sentence=_UNSEEN)
    if served.facts.platform != "ios":
        return _said(VerdictCode.UNKNOWN)
    devices = [device for device in in_hand(owned, phone) if device.takes_apps]
    if not devices:
        return _without_devices(build, served, phone)
    found = [_of_device(build, served, device) for device in devices]
    return min(found, key=lambda one: _RANK[one.code])


class Judge:
    """Gives many people their verdicts about one build; those whose devices are alike get one."""

    def __init__(self, build: SignedBuild, phone: Phone | None = None) -> None:
        self._build = build
        self._phone = phone
        self._given: dict[tuple[Any, ...], InstallVerdict] = {}

    def verdict(self, owned: Sequence[HeldDevice]) -> InstallVerdict:
        """Return the same as `verdict`."""
        served = self._build.served(owned)
        # Of the number of a device nothing counts but whether the file is signed for it.
        alike = (served, *((one.udid.upper() in served.devices, one.traits) for one in owned))
        found = self._given.get(alike)
        if found is None:
            found = self._given[alike] = verdict(self._build, owned, self._phone)
        return found


def _for_nobody(found: Sequence[Reason]) -> InstallVerdict:
    ended = any(reason.code == "profile-expired" for reason in found)
    sentence = " ".join(reason.sentence for reason in found)
    return InstallVerdict(
        code=VerdictCode.EXPIRED if ended else VerdictCode.NOBODY, sentence=sentence
    )


def _without_devices(build: SignedBuild, served: Edition, phone: Phone | None) -> InstallVerdict:
    if not served.facts.names_devices:
        return _said(VerdictCode.UNKNOWN)
    if build.hindrance:
        # To ask for a device would lead nowhere: it could not be signed for it.
        return InstallVerdict(code=VerdictCode.UNKNOWN, sentence=_REGISTERED_ONLY, next=_WHETHER)
    family = phone.family if phone is not None else None
    return _said(VerdictCode.NO_DEVICE, none=_UNKNOWN_PHONE.get(family or "", _NONE))


def _of_device(build: SignedBuild, served: Edition, device: HeldDevice) -> InstallVerdict:
    called = device.called
    if device.family in {"iphone", "ipod"} and _is_for_ipads(served.facts):
        return _said(VerdictCode.WRONG_FAMILY, device=called)
    needed, has = numbers(served.facts.min_os), numbers(device.system_version)
    if needed and has and has < needed:
        system = f"{served.facts.system} {served.facts.min_os}"
        return _said(VerdictCode.OLD_SYSTEM, device=called, needed=system, has=dotted(has))
    if not served.facts.names_devices or device.udid.upper() in served.devices:
        return _said(VerdictCode.READY, device=called)
    if build.hindrance:
        return _said(VerdictCode.NOT_FOR_THIS_BUILD, device=called, why=build.hindrance)
    code = _standing(build, device)
    said = _said(code, device=called)
    if not device.reason or code in _OF_OURS:
        return said
    return InstallVerdict(code=code, sentence=said.sentence, next=device.reason)


def _standing(build: SignedBuild, device: HeldDevice) -> VerdictCode:
    if device.disabled:
        return VerdictCode.DISABLED
    if device.state is None:
        return VerdictCode.UNREGISTERED
    if device.state is RegistrationState.READY:
        return VerdictCode.PREPARING if build.is_prepared else VerdictCode.UNSIGNED
    return _OF_STATE[device.state]


def _is_for_ipads(facts: Facts) -> bool:
    return set(facts.device_families) & PORTABLE == {"ipad"}


def _said(code: VerdictCode, **data: str) -> InstallVerdict:
    sentence, then = _WORDS[code]
    said = sentence.format(**data)
    return InstallVerdict(code=code, sentence=said[:1].upper() + said[1:], next=then)


_RANK: Final = {code: place for place, code in enumerate(VerdictCode)}

#: What Apple's answer is no reason for.
_OF_OURS: Final = frozenset({VerdictCode.PREPARING, VerdictCode.UNSIGNED, VerdictCode.UNREGISTERED})

_OF_STATE: Final = {
    RegistrationState.AWAITING_APPROVAL: VerdictCode.AWAITING_APPROVAL,
    RegistrationState.REGISTERING: VerdictCode.REGISTERING,
    RegistrationState.PROCESSING: VerdictCode.AT_APPLE,
    RegistrationState.INELIGIBLE: VerdictCode.INELIGIBLE,
    RegistrationState.REFUSED: VerdictCode.REFUSED,
    RegistrationState.DISABLED: VerdictCode.DISABLED,
}

_UNSEEN: Final = "It lies elsewhere, so that nobody here knows on which devices it runs."
_NONE: Final = "none of yours is"
_UNKNOWN_PHONE: Final = {"iphone": "this iPhone is not", "ipad": "this iPad is not"}
_REGISTERED_ONLY: Final = "It installs only on the devices that are registered for it."
_WHETHER: Final = "Whether yours is one of them is not known here."

#: The words for each code: why or why not, and what happens next. The reasons have their own.
_WORDS: Final = {
    VerdictCode.READY: ("It runs on {device}: you can install it now.", ""),
    VerdictCode.UNKNOWN: ("You can install it, as far as is known here.", ""),
    VerdictCode.PREPARING: (
        "It is being signed for {device}.",
        "That takes a few minutes. You will hear from me.",
    ),
    VerdictCode.REGISTERING: (
        "{device} is being registered at Apple.",
        "You will hear from me.",
    ),
    VerdictCode.AT_APPLE: (
        "Apple is checking {device}.",
        "Usually a day, at most three. You will hear from me.",
    ),
    VerdictCode.AWAITING_APPROVAL: (
        "A release manager has to approve {device} first.",
        "They were asked. You will hear from me.",
    ),
    VerdictCode.UNSIGNED: (
        "It is not signed for {device} yet, which is registered at Apple.",
        "A release manager can have it signed.",
    ),
    VerdictCode.UNREGISTERED: (
        "{device} is not registered for this app at Apple yet.",
        "A release manager can have it registered.",
    ),
    VerdictCode.INELIGIBLE: (
        "Apple does not accept {device} for now: it was part of another membership.",
        "That lasts up to 30 days. Slipway keeps asking, and you will hear from me.",
    ),
    VerdictCode.OLD_SYSTEM: (
        "It needs {needed} or later; {device} has {has}, as far as is known here.",
        "Update it in Settings, General, Software Update.",
    ),
    VerdictCode.DISABLED: (
        "{device} was disabled, so that new builds leave it out.",
        "Enable it again to have it in the next ones.",
    ),
    VerdictCode.REFUSED: ("{device} was not registered at Apple.", "A release manager knows why."),
    VerdictCode.NOT_FOR_THIS_BUILD: (
        "It is not signed for {device}, and cannot be signed for it here. {why}",
        "A new build is needed that has it in its profile.",
    ),
    VerdictCode.WRONG_FAMILY: (
        "It is for the iPad only, and {device} is none.",
        "Open the link on an iPad.",
    ),
    VerdictCode.NO_DEVICE: (
        "It installs only on registered devices, and {none} known here.",
        "Write “add my phone” to Slipway in Slack: it tells you how, and signs the app for it.",
    ),
}
