"""The fact sheet of a package: everything the rest of the house knows about a file."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, JsonValue

from storage.inspection.digests import Hashes as Hashes  # noqa: PLC0414 - who wants a sheet has them

Platform = Literal["ios", "android", "macos", "windows"]
Kind = Literal[
    "ipa",
    "xcarchive",
    "apk",
    "aab",
    "apks",
    "xapk",
    "apkm",
    "app.zip",
    "dmg",
    "pkg",
    "msix",
    "msixbundle",
    "appx",
    "appxbundle",
    "appinstaller",
    "msi",
    "exe",
    "dsym",
    "mapping",
    "mobileprovision",
    "link",
]
SigningKind = Literal["development", "adhoc", "enterprise", "appstore", "developer-id"]
_SYSTEMS: dict[str, str] = {
    "ios": "iOS",
    "android": "Android",
    "macos": "macOS",
    "windows": "Windows",
}
_SYSTEMS_OF_FAMILIES = {"tv": "tvOS", "watch": "watchOS", "vision": "visionOS"}
ExtensionKind = Literal["extension", "watch", "appclip"]


def system_of(platform: str, device_families: Collection[str]) -> str:
    """Return the system that runs builds of a platform for these families of devices."""
    families = set(device_families)
    if platform == "ios" and len(families) == 1:
        return _SYSTEMS_OF_FAMILIES.get(families.pop(), "iOS")
    return _SYSTEMS.get(platform, platform)


def _in_utc(moment: datetime) -> datetime:
    """Property lists and certificates give naive moments that mean UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class _Sheet(BaseModel):
    """A value. Unknown keys are dropped, so that what a newer version kept still loads."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Signing(_Sheet):
    """
    Who signed a package, and for whom, as the package says. Nothing here is verified.

    * `signed`: a signature, or for Apple a profile, is present. Present is not valid.
    * `kind`: for Apple only, read from the profile. None without a profile that can be read.
    * `profile_unreadable`: there is a profile, and it cannot be read; the notes say why.
    * `expires_at`: when the profile ends. Aware, UTC.
    * `devices`: the UDIDs of the profile, as it spells them. They are private: show counts.
    * `entitlements`: what the profile grants; in an IPA without one, what the executable's own
      signature claims. A JSON value of at most 5,000 nodes.
    * `certificates`: SHA-256 of each DER certificate, lower-case hex: the signers of an APK by its
      highest scheme, the developer certificates of a profile.
    * `signers`: for people, the subject of each certificate, in the same order.
    * `lineage`: SHA-256 of the certificates an APK was signed with before a key rotation (v3).
    * `schemes`: for Android, those present: v1, v2, v3, v3.1.
    """

    signed: bool = False
    kind: SigningKind | None = None
    team_id: str | None = None
    team_name: str | None = None
    profile_name: str | None = None
    profile_uuid: str | None = None
    profile_platforms: tuple[str, ...] = ()
    profile_unreadable: bool = False
    expires_at: Moment | None = None
    devices: tuple[str, ...] = ()
    entitlements: dict[str, JsonValue] = {}
    certificates: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    lineage: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()


class Extension(_Sheet):
    """
    A program inside the program: an app extension, a watch app or an App Clip.

    `path` is its folder inside the archive. `point` is `NSExtensionPointIdentifier`. The profile is
    its own.
    """

    kind: ExtensionKind
    path: str
    bundle_id: str | None = None
    name: str | None = None
    version: str | None = None
    build: str | None = None
    point: str | None = None
    team_id: str | None = None
    profile_name: str | None = None
    profile_uuid: str | None = None
    expires_at: Moment | None = None
    entitlements: dict[str, JsonValue] = {}


class Facts(_Sheet):
    """
    What a package says about itself. None, or empty, means that it does not say.

    * `version`: the marketing version; `build`: CFBundleVersion or versionCode, as text.
    * `min_os`: for Android the SDK number as text.
    * `localized_names`: the display name by locale as the package spells it (`de`, `pt-BR`).
    * `device_families`: iphone, ipad, tv, watch, vision; for Android tv, watch, automotive when it
      asks for them; for Windows the target device families as written.
    * `size`: in bytes. `md5`, `sha1`, `sha256`: lower-case hex, of the file as it came.
    * `icon`: whether a picture could really be made. The picture travels beside the sheet.
    * `permissions`, `features`: the declared ones, in the order of the manifest.
    * `split`: the name of the split when an APK is only a part of an app; `needs_splits`: the base
      part does not run without others, which are not in the file; `test_only` as declared.
    * `architectures` and `uuids` belong together: the slice `architectures[i]` has the LC_UUID
      `uuids[i]`, lower-case with dashes, empty where it has none. For a dSYM, of its binaries. On
      Windows there are no UUIDs.
    * `encrypted`: whether the App Store's encryption lies over the main executable.
    * `simulator`: the app was built for a simulator, so that no device can install it.
    * `publisher`: for Windows, who the package says made it. `mapping_id`: R8's id of a mapping.
    * `kind`: what the package is; a `link` is none: somebody said what lies elsewhere.
    * `complete`: False when no more than name, size and hashes could be read.
    """

    platform: Platform
    kind: Kind
    bundle_id: str | None = None
    name: str | None = None
    localized_names: dict[str, str] = {}
    version: str | None = None
    build: str | None = None
    min_os: str | None = None
    device_families: tuple[str, ...] = ()
    size: int
    md5: str
    sha1: str
    sha256: str
    icon: bool = False
    signing: Signing = Signing()
    permissions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    target_sdk: int | None = None
    max_sdk: int | None = None
    abis: tuple[str, ...] = ()
    debuggable: bool | None = None
    test_only: bool | None = None
    split: str | None = None
    needs_splits: bool = False
    architectures: tuple[str, ...] = ()
    uuids: tuple[str, ...] = ()
    encrypted: bool | None = None
    simulator: bool = False
    extensions: tuple[Extension, ...] = ()
    publisher: str | None = None
    mapping_id: str | None = None
    complete: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the sheet as it is kept in a record: JSON values only; `Facts(**it)` reads it."""
        return self.model_dump(mode="json")

    @property
    def system(self) -> str:
        """The system that runs it, as its makers write it: iOS, visionOS, Android, macOS ..."""
        return system_of(self.platform, self.device_families)

    @property
    def names_devices(self) -> bool:
        """Whether its profile names each device that it runs on: one more takes a new signature."""
        return self.platform == "ios" and self.signing.kind in {"adhoc", "development"}

    @property
    def release_hashes(self) -> tuple[str, ...]:
        """
        What the App Center SDK in this build calls itself: lower-case hex SHA-256 digests.

        Android has one, iOS one for each slice of the main executable (protocol 3.4).
        """
        heads = (self.bundle_id,) if self.platform == "android" else self.uuids
        return tuple(
            hashlib.sha256(f"{head}:{self.version or ''}:{self.build or ''}".encode()).hexdigest()
            for head in heads
            if head
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """
    What came out of reading one file.

    `icon` is a PNG of at most 512 x 512 that we encoded ourselves, None when the package has none
    that can be drawn (`initial.draw` makes one then). `notes` are sentences for people about what
    could not be read or stands out.
    """

    facts: Facts
    icon: bytes | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> Mapping[str, Any]:
        """Return what `slipway inspect --json` prints: the sheet and the notes."""
        return {**self.facts.as_json(), "notes": list(self.notes)}

    def text(self, **more: JsonValue) -> str:
        """Return the line that `slipway inspect --json` prints: sheet, notes, and *more*."""
        return json.dumps({**self.as_json(), **more}, ensure_ascii=False)
