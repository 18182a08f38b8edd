"""What the durable engine promises, on both databases. Crashes have tests of their own."""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from dbos import DBOS
from sqlalchemy import event

from bot.engine.engine import DurableEngine
from bot.engine.errors import EngineLost
from bot.engine.inside import Claimed, Inside
from bot.engine.timing import Timing
from provisioning.roads.road import Step
from storage.catalog.liveness import Liveness
from storage.errors import NoSpace
from tests.engines import EngineHome
from tests.unit.bot.engine.flying import QUICK, ended, nothing, running, until

#: Lets nothing end by itself.
HASTY = replace(QUICK, drain=0.05)


async def test_a_road_is_walked_step_by_step(engine_home: EngineHome) -> None:
    seen: list[object] = []

    async def double(number: int, *, plus: int) -> dict[str, object]:
        return {"number": number * 2 + plus, "parts": (number, plus)}

    async def walk(step: Step, subject: str) -> None:
        seen.append(subject)
        first = await step("first", double, 3, plus=1)
        seen.append(first)
        seen.append(await step("second", double, 7, plus=0))

    boundaries: list[str] = []
    async with running(engine_home, walk, boundary=boundaries.append) as engine:
        await engine.start("walk", "s1")
        await until(lambda: len(seen) == 3)
        await until(lambda: ended(engine))

    # What a step returns is what it will return after a restart: plain lists and dicts.
    assert seen == ["s1", {"number": 7, "parts": [3, 1]}, {"number": 14, "parts": [7, 0]}]
    marks = [
        f"{when}:{step}" for step in ("first", "second") for when in ("before", "done", "kept")
    ]
    assert boundaries == marks


async def test_starting_the_same_again_is_one_start(engine_home: EngineHome) -> None:
    walked: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    async with running(engine_home, walk) as engine:
        await asyncio.gather(*(engine.start("walk", "s1") for _ in range(5)))
        await until(lambda: bool(walked))
        await engine.start("walk", "s1")
        await engine.start("walk", "s2")
        await until(lambda: len(walked) == 2)
    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await engine.start("walk", "s3")
        await until(lambda: len(walked) == 3)

    assert walked == ["s1", "s2", "s3"]


async def test_what_was_started_before_the_end_is_walked_after_the_next_start(
    engine_home: EngineHome,
) -> None:
    walked: list[str] = []

    async def walk(_step: Step, subject: str) -> None:
        walked.append(subject)

    async with running(engine_home, walk, at_once=0) as engine:
        await engine.start("walk", "s1")
    assert walked == []

    async with running(engine_home, walk):
        await until(lambda: bool(walked))
    assert walked == ["s1"]


async def test_a_step_cut_at_the_end_is_run_again_and_a_kept_one_is_not(
    engine_home: EngineHome,
) -> None:
    acts: list[str] = []
    stuck = asyncio.Event()

    async def get_stuck() -> None:
        acts.append("second")
        stuck.set()
        if acts.count("second") == 1:
            await asyncio.Event().wait()

    async def note(act: str) -> None:
        acts.append(act)

    async def walk(step: Step, _subject: str) -> None:
        await step("first", note, "first")
        await step("second", get_stuck)
        await step("third", note, "third")

    hasty = Timing(drain=0.05, upkeep=0.05)
    async with running(engine_home, walk, timing=hasty) as engine:
        await engine.start("walk", "s1")
        await stuck.wait()
    async with running(engine_home, walk):
        await until(lambda: "third" in acts)

    assert acts == ["first", "second", "second", "third"]


async def test_the_end_waits_for_what_runs(engine_home: EngineHome) -> None:
    acts: list[str] = []
    begun = asyncio.Event()

    async def linger() -> None:
        begun.set()
        await asyncio.sleep(0.3)
        acts.append("lingered")

    async def walk(step: Step, _subject: str) -> None:
        await step("linger", linger)
        acts.append("walked")

    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await begun.wait()

    assert acts == ["lingered", "walked"]


async def test_a_road_may_start_another_from_within_a_step(engine_home: EngineHome) -> None:
    walked: list[str] = []
    engines: list[DurableEngine] = []

    async def start_another() -> None:
        await engines[0].start("walk", "second")

    async def walk(step: Step, subject: str) -> None:
        if subject == "first":
            await step("start another", start_another)
        walked.append(subject)

    async with running(engine_home, walk) as engine:
        engines.append(engine)
        await engine.start("walk", "first")
        await until(lambda: len(walked) == 2)

    assert sorted(walked) == ["first", "second"]


async def test_what_ended_is_forgotten_after_a_while(engine_home: EngineHome) -> None:
    walked: list[str] = []
    stuck = asyncio.Event()

    async def walk(step: Step, subject: str) -> None:
        walked.append(subject)
        if subject == "stuck":
            await step("stuck", stuck.wait)
        await step("nothing", nothing)

    async with running(engine_home, walk) as engine:
        for subject in ("stuck", "s1", "s2"):
            await engine.start("walk", subject)
        await until(lambda: len(walked) == 3)
        await until(lambda: only_one_runs(engine))

        assert await engine.forget(timedelta(hours=1)) == 0
        assert await engine.forget(timedelta(seconds=-1)) == 2
        assert (await engine.counts()).running == 1

        await engine.start("walk", "s1")
        await until(lambda: walked.count("s1") == 2)
        stuck.set()


async def only_one_runs(engine: DurableEngine) -> bool:
    counts = await engine.counts()
    return (counts.running, counts.waiting) == (1, 0)


async def test_an_unknown_road_is_refused(sqlite_engine_home: EngineHome) -> None:
    engine = DurableEngine(sqlite_engine_home.database_url, data_dir=sqlite_engine_home.data_dir)
    with pytest.raises(ValueError, match="not running"):
        await engine.start("walk", "s1")
    async with engine.running([]):
        with pytest.raises(ValueError, match="no road"):
            await engine.start("fly", "s1")


async def test_only_one_engine_runs_in_a_process(sqlite_engine_home: EngineHome) -> None:
    async with running(sqlite_engine_home, nothing):
        with pytest.raises(RuntimeError, match="Only one engine"):
            async with running(sqlite_engine_home, nothing):
                pass
    async with running(sqlite_engine_home, nothing):
        pass


async def test_threads_are_there_during_and_after_the_engine(
    sqlite_engine_home: EngineHome,
) -> None:
    async with running(sqlite_engine_home, nothing):
        assert await asyncio.to_thread(lambda: "during") == "during"
    assert await asyncio.to_thread(lambda: "after") == "after"


async def test_an_error_inside_leaves_as_it_is_and_the_engine_lands(
    sqlite_engine_home: EngineHome,
) -> None:
    with pytest.raises(KeyError):
        async with running(sqlite_engine_home, nothing):
            raise KeyError("inside")
    async with running(sqlite_engine_home, nothing):
        pass


async def test_cancelling_the_inside_lands_the_engine(sqlite_engine_home: EngineHome) -> None:
    inside = asyncio.Event()

    async def stay() -> None:
        async with running(sqlite_engine_home, nothing):
            inside.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await inside.wait()
    staying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await staying
    async with running(sqlite_engine_home, nothing):
        pass


async def test_a_replica_that_lost_its_claim_stops(
    postgres_engine_home: EngineHome, caplog: pytest.LogCaptureFixture
) -> None:
    cut: list[str] = []
    lingering = asyncio.Event()

    async def linger() -> None:
        lingering.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut.append("lingering")
            raise

    async def walk(step: Step, _subject: str) -> None:
        await step("linger", linger)

    async def serve() -> None:
        async with running(postgres_engine_home, walk) as engine:
            await engine.start("walk", "s1")
            await lingering.wait()
            await asyncio.to_thread(kill_lock_holders, postgres_engine_home.database_url)
            await asyncio.Event().wait()

    async with asyncio.timeout(10):
        with pytest.raises(EngineLost, match="start it again"):
            await serve()
    assert cut == ["lingering"]
    assert "says we are alive broke" in caplog.text


def kill_lock_holders(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )


async def test_a_name_is_claimed_once_and_free_after_its_holder(
    postgres_engine_home: EngineHome,
) -> None:
    url = postgres_engine_home.database_url
    ann = await Liveness.claim(url, "ann")
    bob = await Liveness.claim(url, "bob")
    assert ann is not None
    assert bob is not None

    assert await Liveness.claim(url, "ann") is None
    assert not await bob.try_lock("ann")
    await ann.close()
    await until(lambda: bob.try_lock("ann"))
    await bob.unlock("ann")
    again = await Liveness.claim(url, "ann")
    assert again is not None
    await again.close()
    await bob.close()
    assert not await bob.holds()


async def test_work_is_kept_as_plain_json(engine_home: EngineHome) -> None:
    async def give(name: str) -> dict[str, str]:
        return {"name": name}

    async def walk(step: Step, _subject: str) -> None:
        await step("give", give, "Änn")

    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        [workflow] = await DBOS.list_workflows_async()
        [step] = await DBOS.list_workflow_steps_async(workflow.workflow_id)

    assert (workflow.workflow_id, workflow.app_version) == ("walk:s1", "1")
    assert workflow.input == {"args": ("s1",), "kwargs": {}}
    assert step["output"] == {"kept": {"name": "Änn"}}


async def test_a8_the_end_waits_for_no_database_and_leaves_no_connection_open(
    postgres_engine_home: EngineHome,
) -> None:
    kept: list[str] = []

    async def walk(step: Step, _subject: str) -> None:
        await step("nothing", nothing)

    def mark(boundary: str) -> None:
        kept.append(boundary)

    async with locked(postgres_engine_home) as tables:
        async with running(postgres_engine_home, walk, boundary=mark, timing=HASTY) as engine:
            for subject in ("s1", "s2", "s3"):
                await engine.start("walk", subject)
            await until(lambda: kept.count("done:nothing") == 3)
            asked = time.monotonic()
        assert time.monotonic() - asked < 10
        await until(lambda: open_connections() == [tables])

    async with running(postgres_engine_home, walk, boundary=mark) as engine:
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 0
    assert kept.count("kept:nothing") == 3
    assert open_connections() == []


@asynccontextmanager
async def locked(home: EngineHome) -> AsyncGenerator[psycopg.Connection[Any]]:
    """Let nobody else write down what came of a step."""
    with psycopg.connect(home.database_url) as connection:
        connection.execute("LOCK TABLE dbos.operation_outputs IN EXCLUSIVE MODE")
        yield connection
        connection.rollback()


def open_connections() -> list[object]:
    return [
        one for one in gc.get_objects() if isinstance(one, psycopg.Connection) and not one.closed
    ]


def test_a_road_is_walked_on_the_loop_of_the_house_even_while_that_stands_still(
    sqlite_engine_home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked_on: list[asyncio.AbstractEventLoop] = []
    beginning, still, walked = threading.Event(), threading.Event(), threading.Event()
    begin = Inside.begin

    def begin_while_still(inside: Inside, claimed: Claimed) -> None:
        beginning.set()
        still.wait(10)
        begin(inside, claimed)

    async def walk(_step: Step, _subject: str) -> None:
        walked_on.append(asyncio.get_running_loop())
        walked.set()

    async def started(engine: DurableEngine) -> None:
        await engine.start("walk", "s1")
        await until(beginning.is_set)

    monkeypatch.setattr(Inside, "begin", begin_while_still)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        house = running(sqlite_engine_home, walk)
        engine = runner.run(house.__aenter__())
        runner.run(started(engine))
        still.set()
        assert not walked.wait(0.2)
        runner.run(until(lambda: ended(engine)))
        runner.run(house.__aexit__(None, None, None))
    assert walked_on == [loop]


async def test_b6_a_start_that_finds_no_room_says_so(sqlite_engine_home: EngineHome) -> None:
    async def walk(_step: Step, _subject: str) -> None:
        return

    async with running(sqlite_engine_home, walk) as engine:
        assert engine._flight is not None
        assert engine._flight._tables is not None

        @event.listens_for(engine._flight._tables.engine, "checkout")
        def fill(connection: Any, *_: object) -> None:  # noqa: ANN401 - the driver's own type
            connection.execute("PRAGMA max_page_count = 1")

        async def start_many() -> None:
            for number in range(200):
                await engine.start("walk", f"{number}" + "x" * 200)

        async with asyncio.timeout(10):
            with pytest.raises(NoSpace, match="Free some space"):
                await start_many()
