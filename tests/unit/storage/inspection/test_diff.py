"""What changed between two builds, in sentences."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.inspection.diff import ChangeKind, compare
from storage.inspection.facts import Extension, Facts, Signing

OLD: dict[str, Any] = {
    "platform": "ios",
    "kind": "ipa",
    "bundle_id": "com.example.app",
    "version": "1.2",
    "build": "34",
    "min_os": "15.0",
    "size": 1000_000,
    "md5": "a",
    "sha1": "b",
    "sha256": "c",
}
SIGNING: dict[str, Any] = {
    "signed": True,
    "kind": "adhoc",
    "team_id": "TEAM000001",
    "team_name": "Harbour Labs",
    "profile_name": "Ad Hoc",
    "profile_uuid": "u1",
    "expires_at": datetime(2031, 5, 6, tzinfo=UTC),
    "devices": ("00008030-000A1B2C3D4E5F6A", "00008030-000A1B2C3D4E5F6B"),
    "certificates": ("aa" * 32,),
    "entitlements": {"get-task-allow": False, "aps-environment": "production"},
}
OTHER_TEAM = (
    "Another team signed this build: TEAM000002 instead of Harbour Labs (TEAM000001). "
    "It cannot be installed over the old one."
)


def sheet(**fields: object) -> Facts:
    return Facts(**{**OLD, "signing": Signing(**SIGNING), **fields})


def signed(**fields: object) -> Signing:
    return Signing(**{**SIGNING, **fields})


def apk(**signing: object) -> Facts:
    usual = {"signed": True, "certificates": ("aa" * 32,), "schemes": ("v2",)}
    return sheet(platform="android", kind="apk", signing=Signing(**{**usual, **signing}))


def test_a_sheet_does_not_differ_from_itself() -> None:
    assert compare(sheet(), sheet()) == []


@pytest.mark.parametrize(
    ("new", "kind", "sentence", "loud"),
    [
        (sheet(version="1.3"), "version", "Version 1.2 became 1.3.", False),
        (sheet(version=None), "version", "Version 1.2 became unknown.", False),
        (sheet(build="35"), "build", "Build 34 became 35.", False),
        (sheet(size=1_500_000), "size", "The file grew from 1 MB to 1.5 MB (+50%).", False),
        (sheet(size=999_000), "size", "The file shrank from 1 MB to 999 kB (-0%).", False),
        (sheet(min_os="16.0"), "min_os", "Minimum system iOS 15.0 became iOS 16.0.", False),
        (sheet(target_sdk=35), "target_sdk", "Target system unknown became Android 15.", False),
        (
            sheet(permissions=("a.CAMERA", "a.NFC")),
            "permissions",
            "2 permissions added: a.CAMERA, a.NFC.",
            False,
        ),
        (
            sheet(permissions=tuple(f"p{n}" for n in range(11))),
            "permissions",
            "11 permissions added: p0, p1, p2, p3, p4, p5, p6, p7 and 3 more.",
            False,
        ),
        (
            sheet(bundle_id="com.example.other"),
            "bundle_id",
            "The app is com.example.other now, it was com.example.app.",
            True,
        ),
        (sheet(signing=Signing()), "signer", "The new build is not signed.", True),
        (
            sheet(signing=signed(team_id="TEAM000002", team_name=None)),
            "team",
            OTHER_TEAM,
            True,
        ),
        (
            sheet(signing=signed(kind="enterprise")),
            "profile",
            "Signing is enterprise now, it was adhoc.",
            False,
        ),
        (
            sheet(signing=signed(profile_uuid="u2", profile_name="New")),
            "profile",
            "The profile is now “New”, valid until 06 May 2031.",
            False,
        ),
        (
            sheet(signing=signed(certificates=("bb" * 32, "cc" * 32))),
            "certificates",
            "The profile allows other certificates than before: 2 added, 1 removed.",
            False,
        ),
        (
            sheet(signing=signed(devices=("00008030-000A1B2C3D4E5F6A", "x", "y"))),
            "devices",
            "The profile's devices changed: 2 added, 1 removed.",
            False,
        ),
        (
            sheet(signing=signed(entitlements={"get-task-allow": False})),
            "entitlements",
            "1 entitlement removed: aps-environment.",
            False,
        ),
        (
            sheet(signing=signed(entitlements={"get-task-allow": True, "aps-environment": "x"})),
            "entitlements",
            "2 entitlements changed: get-task-allow, aps-environment.",
            False,
        ),
        (
            sheet(extensions=(Extension(kind="extension", path="p", bundle_id="com.example.w"),)),
            "extensions",
            "1 extension added: com.example.w.",
            False,
        ),
        (
            sheet(debuggable=True),
            "debuggable",
            "The new build can be debugged: everybody with a cable can read its data.",
            True,
        ),
    ],
)
def test_a_change_has_its_sentence(
    new: Facts, kind: ChangeKind, sentence: str, *, loud: bool
) -> None:
    changes = [change for change in compare(sheet(), new) if change.kind == kind]

    assert [(change.sentence, change.loud) for change in changes] == [(sentence, loud)]


def test_changes_that_are_undone_are_told_too() -> None:
    sentences = [change.sentence for change in compare(sheet(debuggable=True), sheet())]
    unsigned = [change.sentence for change in compare(sheet(signing=Signing()), sheet())]

    assert sentences == ["The new build can no longer be debugged."]
    assert "The new build is signed." in unsigned


def test_another_key_is_loud_on_android() -> None:
    (change,) = compare(apk(), apk(certificates=("bb" * 32,)))

    assert change.kind == "signer"
    assert change.loud
    assert change.sentence == (
        "Another key signed this build (bbbbbbbbbbbb instead of aaaaaaaaaaaa). "
        "It cannot be installed over the old one."
    )


def test_a_rotated_key_is_no_alarm() -> None:
    (change,) = compare(apk(), apk(certificates=("bb" * 32,), lineage=("aa" * 32,)))

    assert change.kind == "signer"
    assert not change.loud


def test_loud_changes_come_first_and_no_device_id_is_shown() -> None:
    new = sheet(version="2", debuggable=True, signing=signed(devices=("x" * 25,)))
    changes = compare(sheet(), new)

    assert [change.loud for change in changes] == [True, False, False]
    assert "00008030" not in " ".join(change.sentence for change in changes)
    assert "xxxx" not in " ".join(change.sentence for change in changes)
