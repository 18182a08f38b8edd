"""Every verdict: for which device and which build it is given, which comes first, in what words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from provisioning.installing.editions import SignedBuild, edition
from provisioning.installing.held_devices import HeldDevice
from provisioning.installing.installability import Phone
from provisioning.installing.verdict import VerdictCode, verdict
from storage.inspection.facts import Facts, Signing
from storage.records.registration import RegistrationState
from tests.shelf import facts_of, signed_ad_hoc

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
#: It is in the profile of the build, and `OTHER` is not.
INSIDE, OTHER = "00008110-0011223344556677", "00008130-000A1B2C3D4E801E"
ELSEWHERE = "It lies elsewhere."


def build_of(
    facts: Facts | None = None, *variants: Facts, hindrance: str = "", is_prepared: bool = False
) -> SignedBuild:
    return SignedBuild(
        own=edition(facts or facts_of(), at=NOW),
        variants=tuple(edition(one, at=NOW) for one in variants),
        hindrance=hindrance,
        is_prepared=is_prepared,
    )


def signed_for(*udids: str, **changes: object) -> Facts:
    return facts_of(signing=signed_ad_hoc(devices=udids, **changes))


INSIDE_IT = HeldDevice(udid=INSIDE, model="iPhone14,5", system_version="17.5")
OUTSIDE = HeldDevice(udid=OTHER, model="iPhone16,1", system_version="17.5")
READY = replace(OUTSIDE, state=RegistrationState.READY)
IPAD = HeldDevice(udid="c3" * 20, model="iPad13,1", state=RegistrationState.PROCESSING)
MAC = HeldDevice(udid="00008112-000A1B2C3D4E801E", model="Mac14,2", platform="MAC_OS")
ENDED = signed_ad_hoc(expires_at=NOW - timedelta(days=3))
ENTERPRISE = facts_of(signing=signed_ad_hoc(kind="enterprise", devices=()))


def standing(state: RegistrationState, reason: str = "") -> HeldDevice:
    return replace(OUTSIDE, state=state, reason=reason)


AS_IT_CAME = build_of()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A build, somebody's devices, and what has to come out."""

    code: VerdictCode
    says: str
    owned: Sequence[HeldDevice] = (OUTSIDE,)
    build: SignedBuild = AS_IT_CAME


CASES = {
    "a device of the profile": Case(
        code=VerdictCode.READY,
        says="It runs on your iPhone 13: you can install it now.",
        owned=[INSIDE_IT],
    ),
    "a device of a variant, in small letters": Case(
        code=VerdictCode.READY,
        says="It runs on your iPhone 15 Pro: you can install it now.",
        owned=[replace(OUTSIDE, udid=OTHER.lower())],
        build=build_of(None, signed_for(OTHER)),
    ),
    "a disabled device that is in it all the same": Case(
        code=VerdictCode.READY,
        says="It runs on your iPhone 13: you can install it now.",
        owned=[replace(INSIDE_IT, disabled=True)],
    ),
    "an expired base with a variant that holds": Case(
        code=VerdictCode.READY,
        says="It runs on your iPhone 15 Pro: you can install it now.",
        build=build_of(facts_of(signing=ENDED), signed_for(OTHER)),
    ),
    "an enterprise build": Case(
        code=VerdictCode.READY,
        says="It runs on your iPhone 15 Pro: you can install it now.",
        build=build_of(ENTERPRISE),
    ),
    "a model that is not known": Case(
        code=VerdictCode.READY,
        says="It runs on your device: you can install it now.",
        owned=[replace(INSIDE_IT, model="iPhone99,9")],
    ),
    "a wave under way": Case(
        code=VerdictCode.PREPARING,
        says="It is being signed for your iPhone 15 Pro. That takes a few minutes. "
        "You will hear from me.",
        owned=[READY],
        build=build_of(is_prepared=True),
    ),
    "no wave under way": Case(
        code=VerdictCode.UNSIGNED,
        says="It is not signed for your iPhone 15 Pro yet, which is registered at Apple. "
        "A release manager can have it signed.",
        owned=[READY],
    ),
    "a team that was not asked": Case(
        code=VerdictCode.UNREGISTERED,
        says="Your iPhone 15 Pro is not registered for this app at Apple yet. "
        "A release manager can have it registered.",
        build=build_of(is_prepared=True),
    ),
    "being registered": Case(
        code=VerdictCode.REGISTERING,
        says="Your iPhone 15 Pro is being registered at Apple. You will hear from me.",
        owned=[standing(RegistrationState.REGISTERING)],
    ),
    "checked by Apple": Case(
        code=VerdictCode.AT_APPLE,
        says="Apple is checking your iPhone 15 Pro. Usually a day, at most three. "
        "You will hear from me.",
        owned=[standing(RegistrationState.PROCESSING)],
    ),
    "checked for longer than usual": Case(
        code=VerdictCode.AT_APPLE,
        says="Apple is checking your iPhone 15 Pro. An admin can look at it on Apple's website.",
        owned=[
            standing(RegistrationState.PROCESSING, "An admin can look at it on Apple's website.")
        ],
    ),
    "waiting for approval": Case(
        code=VerdictCode.AWAITING_APPROVAL,
        says="A release manager has to approve your iPhone 15 Pro first. They were asked. "
        "You will hear from me.",
        owned=[standing(RegistrationState.AWAITING_APPROVAL)],
    ),
    "not accepted": Case(
        code=VerdictCode.INELIGIBLE,
        says="Apple does not accept your iPhone 15 Pro for now: it was part of another membership. "
        "That lasts up to 30 days. Slipway keeps asking, and you will hear from me.",
        owned=[standing(RegistrationState.INELIGIBLE)],
    ),
    "refused with a reason": Case(
        code=VerdictCode.REFUSED,
        says="Your iPhone 15 Pro was not registered at Apple. There is no place left.",
        owned=[standing(RegistrationState.REFUSED, "There is no place left.")],
    ),
    "refused": Case(
        code=VerdictCode.REFUSED,
        says="Your iPhone 15 Pro was not registered at Apple. A release manager knows why.",
        owned=[standing(RegistrationState.REFUSED)],
    ),
    "disabled at the team": Case(
        code=VerdictCode.DISABLED,
        says="Your iPhone 15 Pro was disabled, so that new builds leave it out. "
        "Enable it again to have it in the next ones.",
        owned=[standing(RegistrationState.DISABLED)],
    ),
    "disabled here, though Apple has it": Case(
        code=VerdictCode.DISABLED,
        says="Your iPhone 15 Pro was disabled, so that new builds leave it out. "
        "Enable it again to have it in the next ones.",
        owned=[replace(READY, disabled=True)],
        build=build_of(is_prepared=True),
    ),
    "a system that is too old": Case(
        code=VerdictCode.OLD_SYSTEM,
        says="It needs iOS 16.0 or later; your iPhone 13 has 15.7, as far as is known here. "
        "Update it in Settings, General, Software Update.",
        owned=[replace(INSIDE_IT, system_version="15.7")],
    ),
    "an iPhone, and an app for the iPad": Case(
        code=VerdictCode.WRONG_FAMILY,
        says="It is for the iPad only, and your iPhone 13 is none. Open the link on an iPad.",
        owned=[INSIDE_IT],
        build=build_of(facts_of(device_families=("ipad",))),
    ),
    "an iPad, and an app for the iPhone": Case(
        code=VerdictCode.READY,
        says="It runs on your iPad Air (4th generation): you can install it now.",
        owned=[replace(IPAD, udid=INSIDE)],
        build=build_of(facts_of(device_families=("iphone",))),
    ),
    "a build that lies elsewhere": Case(
        code=VerdictCode.NOT_FOR_THIS_BUILD,
        says="It is not signed for your iPhone 15 Pro, and cannot be signed for it here. "
        "It lies elsewhere. A new build is needed that has it in its profile.",
        owned=[READY],
        build=build_of(hindrance=ELSEWHERE, is_prepared=True),
    ),
    "nobody's device": Case(
        code=VerdictCode.NO_DEVICE,
        says="It installs only on registered devices, and none of yours is known here. "
        "Write “add my phone” to Slipway in Slack: it tells you how, and signs the app for it.",
        owned=[],
    ),
    "a Mac, which gets no app from here": Case(
        code=VerdictCode.NO_DEVICE,
        says="It installs only on registered devices, and none of yours is known here. "
        "Write “add my phone” to Slipway in Slack: it tells you how, and signs the app for it.",
        owned=[MAC, replace(MAC, platform="IOS", model="Watch7,1")],
    ),
    "nobody's device, and a build that is not signed here": Case(
        code=VerdictCode.UNKNOWN,
        says="It installs only on the devices that are registered for it. "
        "Whether yours is one of them is not known here.",
        owned=[],
        build=build_of(hindrance=ELSEWHERE),
    ),
    "an enterprise build without a device": Case(
        code=VerdictCode.UNKNOWN,
        says="You can install it, as far as is known here.",
        owned=[],
        build=build_of(ENTERPRISE),
    ),
    "Android": Case(
        code=VerdictCode.UNKNOWN,
        says="You can install it, as far as is known here.",
        build=build_of(facts_of("android")),
    ),
    "an expired profile": Case(
        code=VerdictCode.EXPIRED,
        says="Its provisioning profile expired on 27 November 2026, so iOS refuses it. "
        "Ask for a newer build.",
        owned=[INSIDE_IT],
        build=build_of(facts_of(signing=ENDED)),
    ),
    "an app from the store": Case(
        code=VerdictCode.NOBODY,
        says="It was taken from the App Store, whose encryption lies over it: it runs only where "
        "the store installed it.",
        owned=[INSIDE_IT],
        build=build_of(facts_of(encrypted=True)),
    ),
    "several reasons": Case(
        code=VerdictCode.NOBODY,
        says="It is marked as test-only: Android installs it by `adb install -t` only. "
        "It is not signed, so Android refuses it.",
        build=build_of(facts_of("android", test_only=True, signing=Signing())),
    ),
}


def test_every_code_has_its_case_and_so_has_every_state() -> None:
    states = {device.state for case in CASES.values() for device in case.owned}

    assert {case.code for case in CASES.values()} == set(VerdictCode)
    assert states == {None, *RegistrationState}


@pytest.mark.parametrize("name", CASES)
def test_each_is_said_with_what_happens_next(name: str) -> None:
    case = CASES[name]
    found = verdict(case.build, case.owned)

    assert (found.code, f"{found.sentence} {found.next}".rstrip()) == (case.code, case.says)


@pytest.mark.parametrize("name", CASES)
def test_only_who_is_ready_or_not_known_can(name: str) -> None:
    found = verdict(CASES[name].build, CASES[name].owned)

    assert found.can == (found.code in {"ready", "unknown"})


@pytest.mark.parametrize("name", CASES)
def test_no_verdict_shows_a_udid(name: str) -> None:
    case = CASES[name]
    found = verdict(case.build, case.owned)

    assert not any(one.udid in f"{found.sentence}{found.next}" for one in case.owned)


WORST_LAST = [
    replace(INSIDE_IT, model=""),
    replace(READY, udid="d0" * 20),
    standing(RegistrationState.REGISTERING),
    standing(RegistrationState.PROCESSING),
    standing(RegistrationState.AWAITING_APPROVAL),
    OUTSIDE,
    standing(RegistrationState.INELIGIBLE),
    replace(INSIDE_IT, system_version="12.1"),
    standing(RegistrationState.DISABLED),
    standing(RegistrationState.REFUSED),
]


@pytest.mark.parametrize("place", range(len(WORST_LAST) - 1))
def test_of_several_devices_the_best_counts(place: int) -> None:
    build = build_of(is_prepared=True)
    best = verdict(build, WORST_LAST[place : place + 1])

    assert verdict(build, WORST_LAST[:place:-1]) != best
    assert verdict(build, [*reversed(WORST_LAST[place + 1 :]), WORST_LAST[place]]) == best


def test_what_no_device_changes_comes_before_what_one_waits_for() -> None:
    waiting = [standing(RegistrationState.PROCESSING)]
    old = [replace(waiting[0], system_version="15")]
    ipads = facts_of(device_families=("ipad",))

    found = [
        verdict(build_of(facts_of(signing=ENDED)), waiting),
        verdict(build_of(ipads), old),
        verdict(build_of(), old),
        verdict(build_of(hindrance=ELSEWHERE), waiting),
    ]

    assert [one.code for one in found] == [
        VerdictCode.EXPIRED,
        VerdictCode.WRONG_FAMILY,
        VerdictCode.OLD_SYSTEM,
        VerdictCode.NOT_FOR_THIS_BUILD,
    ]


IPHONE = Phone(maker="ios", version=(18, 1), family="iphone")


def test_the_phone_in_their_hand_counts_and_no_other() -> None:
    owned = [INSIDE_IT, IPAD]
    on_ipad = Phone(maker="ios", version=(17,), family="ipad")

    assert verdict(build_of(), owned).code is VerdictCode.READY
    assert verdict(build_of(), owned, IPHONE).code is VerdictCode.READY
    assert verdict(build_of(), owned, on_ipad).code is VerdictCode.AT_APPLE
    assert verdict(build_of(), [INSIDE_IT], on_ipad).sentence == (
        "It installs only on registered devices, and this iPad is not known here."
    )


def test_the_browser_knows_better_which_system_it_runs_on() -> None:
    written = [replace(INSIDE_IT, system_version="15.7")]
    too_old = replace(IPHONE, version=(15, 8))

    assert verdict(build_of(), written, IPHONE).code is VerdictCode.READY
    assert verdict(build_of(), [INSIDE_IT], too_old).code is VerdictCode.OLD_SYSTEM
    assert verdict(build_of(), written, replace(IPHONE, version=None)).code is (
        VerdictCode.OLD_SYSTEM
    )


def test_who_has_two_devices_is_served_one_file_whichever_is_in_their_hand() -> None:
    """The link leads to the variant of the first; the other is not in that one."""
    first, second = INSIDE_IT, replace(IPAD, udid="c3" * 20)
    build = build_of(signed_for("f0" * 20), signed_for(INSIDE), signed_for(second.udid))

    on_ipad = verdict(build, [first, second], Phone(maker="ios", family="ipad"))

    assert verdict(build, [first, second]).code is VerdictCode.READY
    assert on_ipad.code is VerdictCode.AT_APPLE
