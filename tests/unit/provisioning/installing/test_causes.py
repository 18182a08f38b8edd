"""What is told to somebody who cannot install: what is known before what is usual."""

import pytest

from provisioning.installing.causes import called, explanation
from provisioning.installing.installability import Phone
from provisioning.installing.sights import (
    CRASHES,
    DEVELOPER_MODE,
    INTEGRITY,
    UNABLE,
    UNTRUSTED,
    Sight,
    sight,
    sights,
    words_for,
)
from provisioning.installing.verdict import InstallVerdict, VerdictCode
from storage.inspection.facts import Facts
from storage.records.base import now
from tests.shelf import facts_of, signed_ad_hoc

READY = InstallVerdict(code=VerdictCode.READY, sentence="It runs on your iPhone.")
UNKNOWN = InstallVerdict(code=VerdictCode.UNKNOWN, sentence="You can, as far as is known.")
NO_DEVICE = InstallVerdict(
    code=VerdictCode.NO_DEVICE, sentence="None of yours is known.", next="Add it."
)


def why(
    seen: Sight, verdict: InstallVerdict, facts: Facts, phone: Phone | None = None
) -> tuple[str, str, bool]:
    said = explanation(seen, facts, verdict, phone, at=now())
    return said.cause, said.advice, said.is_known


def ad_hoc() -> Facts:
    return facts_of("ios", signing=signed_ad_hoc())


def test_what_the_records_say_comes_first() -> None:
    assert why(UNABLE, NO_DEVICE, ad_hoc()) == ("None of yours is known.", "Add it.", True)


def test_what_the_browser_tells_of_the_device_comes_next() -> None:
    cause, _, known = why(CRASHES, READY, ad_hoc(), Phone(maker="android", version=(14,)))

    assert known
    assert "cannot run on this Android phone" in cause


def test_a_device_that_nobody_knows_may_not_be_registered() -> None:
    cause, advice, known = why(UNABLE, UNKNOWN, ad_hoc())

    assert "this may be another one" in cause
    assert "add my phone" in advice
    assert not known
    assert why(UNABLE, READY, ad_hoc())[0] == UNABLE.cause


def test_the_signature_decides_what_a_word_of_ios_means() -> None:
    signing = signed_ad_hoc()
    development = facts_of("ios", signing=signing.model_copy(update={"kind": "development"}))
    enterprise = facts_of("ios", signing=signing.model_copy(update={"kind": "enterprise"}))

    assert why(INTEGRITY, READY, development)[0] == DEVELOPER_MODE.cause
    assert why(UNTRUSTED, READY, enterprise)[0] == UNTRUSTED.cause
    assert "not signed by an enterprise team" in why(UNTRUSTED, READY, ad_hoc())[0]


@pytest.mark.parametrize("platform", ["ios", "android", "macos", "windows"])
def test_every_sight_has_words_and_something_to_do(platform: str) -> None:
    found = sights(platform)

    assert len({one.code for one in found}) == len(found)
    for one in found:
        assert one.words
        assert one.cause.endswith(".")
        assert one.advice.endswith(".")
        assert words_for(one.code) == one.words
        assert sight(one.code, platform) is one
    assert sight("nonsense", platform) is None
    assert len(found[0].words) <= 75  # An option of Slack's has no room for more.
    assert max(len(one.words) for one in found) <= 75


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        (None, ""),
        (Phone(maker="ios", version=(17, 4), family="ipad"), "iPad, iOS 17.4"),
        (Phone(maker="ios"), "iPhone or iPad"),
        (Phone(maker="android", version=(14,)), "Android phone, Android 14"),
    ],
)
def test_a_phone_is_called_by_what_its_browser_told(phone: Phone | None, said: str) -> None:
    assert called(phone) == said
