"""The sheet as JSON, as text and as the hashes that SDKs ask with."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

from storage.inspection.facts import Extension, Facts, Inspection, Signing
from storage.inspection.sheet import render
from storage.inspection.sizes import human

UDID = "00008030-000A1B2C3D4E5F6A"
FACTS = Facts(
    platform="ios",
    kind="ipa",
    bundle_id="com.example.app",
    name="App",
    localized_names={"de": "Die App"},
    version="1.2",
    build="34",
    min_os="15.0",
    device_families=("iphone",),
    size=12_345_678,
    md5="a" * 32,
    sha1="b" * 40,
    sha256="c" * 64,
    icon=True,
    signing=Signing(
        signed=True,
        kind="adhoc",
        team_id="TEAM000001",
        team_name="Harbour Labs",
        expires_at=datetime(2031, 5, 6, 7, 8, tzinfo=UTC),
        devices=(UDID,),
        certificates=("d" * 64,),
        signers=("iPhone Distribution",),
        entitlements={"get-task-allow": False},
    ),
    architectures=("armv7", "arm64"),
    uuids=("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"),
    extensions=(Extension(kind="watch", path="Payload/App.app/Watch/W.app", version="1"),),
)


def test_the_json_has_the_keys_that_were_promised() -> None:
    told = json.loads(Inspection(facts=FACTS, notes=("It stands out.",)).text())

    for key in ("platform", "kind", "bundle_id", "name", "version", "build", "min_os", "size"):
        assert told[key] == getattr(FACTS, key)
    for key in ("sha256", "md5", "icon", "permissions", "target_sdk", "abis"):
        assert key in told
    assert told["icon"] is True
    assert told["signing"]["kind"] == "adhoc"
    assert told["signing"]["expires_at"] == "2031-05-06T07:08:00Z"
    assert told["signing"]["devices"] == [UDID]
    assert told["signing"]["certificates"] == ["d" * 64]
    assert told["notes"] == ["It stands out."]
    assert "\n" not in Inspection(facts=FACTS).text()


def test_a_kept_sheet_is_the_same_sheet() -> None:
    assert Facts(**FACTS.as_json()) == FACTS


def test_a_sheet_of_a_newer_version_loads() -> None:
    kept = FACTS.as_json() | {"colour": "teal"}

    assert Facts(**kept) == FACTS


def test_moments_are_kept_in_utc() -> None:
    east = timezone(timedelta(hours=2))

    assert Signing(expires_at=datetime(2031, 1, 1, 2, tzinfo=east)).expires_at == datetime(
        2031, 1, 1, tzinfo=UTC
    )
    naive = Signing(expires_at=datetime(2031, 1, 1))  # noqa: DTZ001 - as property lists give it
    assert naive.expires_at == datetime(2031, 1, 1, tzinfo=UTC)


def test_an_sdk_on_ios_asks_with_a_hash_for_each_slice() -> None:
    asked = "66666666-7777-8888-9999-000000000000:1.2:34"

    assert len(FACTS.release_hashes) == 2
    assert FACTS.release_hashes[1] == hashlib.sha256(asked.encode()).hexdigest()


def test_an_sdk_on_android_asks_with_package_and_version() -> None:
    facts = FACTS.model_copy(update={"platform": "android"})

    assert facts.release_hashes == (hashlib.sha256(b"com.example.app:1.2:34").hexdigest(),)


def test_a_sheet_for_people_hides_device_ids() -> None:
    text = render(FACTS, ["It stands out."])

    assert UDID not in text
    assert "1: …4E5F6A" in text
    assert "Version         1.2" in text
    assert "12.3 MB (12345678 bytes)" in text
    assert "Harbour Labs (TEAM000001)" in text
    assert "2031-05-06 07:08 UTC" in text
    assert "Watch           Payload/App.app/Watch/W.app 1 ()" in text
    assert text.endswith("! It stands out.\n")
    assert "Target system" not in text


def test_sizes_have_three_digits() -> None:
    shown = [human(size) for size in (0, 999, 1000, 12_345_678, 1_050_000_000, 5_000_000_000_000)]

    assert shown == ["0 bytes", "999 bytes", "1 kB", "12.3 MB", "1.05 GB", "5000 GB"]
