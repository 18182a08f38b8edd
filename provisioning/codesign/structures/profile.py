"""Provisioning profiles: which app, which devices and which certificates Apple lets together."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import cms

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.plist import read_plist, text, texts

MOST_BYTES: Final = 4 << 20
FILE_NAME: Final = "embedded.mobileprovision"
_PLAIN_DATA: Final = ("signed_data", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    One profile. `content` is the file as it came; `certificates` are DER.

    `lists_devices` tells a list without a device, which lets no phone in, from no list at all,
    which is the App Store's way.
    """

    content: bytes = field(repr=False)
    name: str
    uuid: str
    team_ids: tuple[str, ...]
    prefixes: tuple[str, ...]
    expires_at: datetime
    devices: frozenset[str] = field(repr=False)
    lists_devices: bool
    all_devices: bool
    certificates: tuple[bytes, ...] = field(repr=False)
    entitlements: dict[str, Any] = field(repr=False)
    platforms: tuple[str, ...]

    @property
    def application_id(self) -> str:
        """The application identifier with its prefix; it may end in a wildcard."""
        return text(self.entitlements, "application-identifier")

    @property
    def allows_debugging(self) -> bool:
        return self.entitlements.get("get-task-allow") is True

    @property
    def kind(self) -> str:
        if self.all_devices:
            return "enterprise"
        if not self.lists_devices:
            return "appstore"
        return "development" if self.allows_debugging else "adhoc"

    def fits(self, bundle_id: str) -> bool:
        """Tell whether this profile's application identifier covers a bundle id."""
        pattern = self.application_id.partition(".")[2]
        if pattern.endswith("*"):
            return bundle_id.startswith(pattern[:-1])
        return bool(pattern) and pattern == bundle_id

    def covers_inside(self, bundle_id: str) -> bool:
        """Tell whether this profile can be for something inside the app called *bundle_id*."""
        return self.application_id.partition(".")[2].startswith(f"{bundle_id}.")


def read_profile(content: bytes) -> Profile:
    """Read a profile out of its CMS envelope, whose signature is not judged. Raise Malformed."""
    if len(content) > MOST_BYTES:
        raise Malformed("This provisioning profile is too large.")
    values = read_plist(_payload(content), "The provisioning profile")
    expires_at = values.get("ExpirationDate")
    entitlements = values.get("Entitlements")
    if not isinstance(expires_at, datetime) or not isinstance(entitlements, dict):
        raise Malformed("This provisioning profile lacks its expiry or its entitlements.")
    certificates = values.get("DeveloperCertificates")
    return Profile(
        content=content,
        name=text(values, "Name"),
        uuid=text(values, "UUID"),
        team_ids=texts(values, "TeamIdentifier"),
        prefixes=texts(values, "ApplicationIdentifierPrefix"),
        expires_at=expires_at.replace(tzinfo=UTC),
        devices=frozenset(texts(values, "ProvisionedDevices")),
        lists_devices=isinstance(values.get("ProvisionedDevices"), list),
        all_devices=values.get("ProvisionsAllDevices") is True,
        certificates=tuple(item for item in certificates if isinstance(item, bytes))
        if isinstance(certificates, list)
        else (),
        entitlements=entitlements,
        platforms=texts(values, "Platform"),
    )


def _payload(content: bytes) -> bytes:
    try:
        envelope = cms.ContentInfo.load(content)
        inner = envelope["content"]["encap_content_info"]
        types = envelope["content_type"].native, inner["content_type"].native
        payload = inner["content"].native if types == _PLAIN_DATA else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed("This file is no provisioning profile.") from error
    if not isinstance(payload, bytes):
        raise Malformed("This provisioning profile is empty.")
    return payload
