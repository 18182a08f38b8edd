"""A process killed at any boundary of a road loses nothing and repeats at most one step."""

import os
import signal
import time

import pytest

from tests.engines import EngineHome
from tests.integration.crash import small_road
from tests.integration.crash.harness import Child, NotAsPlanned, run_to_end, run_until_killed, until
from tests.integration.crash.small_road import STEPS, Effects

BOUNDARIES = [f"{when}:{step}" for step in STEPS for when in ("before", "done", "kept")]


def test_the_boundaries_of_a_road_are_known(sqlite_engine_home: EngineHome) -> None:
    assert run_to_end(small_road.begin, sqlite_engine_home) == BOUNDARIES


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_at_a_boundary_the_road_goes_on_where_it_was(
    long_engine_home: EngineHome, boundary: str
) -> None:
    effects = Effects(long_engine_home)
    before = BOUNDARIES[: BOUNDARIES.index(boundary) + 1]

    assert run_until_killed(small_road.begin, long_engine_home, die_at=boundary) == before
    seen = run_to_end(small_road.go_on, long_engine_home)

    # Only the step in which the process died between its effect and its checkpoint runs twice.
    again = boundary.removeprefix("done:")
    for step in STEPS:
        assert len(effects.of(step)) == (2 if step == again else 1), f"{step} after {boundary}"
    kept = [mark.removeprefix("kept:") for mark in before if mark.startswith("kept:")]
    assert seen == [mark for mark in BOUNDARIES if mark.partition(":")[2] not in kept]


@pytest.mark.parametrize("boundary", ["kept:fetch", "done:inspect"])
def test_a_later_step_is_given_what_the_kept_one_returned(
    long_engine_home: EngineHome, boundary: str
) -> None:
    effects = Effects(long_engine_home)
    run_until_killed(small_road.begin, long_engine_home, die_at=boundary)
    run_to_end(small_road.go_on, long_engine_home)

    [[basis, fetched]] = effects.of("fetch")
    inspected = effects.of("inspect")
    [[kept_from, _]] = effects.of("keep")
    assert basis == small_road.SUBJECT
    assert {source for source, _ in inspected} == {fetched}
    assert kept_from == inspected[-1][1]


def test_a_road_killed_at_every_boundary_in_turn_still_ends(long_engine_home: EngineHome) -> None:
    run_until_killed(small_road.begin, long_engine_home, die_at=0)
    for boundary in ("kept:fetch", "kept:inspect"):
        run_until_killed(small_road.go_on, long_engine_home, die_at=boundary)
    run_to_end(small_road.go_on, long_engine_home)

    assert [len(Effects(long_engine_home).of(step)) for step in STEPS] == [1, 1, 1]


def test_a_road_that_kills_its_process_is_set_aside_and_somebody_is_told(
    long_engine_home: EngineHome,
) -> None:
    effects = Effects(long_engine_home)
    for _ in range(4):
        run_until_killed(small_road.eat_poison, long_engine_home, die_at="never, it dies by itself")

    run_to_end(small_road.eat_poison, long_engine_home)
    run_to_end(small_road.smell_poison, long_engine_home)

    assert len(effects.of("poison")) == 4
    # It is told at least once: a process may end between the telling and the note of it.
    told = effects.of("gave_up")
    assert told
    assert all(words == [small_road.SUBJECT] for words in told)
    assert effects.of("counts") == [["1"]]


@pytest.mark.parametrize("failures", [1, 3, 10])
def test_killed_while_a_step_is_tried_again_the_road_still_ends(
    long_engine_home: EngineHome, failures: int
) -> None:
    effects = Effects(long_engine_home)
    # After before:fetch, done, kept and before:inspect comes the first try's end.
    run_until_killed(small_road.begin, long_engine_home, failures, die_at=4)
    run_until_killed(small_road.go_on, long_engine_home, failures, die_at="done:inspect")
    run_to_end(small_road.go_on, long_engine_home, failures)

    assert len(effects.of("failed")) == failures
    assert [len(effects.of(step)) for step in STEPS] == [1, 2, 1]


@pytest.mark.slow
@pytest.mark.parametrize("boundary", ["kept:a while", "done:a while"])
def test_a_pause_goes_on_where_it_was_after_a_kill(
    long_engine_home: EngineHome, boundary: str
) -> None:
    effects = Effects(long_engine_home)
    run_until_killed(small_road.rest, long_engine_home, 2.0, die_at=boundary)
    run_to_end(small_road.rest, long_engine_home, 2.0)

    [[fetched]], [[kept]] = effects.of("fetch"), effects.of("keep")
    [_, [back]] = effects.of("back")
    assert float(kept) - float(fetched) >= 2.0
    if boundary.startswith("kept"):
        assert float(kept) < max(float(fetched) + 2.0, float(back)) + 1.0, "It began anew."


@pytest.mark.parametrize(
    "boundary", ["before:fetch", "kept:fetch", "before:give up", "done:give up", "kept:give up"]
)
def test_killed_while_giving_up_people_are_told_all_the_same(
    long_engine_home: EngineHome, boundary: str
) -> None:
    effects = Effects(long_engine_home)
    run_until_killed(small_road.break_off, long_engine_home, die_at=boundary)
    run_to_end(small_road.break_off, long_engine_home)

    # An act runs again when the process died between its effect and its checkpoint.
    told = effects.of("told")
    assert len(told) == (2 if boundary == "done:give up" else 1)
    assert all(words[0] == small_road.SUBJECT for words in told)
    assert " ".join(told[0][1:]) == "The file was deleted before it could be fetched."


@pytest.mark.slow
def test_a_road_that_kills_its_process_takes_no_other_one_with_it(
    long_engine_home: EngineHome,
) -> None:
    effects = Effects(long_engine_home)
    codes: list[int] = []
    while codes[-1:] != [0] and len(codes) < 6:
        codes.append(Child.start(small_road.eat_poison_in_company, long_engine_home).wait()[0])

    assert codes == [-signal.SIGKILL] * 4 + [0]
    assert sorted(subject for [subject] in effects.of("walked")) == list(small_road.COMPANY)
    assert effects.of("gave_up") == [[small_road.SUBJECT]]


def test_a_dead_replica_s_road_goes_on_in_a_living_one(postgres_engine_home: EngineHome) -> None:
    effects = Effects(postgres_engine_home)
    dying = Child.start(small_road.get_stuck, postgres_engine_home)
    until(lambda: len(effects.of("inspect")) == 1)
    living = Child.start(small_road.go_on, postgres_engine_home)
    until(lambda: len(effects.of("ready")) == 1)
    time.sleep(0.5)
    assert len(effects.of("inspect")) == 1, "Nobody takes work from the living."

    assert dying.process.pid is not None
    os.kill(dying.process.pid, signal.SIGKILL)
    assert dying.wait()[0] == -signal.SIGKILL
    assert living.wait()[0] == 0

    assert [len(effects.of(step)) for step in STEPS] == [1, 2, 1]


def test_a_second_process_on_the_same_folder_is_turned_away(
    sqlite_engine_home: EngineHome,
) -> None:
    effects = Effects(sqlite_engine_home)
    first = Child.start(small_road.get_stuck, sqlite_engine_home)
    until(lambda: len(effects.of("inspect")) == 1)

    code, said = Child.start(small_road.go_on, sqlite_engine_home).wait()
    first.process.kill()
    first.wait()

    assert code == 1
    assert "Another Slipway works on" in said[-1]
    assert len(effects.of("inspect")) == 1
    assert effects.of("ready") == []


def test_a_child_that_does_not_die_as_planned_is_noticed(sqlite_engine_home: EngineHome) -> None:
    with pytest.raises(NotAsPlanned, match="did not die at kept:nothing"):
        run_until_killed(small_road.begin, sqlite_engine_home, die_at="kept:nothing")
