"""No road ends in silence: what breaks off, and what is set aside, gives up aloud."""

import asyncio
import logging
from dataclasses import replace

import pytest

from bot.engine.errors import SetAside, StepFailed
from bot.engine.upkeep import Counts
from provisioning.errors import NotNow, SourceGone, TellerUnreachable
from provisioning.roads.road import Step
from tests.engines import EngineHome
from tests.unit.bot.engine.flying import QUICK, change_workflows, ended, nothing, running, until


class Ears:
    """Hears what a road says when it gives up; *deaf* at first so many times."""

    def __init__(self, *, deaf: int = 0) -> None:
        self._deaf = deaf
        self.asked = 0
        self.heard: list[tuple[str, str]] = []

    async def __call__(self, subject: str, why: str) -> None:
        self.asked += 1
        if self.asked <= self._deaf:
            raise TellerUnreachable
        self.heard.append((subject, why))


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (SourceGone("It was deleted."), "It was deleted."),
        (RuntimeError("a hole with a secret"), str(StepFailed())),
    ],
)
async def test_a1_a_road_that_breaks_off_in_a_step_gives_up_aloud(
    engine_home: EngineHome, error: Exception, why: str
) -> None:
    ears = Ears()

    async def fail() -> None:
        raise error

    async def walk(step: Step, _subject: str) -> None:
        await step("fail", fail)

    async with running(engine_home, walk, give_up=ears) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 1

    assert ears.heard == [("s1", why)]


async def test_a_road_that_breaks_off_between_its_steps_gives_up_and_is_logged(
    sqlite_engine_home: EngineHome, caplog: pytest.LogCaptureFixture
) -> None:
    ears = Ears()

    async def walk(_step: Step, _subject: str) -> None:
        raise RuntimeError("a hole in the road")

    async with running(sqlite_engine_home, walk, give_up=ears) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 1

    [record] = [record for record in caplog.records if "broke off" in record.message]
    assert record.levelno == logging.ERROR
    assert "a hole in the road" in caplog.text
    assert ears.heard == [("s1", str(StepFailed()))]


async def test_giving_up_is_tried_as_patiently_as_any_step_and_kept(
    engine_home: EngineHome,
) -> None:
    ears = Ears(deaf=7)

    async def walk(_step: Step, _subject: str) -> None:
        raise NotNow("It cannot be.")

    async with running(engine_home, walk, give_up=ears) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        await engine.start("walk", "s1")
    async with running(engine_home, walk, give_up=ears) as engine:
        await until(lambda: ended(engine))

    assert ears.heard == [("s1", "It cannot be.")]


async def test_giving_up_goes_on_after_a_restart(engine_home: EngineHome) -> None:
    ears = Ears(deaf=1)
    walks: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walks.append(subject)
        raise NotNow("It cannot be.")

    slow = replace(QUICK, first_pause=60.0, longest_pause=60.0)
    async with running(engine_home, walk, timing=slow, give_up=ears) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ears.asked == 1)
    async with running(engine_home, walk, timing=slow, give_up=ears) as engine:
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 1

    assert walks == ["s1", "s1"]
    assert ears.heard == [("s1", "It cannot be.")]


async def test_one_that_breaks_off_stops_no_other(sqlite_engine_home: EngineHome) -> None:
    ears = Ears()
    ends: list[str] = []

    async def walk(step: Step, subject: str) -> None:
        if subject == "bad":
            raise NotNow("It cannot be.")
        await step("nothing", nothing)
        ends.append(subject)

    async with running(sqlite_engine_home, walk, give_up=ears, at_once=1) as engine:
        for subject in ("good", "bad", "better"):
            await engine.start("walk", subject)
        await until(lambda: ended(engine))

    assert sorted(ends) == ["better", "good"]
    assert ears.heard == [("bad", "It cannot be.")]


async def test_a_road_whose_steps_changed_without_a_version_still_gives_up(
    sqlite_engine_home: EngineHome,
) -> None:
    ears = Ears()
    stuck = asyncio.Event()

    async def before(step: Step, _subject: str) -> None:
        await step("one", nothing)
        await step("two", nothing)
        stuck.set()
        await asyncio.Event().wait()

    async def after(step: Step, _subject: str) -> None:
        await step("another", nothing)

    async with running(sqlite_engine_home, before, timing=replace(QUICK, drain=0.01)) as engine:
        await engine.start("walk", "s1")
        await stuck.wait()
    async with running(sqlite_engine_home, after, give_up=ears) as engine:
        await until(lambda: ended(engine))

    assert ears.heard == [("s1", str(StepFailed()))]


async def test_a2_of_any_road_set_aside_somebody_is_told_in_the_end(
    engine_home: EngineHome, caplog: pytest.LogCaptureFixture
) -> None:
    ears = Ears(deaf=3)

    async with running(engine_home, nothing, give_up=ears) as engine:
        for subject in ("s1", "upload@C1:x"):
            await engine.start("walk", subject)
        await until(lambda: ended(engine))
        await asyncio.to_thread(set_everything_aside, engine_home)
        await until(lambda: len(ears.heard) == 2)
        await asyncio.sleep(0.2)
        counts = await engine.counts()

    assert sorted(ears.heard) == [("s1", str(SetAside())), ("upload@C1:x", str(SetAside()))]
    assert counts == Counts(waiting=0, running=0, failed=0, parked=2)
    # It is not called told before it was.
    said = [r.message for r in caplog.records if r.name == "bot.engine.upkeep"]
    assert sum("nobody could be told yet" in line for line in said) == 3
    assert sum(line.endswith("is set aside; people were told.") for line in said) == 2


def set_everything_aside(home: EngineHome) -> None:
    change_workflows(home, "status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'")
