"""Why a build cannot be signed for more devices here."""

import pytest

from provisioning.distributing.hindrances import HINDRANCES, hindrance
from storage.inspection.facts import Facts
from storage.records.build import Build
from tests.shelf import facts_of, signed_ad_hoc

TEAM = "TEAM123456"


def build_of(facts: Facts, *, sha256: str | None = "0" * 64) -> Build:
    return Build(organization_id="o", sha256=sha256, platform=facts.platform, facts=facts.as_json())


def code_of(
    build: Build, *, teams: tuple[str, ...] = (TEAM,), able: tuple[str, ...] = (TEAM,)
) -> str:
    found = hindrance(build, teams=teams, able=able)
    return found.code if found is not None else ""


def test_an_ad_hoc_build_of_a_connected_team_has_none() -> None:
    assert code_of(build_of(facts_of())) == ""


@pytest.mark.parametrize(
    ("code", "build"),
    [
        ("external", build_of(facts_of(), sha256=None)),
        ("encrypted", build_of(facts_of(encrypted=True))),
        ("store_signed", build_of(facts_of(signing=signed_ad_hoc(kind="appstore")))),
        ("unsigned", build_of(facts_of(signing=signed_ad_hoc(kind=None)))),
        ("development", build_of(facts_of(signing=signed_ad_hoc(kind="development")))),
        ("other_team", build_of(facts_of(signing=signed_ad_hoc(team_id="OTHERTEAM1")))),
    ],
)
def test_each_hindrance_has_its_code_and_a_sentence(code: str, build: Build) -> None:
    assert code_of(build) == code
    assert HINDRANCES[code].endswith(".")


def test_a_team_without_a_certificate_here_cannot_sign() -> None:
    assert code_of(build_of(facts_of()), able=()) == "no_identity"


def test_without_any_team_it_is_somebody_elses() -> None:
    assert code_of(build_of(facts_of()), teams=(), able=()) == "other_team"


@pytest.mark.parametrize(
    "facts",
    [
        facts_of("android"),
        facts_of(simulator=True),
        facts_of(signing=signed_ad_hoc(kind="enterprise", team_id="OTHERTEAM1")),
        facts_of(kind="xcarchive"),
    ],
)
def test_what_needs_no_device_in_it_has_none(facts: Facts) -> None:
    assert code_of(build_of(facts)) == ""
