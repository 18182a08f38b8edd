"""Provisioning profiles: a property list inside a real CMS signature, as Apple hands them out."""

import plistlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.sandbox.samples import cms
from bot.sandbox.samples.identities import HARBOUR_LABS, Identity, Team, device_id, profile_signer

ProfileKind = Literal["development", "adhoc", "enterprise", "appstore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    What a provisioning profile says.

    `devices` count for development and ad hoc only. `app_id` is a bundle id or a pattern such as
    `com.example.*`, without its prefix, which is the team's id where `prefix` is empty.
    `entitlements` are added to the usual ones. `identifier` takes the place of the UUID that
    follows from the rest; without `created` the profile is a year older than its expiry.
    """

    kind: ProfileKind = "adhoc"
    app_id: str = "com.example.harbour"
    name: str = "Harbour Ad Hoc"
    team: Team = HARBOUR_LABS
    devices: Sequence[str] = (device_id(1), device_id(2))
    certificates: Sequence[bytes] = ()
    entitlements: Mapping[str, object] = field(default_factory=dict)
    expires: datetime | None = None
    platforms: Sequence[str] = ("iOS", "xrOS", "visionOS")
    prefix: str = ""
    app_name: str = "Harbour"
    created: datetime | None = None
    identifier: str = ""

    @property
    def uuid(self) -> str:
        """A UUID that follows from what the profile is for, so that it is the same next time."""
        if self.identifier:
            return self.identifier
        text = f"{self.team.id} {self.kind} {self.app_id} {self.name} {' '.join(self.devices)}"
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, text))

    def allowed(self) -> dict[str, object]:
        """Give the entitlements that the profile allows an app to claim."""
        usual: dict[str, object] = {
            "application-identifier": f"{self.prefix or self.team.id}.{self.app_id}",
            "com.apple.developer.team-identifier": self.team.id,
            "get-task-allow": self.kind == "development",
            "keychain-access-groups": [f"{self.team.id}.*", "com.apple.token"],
        }
        if self.kind == "appstore":
            usual["beta-reports-active"] = True
        return usual | dict(self.entitlements)


def mobileprovision(
    profile: Profile,
    *,
    signer: Identity | None = None,
    open_lengths: bool = False,
    binary: bool = False,
) -> bytes:
    """
    Give the profile as Apple would hand it out.

    `open_lengths` codes the envelope in BER's indefinite form, `binary` the property list inside;
    both occur in the wild.
    """
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    content = plistlib.dumps(profile_content(profile), fmt=form)
    attributes = cms.usual_attributes(content, _now())
    return cms.enveloping(
        content, signer or profile_signer(), attributes, open_lengths=open_lengths
    )


def profile_content(profile: Profile) -> dict[str, object]:
    """Give the property list of the profile: keys as Apple names them."""
    expires = profile.expires or _now() + timedelta(days=365)
    created = profile.created or expires - timedelta(days=365)
    content: dict[str, object] = {
        "AppIDName": profile.app_name,
        "ApplicationIdentifierPrefix": [profile.prefix or profile.team.id],
        "CreationDate": _plain(created),
        "DeveloperCertificates": list(profile.certificates),
        "Entitlements": profile.allowed(),
        "ExpirationDate": _plain(expires),
        "IsXcodeManaged": False,
        "Name": profile.name,
        "Platform": list(profile.platforms),
        "TeamIdentifier": [profile.team.id],
        "TeamName": profile.team.name,
        "TimeToLive": (expires - created).days,
        "UUID": profile.uuid,
        "Version": 1,
    }
    if profile.kind == "enterprise":
        content["ProvisionsAllDevices"] = True
    if profile.kind in {"development", "adhoc"}:
        content["ProvisionedDevices"] = list(profile.devices)
    return content


def _plain(moment: datetime) -> datetime:
    # plistlib of Python 3.11 writes naive dates only, and takes them as UTC.
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
