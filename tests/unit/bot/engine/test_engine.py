"""What the durable engine promises, on both databases. Crashes have tests of their own."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
from dbos import DBOS

from bot.engine.engine import DurableEngine, EngineLost, Pace
from bot.engine.steps import TRIES, StepFailed
from bot.engine.upkeep import Counts, Parked
from provisioning.errors import NotNow, SourceGone
from provisioning.roads.road import Step, Walk
from storage.catalog.durable import FILE_NAME
from storage.catalog.liveness import Liveness
from tests.engines import EngineHome

QUICK = Pace(polling=0.02, first_pause=0.001, upkeep=0.05, heartbeat=0.05)


@asynccontextmanager
async def running(
    home: EngineHome,
    walk: Walk,
    *,
    road: str = "walk",
    pace: Pace = QUICK,
    boundary: Callable[[str], None] | None = None,
    parked: Parked | None = None,
) -> AsyncGenerator[DurableEngine]:
    engine = DurableEngine(
        home.database_url,
        {road: walk},
        data_dir=home.data_dir,
        boundary=boundary,
        parked=parked,
        pace=pace,
    )
    async with engine.running():
        yield engine


async def until(met: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait until *met* is true; a test that waits for ten seconds has failed."""
    async with asyncio.timeout(10):
        while True:
            answer = met()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)


async def ended(engine: DurableEngine) -> bool:
    counts = await engine.counts()
    return counts.waiting == counts.running == 0


async def nothing(*_arguments: object) -> None:
    """Do nothing, quickly."""


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

    slow = Pace(polling=1)
    async with running(engine_home, walk, pace=slow) as engine:
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

    hasty = Pace(polling=0.02, drain=0.05, upkeep=0.05)
    async with running(engine_home, walk, pace=hasty) as engine:
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


async def test_an_unexpected_error_is_tried_again_with_growing_pauses(
    engine_home: EngineHome,
) -> None:
    at: list[float] = []
    loop = asyncio.get_running_loop()
    caught: list[Exception] = []

    async def fail() -> None:
        at.append(loop.time())
        raise ConnectionResetError("https://files.example/secret-token went away")

    async def walk(step: Step, _subject: str) -> None:
        try:
            await step("fail", fail)
        except Exception as error:  # noqa: BLE001 - the point is what leaves
            caught.append(error)

    async with running(engine_home, walk, pace=Pace(polling=0.02, first_pause=0.01)) as engine:
        await engine.start("walk", "s1")
        await until(lambda: bool(caught))

    pauses = [later - earlier for earlier, later in pairwise(at)]
    assert len(at) == TRIES
    assert pauses[0] >= 0.01
    assert pauses[-1] >= 0.27
    assert type(caught[0]) is StepFailed
    assert "secret" not in str(caught[0])


async def test_an_error_that_passes_is_forgotten(engine_home: EngineHome) -> None:
    tries: list[int] = []
    got: list[str] = []

    async def pass_on_the_third() -> str:
        tries.append(len(tries))
        if len(tries) < 3:
            raise OSError("Not yet.")
        return "here"

    async def walk(step: Step, _subject: str) -> None:
        got.append(await step("pass", pass_on_the_third))

    async with running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: bool(got))

    assert (tries, got) == ([0, 1, 2], ["here"])


class Busy(NotNow):
    """Somebody is just doing this."""

    transient = True


async def test_an_error_of_ours_is_final_unless_it_says_that_it_may_pass(
    sqlite_engine_home: EngineHome,
) -> None:
    acts: list[str] = []
    caught: list[Exception] = []

    async def fail(error: Exception) -> None:
        acts.append(type(error).__name__)
        raise error

    async def walk(step: Step, _subject: str) -> None:
        for error in (SourceGone("It was deleted."), Busy()):
            try:
                await step(type(error).__name__, fail, error)
            except Exception as left:  # noqa: BLE001 - the point is what leaves
                caught.append(left)

    async with running(sqlite_engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: len(caught) == 2)

    assert acts == ["SourceGone"] + ["Busy"] * TRIES
    assert [(type(error), str(error)) for error in caught] == [
        (SourceGone, "It was deleted."),
        (Busy, "Somebody is just doing this."),
    ]


async def test_a_failure_is_the_same_after_a_restart(engine_home: EngineHome) -> None:
    caught: list[Exception] = []
    stuck = asyncio.Event()
    acts: list[str] = []

    async def fail() -> None:
        acts.append("fail")
        raise SourceGone("It was deleted.")

    async def break_off() -> None:
        acts.append("break")
        raise ValueError("secret")

    async def get_stuck() -> None:
        stuck.set()
        if len(caught) == 2:
            await asyncio.Event().wait()

    async def walk(step: Step, _subject: str) -> None:
        for name, act in (("fail", fail), ("break", break_off)):
            try:
                await step(name, act)
            except Exception as error:  # noqa: BLE001 - the point is what leaves
                caught.append(error)
        await step("stuck", get_stuck)

    hasty = Pace(polling=0.02, drain=0.01, first_pause=0.001)
    async with running(engine_home, walk, pace=hasty) as engine:
        await engine.start("walk", "s1")
        await stuck.wait()
    async with running(engine_home, walk) as engine:
        await until(lambda: len(caught) == 4)
        await until(lambda: ended(engine))

    assert acts == ["fail", *["break"] * TRIES]
    assert [type(error) for error in caught] == [SourceGone, StepFailed] * 2
    assert [str(error) for error in caught[:2]] == [str(error) for error in caught[2:]]


async def test_what_is_no_plain_data_is_refused_at_once(
    sqlite_engine_home: EngineHome, caplog: pytest.LogCaptureFixture
) -> None:
    acts: list[str] = []

    async def give_an_object() -> object:
        acts.append("give")
        return object()

    async def walk(step: Step, _subject: str) -> None:
        await step("give", give_an_object)

    async with running(sqlite_engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        counts = await engine.counts()

    assert acts == ["give"]
    assert counts == Counts(waiting=0, running=0, failed=1, parked=0)
    assert "not JSON serializable" in caplog.text


async def test_a_road_that_breaks_off_is_counted_and_logged(
    sqlite_engine_home: EngineHome, caplog: pytest.LogCaptureFixture
) -> None:
    async def walk(_step: Step, _subject: str) -> None:
        raise RuntimeError("a hole in the road")

    async with running(sqlite_engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 1

    [record] = [record for record in caplog.records if "broke off" in record.message]
    assert record.levelno == logging.ERROR
    assert "a hole in the road" in caplog.text


async def test_no_more_than_the_pace_allows_is_done_at_once(
    sqlite_engine_home: EngineHome,
) -> None:
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

    pace = Pace(polling=0.02, roads={"narrow": 5}, steps={"narrow/fetch": 2})
    async with running(sqlite_engine_home, walk, road="narrow", pace=pace) as engine:
        for number in range(8):
            await engine.start("narrow", f"s{number}")
        await until(lambda: len(greeted) == 5 and len(fetching) == 2)
        await asyncio.sleep(0.1)
        counts = await engine.counts()
        assert (len(greeted), most) == (5, 2)
        assert (counts.running, counts.waiting) == (5, 3)
        go_on.set()
        await until(lambda: ended(engine))

    assert len(greeted) == 8
    assert most == 2


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
    engine = DurableEngine(
        sqlite_engine_home.database_url, {}, data_dir=sqlite_engine_home.data_dir
    )
    with pytest.raises(ValueError, match="not running"):
        await engine.start("walk", "s1")
    async with engine.running():
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

    async def linger() -> None:
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
            await until(lambda: is_running(engine))
            await asyncio.to_thread(kill_lock_holders, postgres_engine_home.database_url)
            await asyncio.Event().wait()

    async with asyncio.timeout(10):
        with pytest.raises(EngineLost, match="start it again"):
            await serve()
    assert cut == ["lingering"]
    assert "says we are alive broke" in caplog.text


async def is_running(engine: DurableEngine) -> bool:
    return (await engine.counts()).running == 1


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


async def test_of_a_road_set_aside_somebody_is_told_in_the_end(
    sqlite_engine_home: EngineHome,
) -> None:
    told: list[str] = []

    async def parked(road: str, subject: str) -> None:
        told.append(f"{road} {subject}")
        if len(told) == 1:
            raise ConnectionError("Slack does not answer.")

    async with running(sqlite_engine_home, nothing, parked=parked) as engine:
        for subject in ("s1", "upload@C1:x"):
            await engine.start("walk", subject)
        await until(lambda: ended(engine))
        with closing(sqlite3.connect(sqlite_engine_home.data_dir / FILE_NAME)) as tables, tables:
            tables.execute("UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'")
        await until(lambda: len(told) == 3)
        await asyncio.sleep(0.2)
        counts = await engine.counts()

    assert sorted(told[1:]) == ["walk s1", "walk upload@C1:x"]
    assert counts == Counts(waiting=0, running=0, failed=0, parked=2)


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
