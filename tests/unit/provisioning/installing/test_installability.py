"""Whether a build installs on the phone in somebody's hand, and the sentence when it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.installing.installability import (
    Hint,
    Judgement,
    Phone,
    Way,
    judge,
    numbers,
)
from provisioning.installing.reasons import day
from storage.inspection.facts import Facts, Signing
from storage.inspection.systems import least_system
from tests.shelf import facts_of, signed_ad_hoc

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
IPHONE = Phone(maker="ios", version=(17, 5, 1), family="iphone")
IPAD = Phone(maker="ios", version=(17, 5), family="ipad")
PIXEL = Phone(maker="android", version=(14,))


def on(phone: Phone | None, facts: Facts) -> Judgement:
    return judge(facts, phone, at=NOW)


def only_obstacle(found: Judgement) -> str:
    assert len(found.obstacles) == 1
    return found.obstacles[0]


def test_an_ad_hoc_build_goes_over_the_air_to_registered_devices() -> None:
    found = on(IPHONE, facts_of())

    assert found == Judgement(way=Way.AIR, hints=(Hint.REGISTERED_DEVICES,))


def test_a_development_build_needs_developer_mode() -> None:
    found = on(IPHONE, facts_of(signing=signed_ad_hoc(kind="development")))

    assert found.hints == (Hint.REGISTERED_DEVICES, Hint.DEVELOPER_MODE)


def test_an_enterprise_build_needs_trust() -> None:
    found = on(IPHONE, facts_of(signing=signed_ad_hoc(kind="enterprise", devices=())))

    assert found == Judgement(way=Way.AIR, hints=(Hint.TRUST_DEVELOPER,))


def test_an_expired_profile_is_named_with_its_day() -> None:
    ended = NOW - timedelta(days=3)
    found = on(IPHONE, facts_of(signing=signed_ad_hoc(expires_at=ended)))

    assert "expired on 18 November 2026" in only_obstacle(found)
    assert found.way is Way.AIR


def test_an_old_system_is_named_beside_the_one_it_takes() -> None:
    found = on(IPHONE, facts_of(min_os="18.0"))

    assert only_obstacle(found) == "It needs iOS 18.0 or later; this device has iOS 17.5.1."


@pytest.mark.parametrize(
    "least", ["17.5.1", "17.5", "17", "16.4", None, "", "seventeen", "1.2.3.4.5"]
)
def test_a_system_that_is_new_enough_or_unknown_is_no_obstacle(least: str | None) -> None:
    assert on(IPHONE, facts_of(min_os=least)).obstacles == ()


def test_a_phone_that_does_not_say_its_system_gets_no_guess() -> None:
    silent = Phone(maker="ios", family="iphone")

    assert on(silent, facts_of(min_os="99.0")).obstacles == ()


def test_an_app_for_the_other_system_says_so() -> None:
    assert only_obstacle(on(PIXEL, facts_of())) == (
        "This app is for iPhone and iPad. It cannot run on this Android phone."
    )
    assert only_obstacle(on(IPHONE, facts_of("android"))) == (
        "This app is for Android. It cannot run on this iPhone."
    )


def test_an_ipad_app_does_not_run_on_an_iphone_but_the_other_way_round_it_does() -> None:
    assert "iPad only" in only_obstacle(on(IPHONE, facts_of(device_families=("ipad",))))
    assert on(IPAD, facts_of(device_families=("ipad",))).obstacles == ()
    assert on(IPAD, facts_of(device_families=("iphone",))).obstacles == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"simulator": True}, "simulator"),
        ({"device_families": ("tv",)}, "Apple TV"),
        ({"device_families": ("watch", "vision")}, "Apple Vision Pro and Apple Watch"),
        ({"signing": signed_ad_hoc(kind="appstore", devices=())}, "TestFlight"),
        ({"signing": Signing()}, "no provisioning profile"),
        ({"kind": "dsym"}, "not an app"),
    ],
)
def test_what_no_iphone_installs_from_a_page_is_a_download_with_its_reason(
    changes: dict[str, Any], words: str
) -> None:
    found = on(IPHONE, facts_of(**changes))

    assert found.way is Way.DOWNLOAD
    assert words in only_obstacle(found)


def test_an_apk_installs_as_a_package() -> None:
    found = on(PIXEL, facts_of("android", target_sdk=34))

    assert found == Judgement(way=Way.PACKAGE, hints=(Hint.UNKNOWN_SOURCES,))


@pytest.mark.parametrize("kind", ["aab", "apks", "xapk", "mapping"])
def test_a_bundle_is_a_download(kind: str) -> None:
    assert on(PIXEL, facts_of("android", kind=kind)).way is Way.DOWNLOAD


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"min_os": "35"}, "It needs Android 15 or later; this phone has Android 14."),
        ({"target_sdk": 22}, "made for Android 5.1"),
        ({"test_only": True}, "test-only"),
        ({"split": "config.arm64_v8a"}, "one part of a split app"),
        ({"needs_splits": True}, "does not run without its other parts"),
        ({"signing": Signing()}, "not signed"),
    ],
)
def test_what_android_refuses_is_said_before_the_tap(changes: dict[str, Any], words: str) -> None:
    found = on(PIXEL, facts_of("android", **changes))

    assert words in only_obstacle(found)
    assert found.way is Way.PACKAGE


def test_android_14_takes_what_android_15_refuses() -> None:
    newer = Phone(maker="android", version=(15,))
    facts = facts_of("android", target_sdk=23)

    assert on(PIXEL, facts).obstacles == ()
    assert "for safety" in only_obstacle(on(newer, facts))


def test_a_preview_level_is_no_obstacle() -> None:
    assert on(PIXEL, facts_of("android", min_os="VanillaIceCream")).obstacles == ()


def test_32_bit_code_is_a_caution_only() -> None:
    narrow = on(PIXEL, facts_of("android", abis=("armeabi-v7a", "x86")))
    both = on(PIXEL, facts_of("android", abis=("armeabi-v7a", "arm64-v8a")))

    assert "32-bit" in narrow.cautions[0]
    assert narrow.obstacles == ()
    assert both.cautions == ()


def test_a_mac_app_is_a_download_and_not_for_phones() -> None:
    facts = facts_of("macos", kind="app.zip")

    assert on(None, facts) == Judgement(way=Way.DOWNLOAD)
    assert only_obstacle(on(IPAD, facts)) == "This app is for macOS. It cannot run on this iPad."


def test_the_oldest_system_is_named_as_people_know_it() -> None:
    assert least_system(facts_of(min_os="16.0")) == "iOS 16.0"
    assert least_system(facts_of("android", min_os="26")) == "Android 8.0"
    assert least_system(facts_of("android", min_os="32")) == "Android 12L"
    assert least_system(facts_of("android", min_os="99")) == "Android SDK 99"
    assert least_system(facts_of(min_os=None)) == ""


def test_versions_are_numbers_or_nothing() -> None:
    assert numbers("17.0.0") == (17,)
    assert numbers("12L") == (12,)
    assert numbers("1" * 5000) is None
    assert numbers("٣") is None


def test_days_are_written_for_people() -> None:
    assert day(datetime(2027, 3, 3, tzinfo=UTC)) == "3 March 2027"
