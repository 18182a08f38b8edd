"""
Provisioning profiles: CMS around a property list.

The kinds follow Apple's TN3125 and 21 real profiles. A profile is read, not verified.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.inspection import cms, plists
from storage.inspection.facts import Signing, SigningKind
from storage.inspection.rejection import PackageRejected
from storage.inspection.text import clean

MAX_BYTES = 4 << 20

_MAX_CERTIFICATES = 1000
_DEVICE = re.compile(r"[0-9A-Za-z-]{1,64}")
_WHAT = "The provisioning profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile's own words: `plist` is the signed list, its values not yet believed."""

    plist: dict[str, Any]

    @property
    def platforms(self) -> tuple[str, ...]:
        """`iOS`, `OSX`, `tvOS`, `xrOS` ... as the profile spells them."""
        named = (clean(value, 32) for value in plists.listed(self.plist, "Platform")[:16])
        return tuple(name for name in named if name)

    @property
    def kind(self) -> SigningKind:
        """For everybody, for listed devices with or without a debugger, or for the store."""
        mac = "OSX" in self.platforms
        if self.plist.get("ProvisionsAllDevices") is True:
            return "developer-id" if mac else "enterprise"
        if not isinstance(self.plist.get("ProvisionedDevices"), list):
            return "appstore"
        return "development" if mac or _can_be_debugged(self.plist) else "adhoc"

    def signing(self) -> Signing:
        """Return what the profile says, in our words."""
        plist = self.plist
        certificates = _certificates(plist)
        return Signing(
            signed=True,
            kind=self.kind,
            team_id=clean(next(iter(plists.listed(plist, "TeamIdentifier")), None), 64),
            team_name=clean(plist.get("TeamName")),
            profile_name=clean(plist.get("Name")),
            profile_uuid=clean(plist.get("UUID"), 64),
            profile_platforms=self.platforms,
            expires_at=_moment(plist.get("ExpirationDate")),
            devices=_devices(plist),
            entitlements=plists.copy(plists.branch(plist, "Entitlements")),
            certificates=tuple(certificate.sha256 for certificate in certificates),
            signers=tuple(certificate.title for certificate in certificates),
        )


def read(data: bytes) -> Profile:
    """
    Read a `.mobileprovision` or `.provisionprofile`; raise PackageRejected when it is none.

    The list is found by walking the CMS, not by searching for `<?xml`: it may be binary, and text
    that lies elsewhere in the file is nobody's word.
    """
    if len(data) > MAX_BYTES:
        raise PackageRejected(f"{_WHAT} is too big: more than 4 MB.")
    content = cms.read(data).content
    if content is None:
        raise PackageRejected(f"{_WHAT} is a signature around nothing.")
    return Profile(plist=plists.load(content, _WHAT))


def _can_be_debugged(plist: Mapping[str, Any]) -> bool:
    entitlements = plists.branch(plist, "Entitlements")
    keys = ("get-task-allow", "com.apple.security.get-task-allow")
    return any(entitlements.get(key) is True for key in keys)


def _certificates(plist: Mapping[str, Any]) -> list[cms.Certificate]:
    ders = plist.get("DeveloperCertificates")
    listed = ders[:_MAX_CERTIFICATES] if isinstance(ders, list) else []
    return [_named(der) for der in listed if isinstance(der, bytes)]


def _named(der: bytes) -> cms.Certificate:
    """Read a certificate; one whose names are damaged still has its fingerprint."""
    try:
        return cms.certificate(der)
    except PackageRejected:
        return cms.Certificate(der, (), b"", ())


def _devices(plist: Mapping[str, Any]) -> tuple[str, ...]:
    named = plists.listed(plist, "ProvisionedDevices")
    return tuple(dict.fromkeys(udid for udid in named if _DEVICE.fullmatch(udid)))


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
