"""Why no phone can be added to a build: said once, and only where somebody would want to."""

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.drawing import warnings
from bot.slack.features.uploads import messages as uploads
from provisioning.installing.fitness import why_not_resignable
from provisioning.installing.reasons import lasting
from provisioning.releases.cards import BuildCard
from storage.inspection.facts import Facts, Signing
from tests.shelf import facts_of, signed_ad_hoc
from tests.unit.bot.slack import samples
from tests.unit.bot.slack.reading import words
from tests.unit.bot.test_reasons_everywhere import CASES, card_of, on_card

OURS, THEIRS = "HARBOUR001", "FERRIES002"
BROKEN = "This app was damaged or changed after it was signed: App/a.txt: It was changed."


def ios(**changes: object) -> Facts:
    return facts_of("ios", name="Harbour", **changes)


CLOSED: dict[str, tuple[Facts, dict[str, Any], str]] = {
    "external": (ios(), {"is_external": True}, "lies elsewhere"),
    "not-ios": (facts_of("android", name="Harbour"), {}, "Only apps for iPhone"),
    "store-signed": (ios(signing=signed_ad_hoc(kind="appstore", devices=())), {}, "TestFlight"),
    "encrypted": (ios(encrypted=True), {}, "taken from the App Store"),
    "simulator": (ios(simulator=True), {}, "built for a simulator"),
    "no-profile": (ios(signing=Signing()), {}, "no provisioning profile"),
    "refused": (ios(), {"refusal": BROKEN}, "App/a.txt"),
    "other-team": (ios(signing=signed_ad_hoc(team_id=THEIRS)), {"teams": {OURS}}, THEIRS),
}


@pytest.mark.parametrize("code", CLOSED)
def test_each_build_that_nobody_can_sign_again_says_why(code: str) -> None:
    facts, known, says = CLOSED[code]
    unfit = why_not_resignable(facts, **known)

    assert unfit is not None
    assert unfit.code == code
    assert says in unfit.sentence


@pytest.mark.parametrize("kind", ["adhoc", "development", "enterprise"])
def test_of_a_build_that_can_be_signed_again_nothing_is_said(kind: str) -> None:
    signing = signed_ad_hoc(kind=kind, team_id=OURS)

    assert why_not_resignable(ios(signing=signing)) is None
    assert why_not_resignable(ios(signing=signing), teams={OURS, THEIRS}) is None


def test_a_profile_that_ended_keeps_nobody_from_signing_again() -> None:
    ended = CASES["profile-expired"].facts

    assert lasting(ended) is None
    assert why_not_resignable(ended) is None


def test_while_no_team_is_connected_nothing_is_said_of_the_builds_own() -> None:
    assert why_not_resignable(ios(signing=signed_ad_hoc(team_id=THEIRS)), teams=()) is None


def card(build: BuildCard) -> str:
    release = samples.release(build=build)
    return words(uploads.release(samples.kept(release), release, None))


@pytest.mark.parametrize("kind", ["adhoc", "development"])
def test_the_card_says_that_no_phone_can_be_added_and_why(kind: str) -> None:
    signing = signed_ad_hoc(kind=kind, team_id=THEIRS, team_name="Ferries <Ltd>")
    build = replace(samples.build(), facts=ios(signing=signing))

    assert "No phone can be added" not in card(build)
    assert f"No phone can be added.* {BROKEN}" in card(replace(build, refusal=BROKEN))
    foreign = card(replace(build, teams=frozenset({OURS})))
    assert f"Ferries &lt;Ltd&gt; ({THEIRS}), which is not connected" in foreign


@pytest.mark.parametrize("kind", ["enterprise", "appstore"])
def test_a_build_that_names_no_phones_has_none_to_be_added(kind: str) -> None:
    signing = signed_ad_hoc(kind=kind, team_id=THEIRS, devices=())
    build = replace(samples.build(), facts=ios(signing=signing), refusal=BROKEN)

    assert "No phone can be added" not in card(build)


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_card_does_not_say_a_second_time_what_is_wrong_with_the_file(code: str) -> None:
    shown = on_card(CASES[code])

    assert "No phone can be added" not in shown
    assert warnings.closed(card_of(CASES[code])) == ()
