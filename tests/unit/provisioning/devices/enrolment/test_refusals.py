"""Every refusal has words that say what to do, and every state has what follows."""

import re
from pathlib import Path

import pytest

from provisioning.devices import enrolment
from provisioning.devices.enrolment.outcomes import outcome_of
from provisioning.devices.enrolment.refusals import REFUSALS, refusal_of
from provisioning.devices.sheets import DeviceSheet, TeamStanding
from storage.records.base import now
from storage.records.registration import RegistrationState


def test_every_code_that_is_raised_has_words_and_every_word_a_code() -> None:
    (folder,) = map(Path, enrolment.__path__)
    sources = [(folder / f"{name}.py").read_text() for name in ("answer", "enrolments")]
    raised = set(re.findall(r'code="([a-z_]+)"', "".join(sources)))

    assert len(raised) > 10
    assert REFUSALS.keys() == raised | {"failed"}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_what_to_do(code: str) -> None:
    sentence = refusal_of(code).sentence

    assert sentence.endswith(".")
    assert re.search(r"(?i)\b(open|use|ask|send|wait|try)\b", sentence)


def test_a_code_without_words_is_our_fault() -> None:
    assert refusal_of("unheard_of") == REFUSALS["failed"]


@pytest.mark.parametrize("state", [None, *RegistrationState])
def test_a_result_shows_where_a_device_stands_and_nothing_else_of_it(
    state: RegistrationState | None,
) -> None:
    standing = [] if state is None else [_standing(state)]
    found = DeviceSheet(
        id="1" * 32,
        name="Bob's phone",
        model="iPhone99,9",
        family="iPhone",
        platform="IOS",
        tail="801E",
        udid="00008110-000E44540A2A801E",
        tester_id="2" * 32,
        owner="Bob Baker",
        owner_slack_id="UBOB",
        verified=True,
        disabled=state is RegistrationState.DISABLED,
        created_at=now(),
        standings=tuple(standing),
    )

    outcome = outcome_of(found)

    assert (outcome.model, outcome.tail) == ("iPhone99,9", "801E")
    assert (outcome.stands, outcome.next[-1]) == (found.sentence, ".")
    assert outcome.is_settled is (state is RegistrationState.READY)
    for secret in (found.udid, found.name, found.owner, found.id):
        assert secret not in repr(outcome)


def _standing(state: RegistrationState) -> TeamStanding:
    return TeamStanding(
        registration_id="3" * 32,
        team_id="4" * 32,
        state=state,
        since=now(),
        reason="",
        requested_by="person:slack:UBOB",
        requested_at=now(),
    )
