"""Fact sheets as large as those of real packages."""

import random
from datetime import UTC, datetime
from typing import Any

from storage.inspection.facts import Extension, Facts, Signing

#: The team whose profiles are in every build of iOS.
TEAM = "TEAM123456"
GROUP = "group.com.example.shared"
RIGHTS: dict[str, Any] = {
    "application-identifier": "TEAM123456.com.example.app",
    "aps-environment": "production",
    "beta-reports-active": True,
    "com.apple.developer.associated-domains": [
        "applinks:example.com",
        "webcredentials:example.com",
    ],
    "com.apple.developer.healthkit": True,
    "com.apple.developer.icloud-container-identifiers": ["iCloud.com.example.app"],
    "com.apple.developer.in-app-payments": ["merchant.com.example"],
    "com.apple.developer.team-identifier": "TEAM123456",
    "com.apple.security.application-groups": [GROUP],
    "get-task-allow": False,
    "keychain-access-groups": ["TEAM123456.*", "com.apple.token"],
}
PERMISSIONS = tuple(f"android.permission.{name}_{part}" for part in "ABC" for name in (
    *("INTERNET", "CAMERA", "RECORD_AUDIO", "READ_CONTACTS", "ACCESS_FINE_LOCATION", "VIBRATE"),
    *("POST_NOTIFICATIONS", "BLUETOOTH_CONNECT", "FOREGROUND_SERVICE", "WAKE_LOCK"),
))  # fmt: skip


def sheet(rng: random.Random, platform: str, bundle_id: str) -> dict[str, Any]:
    """Return facts as JSON, some 8 kB for iOS and 2 kB for Android; without a version."""
    made = _ios(rng, bundle_id) if platform == "ios" else _android(rng, bundle_id)
    return made.as_json()


def signing(rng: random.Random, devices: int) -> Signing:
    """Return what an ad hoc profile with so many devices says."""
    return Signing(
        signed=True,
        kind="adhoc",
        team_id=TEAM,
        team_name="Harbour Works Ltd",
        profile_name="Harbour Ad Hoc",
        profile_uuid=f"{rng.getrandbits(128):032x}",
        profile_platforms=("iOS",),
        expires_at=datetime(2031, 1, 1, tzinfo=UTC),
        devices=tuple(
            f"0000{rng.getrandbits(16):04X}-{rng.getrandbits(64):016X}" for _ in range(devices)
        ),
        entitlements=RIGHTS,
        certificates=(f"{rng.getrandbits(256):064x}",),
        signers=("Apple Distribution: Harbour Works Ltd (TEAM123456)",),
    )


def _ios(rng: random.Random, bundle_id: str) -> Facts:
    return Facts(
        platform="ios",
        kind="ipa",
        bundle_id=bundle_id,
        name="Harbour",
        localized_names={f"l{number}": f"Harbour {number}" for number in range(12)},
        min_os="16.0",
        device_families=("iphone", "ipad"),
        architectures=("arm64",),
        uuids=(f"{rng.getrandbits(128):032x}",),
        icon=True,
        signing=signing(rng, 90),
        extensions=tuple(
            Extension(
                kind="extension",
                path=f"Payload/Harbour.app/PlugIns/Part{number}.appex",
                bundle_id=f"{bundle_id}.part{number}",
                name=f"Part {number}",
                point="com.apple.widgetkit-extension",
                team_id=TEAM,
                profile_name=f"Harbour Part {number} Ad Hoc",
                entitlements=RIGHTS,
            )
            for number in range(3)
        ),
        **_bytes(rng),
    )


def _android(rng: random.Random, bundle_id: str) -> Facts:
    return Facts(
        platform="android",
        kind="apk",
        bundle_id=bundle_id,
        name="Harbour",
        min_os="26",
        target_sdk=35,
        permissions=PERMISSIONS[: rng.randrange(20, len(PERMISSIONS))],
        abis=("arm64-v8a", "armeabi-v7a", "x86_64"),
        icon=True,
        signing=Signing(
            signed=True, schemes=("v2", "v3"), certificates=(f"{rng.getrandbits(256):064x}",)
        ),
        **_bytes(rng),
    )


def _bytes(rng: random.Random) -> dict[str, Any]:
    return {
        "size": rng.randrange(20_000_000, 400_000_000),
        "md5": f"{rng.getrandbits(128):032x}",
        "sha1": f"{rng.getrandbits(160):040x}",
        "sha256": f"{rng.getrandbits(256):064x}",
    }
