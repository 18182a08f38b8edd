"""How many can install a build, and what the others wait for, in one sentence."""

from collections import Counter

import pytest

from provisioning.installing.editions import SignedBuild, edition
from provisioning.installing.readiness import NOT_COUNTED, Readiness, readiness
from provisioning.installing.verdict import VerdictCode
from storage.inspection.facts import Facts
from storage.records.base import now
from tests.shelf import facts_of, signed_ad_hoc

BUILD = SignedBuild(own=edition(facts_of(), at=now()))


def counted(*codes: VerdictCode, build: SignedBuild = BUILD) -> Readiness:
    return readiness(build, Counter(codes))


def test_the_count_says_how_many_can_and_why_the_others_cannot() -> None:
    found = counted(
        *[VerdictCode.READY] * 18,
        *[VerdictCode.PREPARING] * 2,
        VerdictCode.REGISTERING,
        *[VerdictCode.OLD_SYSTEM] * 2,
    )

    assert (found.ready, found.people) == (18, 23)
    assert found.sentence == ("18 of 23 can install now; 3 are being prepared; 2 need iOS 16.")


@pytest.mark.parametrize("code", sorted(set(VerdictCode) - {VerdictCode.READY}))
def test_everybody_who_cannot_is_accounted_for(code: VerdictCode) -> None:
    one, several = counted(VerdictCode.READY, code), counted(VerdictCode.READY, code, code)

    assert one.sentence.startswith("1 of 2 can install now; 1 ")
    assert several.sentence.startswith("1 of 3 can install now; 2 ")


def test_everybody_can() -> None:
    assert counted(*[VerdictCode.READY] * 3).sentence == "3 of 3 can install now."


@pytest.mark.parametrize("code", [VerdictCode.UNKNOWN, VerdictCode.NOBODY, VerdictCode.EXPIRED])
def test_where_the_count_would_tell_nothing_there_is_none(code: VerdictCode) -> None:
    assert counted(code, code).sentence == ""


@pytest.mark.parametrize(
    "facts",
    [
        facts_of("android"),
        facts_of(signing=signed_ad_hoc(kind="enterprise", devices=())),
        facts_of(signing=signed_ad_hoc(kind="development")),
    ],
    ids=["Android", "enterprise", "development"],
)
def test_builds_that_are_not_ad_hoc_have_no_count(facts: Facts) -> None:
    build = SignedBuild(own=edition(facts, at=now()))

    assert counted(VerdictCode.READY, VerdictCode.OLD_SYSTEM, build=build).sentence == ""


def test_nobody_asked() -> None:
    assert (NOT_COUNTED.people, NOT_COUNTED.sentence) == (0, "")
