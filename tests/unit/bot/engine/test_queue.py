"""One queue for all roads: how much is under way, who waits for whom, how soon it begins."""

import asyncio
import threading
import time
from statistics import median
from typing import Any

import pytest
from dbos._sys_db import SystemDatabase

from bot.engine.timing import Timing
from bot.engine.upkeep import Upkeep
from provisioning.roads.road import Step
from tests.engines import EngineHome, road
from tests.unit.bot.engine.flying import change_workflows, ended, flying, running, until


async def test_no_more_than_a_road_allows_is_done_at_once(sqlite_engine_home: EngineHome) -> None:
    greeted: list[str] = []
    fetching: list[str] = []
    most = 0
    go_on = asyncio.Event()

    async def greet(subject: str) -> None:
        greeted.append(subject)

    async def fetch(subject: str) -> None:
        nonlocal most
        fetching.append(subject)
        most = max(most, len(fetching))
        await go_on.wait()
        fetching.remove(subject)

    async def walk(step: Step, subject: str) -> None:
        await step("greet", greet, subject)
        await step("fetch", fetch, subject)

    async with running(sqlite_engine_home, walk, at_once=5, heavy={"fetch": 2}) as engine:
        for number in range(8):
            await engine.start("walk", f"s{number}")
        await until(lambda: len(greeted) == 5 and len(fetching) == 2)
        await asyncio.sleep(0.1)
        counts = await engine.counts()
        assert (len(greeted), most) == (5, 2)
        assert (counts.running, counts.waiting) == (5, 3)
        go_on.set()
        await until(lambda: ended(engine))

    assert sorted(greeted) == [f"s{number}" for number in range(8)]
    assert most == 2


@pytest.mark.slow
async def test_a_long_queue_on_one_road_keeps_no_other_waiting(engine_home: EngineHome) -> None:
    many = 300
    go_on = asyncio.Event()
    taken: list[str] = []
    sent = asyncio.Event()

    async def take(_step: Step, subject: str) -> None:
        taken.append(subject)
        await go_on.wait()

    async def send(_step: Step, _subject: str) -> None:
        sent.set()

    roads = (road(take, name="take", at_once=3), road(send, name="send", at_once=1))
    async with flying(engine_home, *roads) as engine:
        await asyncio.gather(*(engine.start("take", f"s{number}") for number in range(many)))
        await until(lambda: len(taken) == 3)
        await engine.start("send", "d1")
        await asyncio.wait_for(sent.wait(), timeout=30)
        assert len(taken) == 3
        go_on.set()
        await until(lambda: len(taken) == many)

    assert len(set(taken)) == many


async def test_what_waits_on_every_road_is_begun_after_a_restart(engine_home: EngineHome) -> None:
    walked: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    closed = [road(walk, name=f"road{number}", at_once=0) for number in range(11)]
    async with flying(engine_home, *closed) as engine:
        for one in closed:
            for subject in "abc":
                await engine.start(one.name, f"{one.name}{subject}")
    opened = [road(walk, name=one.name, at_once=2) for one in closed]
    async with flying(engine_home, *opened) as engine:
        await until(lambda: ended(engine))

    assert len(walked) == len(set(walked)) == 33


async def test_a_start_is_begun_within_some_tens_of_milliseconds(engine_home: EngineHome) -> None:
    began: dict[str, float] = {}

    async def begin(subject: str) -> None:
        began[subject] = time.monotonic()

    async def walk(step: Step, subject: str) -> None:
        await step("begin", begin, subject)

    waits: list[float] = []
    # The database is not asked for what waits: a start here is heard at once.
    async with running(engine_home, walk, timing=Timing(polling=60)) as engine:
        for number in range(20):
            subject = f"s{number}"
            asked = time.monotonic()
            await engine.start("walk", subject)
            await until(lambda one=subject: one in began)
            waits.append(began[subject] - asked)

    assert median(waits) < 0.1


async def test_what_another_process_started_is_found_by_looking(
    engine_home: EngineHome,
) -> None:
    walked: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    async with running(engine_home, walk, timing=Timing(polling=0.2)) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        await asyncio.to_thread(put_back, engine_home)
        await until(lambda: len(walked) == 2)


def put_back(home: EngineHome) -> None:
    """Let everything wait again, as another process would have left it."""
    change_workflows(home, "status = 'ENQUEUED', owner_xid = NULL, executor_id = NULL")


async def test_what_is_under_way_nowhere_is_found_and_begun(engine_home: EngineHome) -> None:
    walked: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        # As if its end could not have been written down.
        await asyncio.to_thread(change_workflows, engine_home, "status = 'PENDING'")
        await until(lambda: len(walked) == 2)
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 0


async def test_only_what_was_never_started_is_started_again(engine_home: EngineHome) -> None:
    walked: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s2")
        await until(lambda: ended(engine))
        await engine.start_missing("walk", ["s1", "s2", "s3"])
        await until(lambda: ended(engine))

    assert sorted(walked) == ["s1", "s2", "s3"]


async def test_a_walk_whose_end_takes_long_to_be_written_is_not_walked_again(
    engine_home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[str] = []
    looks: list[str] = []
    written = threading.Event()

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    keep = SystemDatabase.update_workflow_outcome

    def keep_late(self: SystemDatabase, *given: Any, **more: Any) -> bool:  # noqa: ANN401 - as DBOS has it
        written.wait(5)
        return keep(self, *given, **more)

    async def look(upkeep: Upkeep) -> None:
        looks.append("")
        await find(upkeep)

    find = Upkeep._find_the_strays
    monkeypatch.setattr(Upkeep, "_find_the_strays", look)
    monkeypatch.setattr(SystemDatabase, "update_workflow_outcome", keep_late)
    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: bool(walked))
        seen = len(looks)
        await until(lambda: len(looks) > seen + 3)
        written.set()
        await until(lambda: ended(engine))

    assert walked == ["s1"]
