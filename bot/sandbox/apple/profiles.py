"""The provisioning profiles of a team: made whole, never changed, deleted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from bot.sandbox.apple.certificates import DEVELOPMENT_TYPES
from bot.sandbox.apple.errors import NotThere
from bot.sandbox.samples.profiles import ProfileKind

_PHONES = frozenset({"IPHONE", "IPAD", "IPOD", "APPLE_WATCH", "APPLE_VISION_PRO"})
_MACS = frozenset({"MAC", "APPLE_SILICON_MAC"})
_SELLING = frozenset({"DISTRIBUTION", "IOS_DISTRIBUTION"})
_DIRECT = frozenset({"DEVELOPER_ID_APPLICATION", "DEVELOPER_ID_APPLICATION_G2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileType:
    """What a type of profile is for: on which platform, with which devices and certificates."""

    kind: ProfileKind
    platform: str
    systems: tuple[str, ...]
    device_classes: frozenset[str]
    certificate_types: frozenset[str]

    @property
    def lists_devices(self) -> bool:
        return self.kind in {"development", "adhoc"}

    @property
    def is_development(self) -> bool:
        return self.kind == "development"


def _types() -> Iterator[tuple[str, ProfileType]]:
    families = (
        ("IOS_APP", "IOS", ("iOS", "xrOS", "visionOS"), _PHONES | {"APPLE_SILICON_MAC"}),
        ("TVOS_APP", "IOS", ("tvOS",), frozenset({"APPLE_TV"})),
        ("MAC_APP", "MAC_OS", ("OSX",), _MACS),
        ("MAC_CATALYST_APP", "MAC_OS", ("OSX",), _MACS),
    )
    kinds: tuple[tuple[str, ProfileKind, frozenset[str]], ...] = (
        ("DEVELOPMENT", "development", DEVELOPMENT_TYPES),
        ("STORE", "appstore", _SELLING),
        ("ADHOC", "adhoc", _SELLING),
        ("INHOUSE", "enterprise", _SELLING),
        ("DIRECT", "enterprise", _DIRECT),
    )
    for prefix, platform, systems, classes in families:
        absent = {"ADHOC", "INHOUSE"} if platform == "MAC_OS" else {"DIRECT"}
        for suffix, kind, certificates in kinds:
            if suffix not in absent:
                yield (
                    f"{prefix}_{suffix}",
                    ProfileType(
                        kind=kind,
                        platform=platform,
                        systems=systems,
                        device_classes=classes,
                        certificate_types=certificates,
                    ),
                )


TYPES: Final[Mapping[str, ProfileType]] = MappingProxyType(dict(_types()))


@dataclass(slots=True, kw_only=True)
class ProvisioningProfile:
    """
    One profile; *device_ids* are those that it truly holds. Moments are in seconds since 1970.

    *is_invalid* becomes true when its App ID, its certificates or its devices change.
    """

    id: str
    name: str
    type: str
    app_id: str
    certificate_ids: Sequence[str]
    device_ids: Sequence[str]
    uuid: str
    content: bytes = field(repr=False)
    created_at: float
    expires_at: float
    is_invalid: bool = False

    @property
    def platform(self) -> str:
        return TYPES[self.type].platform


class Profiles:
    """The profiles of one team."""

    def __init__(self) -> None:
        self._profiles: dict[str, ProvisioningProfile] = {}

    def __iter__(self) -> Iterator[ProvisioningProfile]:
        return iter(tuple(self._profiles.values()))

    def __len__(self) -> int:
        return len(self._profiles)

    def __getitem__(self, profile_id: str) -> ProvisioningProfile:
        found = self._profiles.get(profile_id)
        if found is None:
            raise NotThere(f"There is no resource of type 'profiles' with id '{profile_id}'")
        return found

    def find(self, name: str) -> ProvisioningProfile | None:
        return next((profile for profile in self if profile.name == name), None)

    def add(self, profile: ProvisioningProfile) -> None:
        self._profiles[profile.id] = profile

    def remove(self, profile_id: str) -> None:
        self._profiles.pop(self[profile_id].id)

    def invalidate(self, is_meant: Callable[[ProvisioningProfile], bool]) -> None:
        """Turn those profiles INVALID of which *is_meant* says so."""
        for profile in self:
            if is_meant(profile):
                profile.is_invalid = True
