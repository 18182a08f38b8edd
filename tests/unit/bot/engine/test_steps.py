"""What a step does with errors, and what it keeps; on both databases where that matters."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import pytest
import sqlalchemy as sa

from bot.engine.errors import StepFailed
from bot.engine.patience import TRIES
from bot.engine.timing import Timing
from bot.engine.upkeep import Counts
from provisioning.errors import NotNow, SourceGone
from provisioning.roads.road import Step
from storage.catalog import durable
from storage.catalog.database import PRAGMAS
from storage.catalog.durable import FILE_NAME
from storage.errors import DatabaseDown
from tests.engines import EngineHome
from tests.unit.bot.engine.flying import QUICK, ended, running, until, walked


class Busy(NotNow):
    """Somebody is just doing this."""

    code = "busy"
    transient = True


class Flaky:
    """An act that raises an error so many times, and then returns how often it was tried."""

    def __init__(self, error: Callable[[], Exception], times: int) -> None:
        self._error, self._times = error, times
        self.tried_at: list[float] = []

    async def __call__(self) -> int:
        self.tried_at.append(time.monotonic())
        if len(self.tried_at) <= self._times:
            raise self._error()
        return len(self.tried_at)

    @property
    def pauses(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.tried_at)]


def outage() -> Exception:
    return sa.exc.OperationalError("SELECT 1", {}, Exception("The server closed the connection."))


@pytest.mark.parametrize("error", [Busy, outage, lambda: sa.exc.TimeoutError("All are taken.")])
@pytest.mark.parametrize("times", [1, 3, 10])
async def test_a1_an_error_that_may_pass_is_tried_again_until_it_has_passed(
    engine_home: EngineHome, error: Callable[[], Exception], times: int
) -> None:
    act = Flaky(error, times)
    got: list[int] = []

    async def walk(step: Step, _subject: str) -> None:
        got.append(await step("flaky", act))

    await walked(engine_home, walk)

    assert got == [times + 1]


async def test_a1_an_outage_of_a_minute_is_sat_out(engine_home: EngineHome) -> None:
    # A hundredth of the real times: the outage lasts 0.6 s and the longest pause is 3 s / 100.
    timing = replace(QUICK, first_pause=0.01, longest_pause=0.03, patience=216)
    end = time.monotonic() + 0.6
    tried: list[float] = []
    got: list[str] = []

    async def ask() -> str:
        tried.append(time.monotonic())
        if time.monotonic() < end:
            raise Busy
        return "back"

    async def walk(step: Step, _subject: str) -> None:
        got.append(await step("ask", ask))

    await walked(engine_home, walk, timing=timing)

    assert got == ["back"]
    assert tried[-1] - end < 0.5, "The end of the outage is noticed after a pause at most."


async def test_pauses_grow_up_to_the_longest(sqlite_engine_home: EngineHome) -> None:
    act = Flaky(Busy, 6)

    async def walk(step: Step, _subject: str) -> None:
        await step("flaky", act)

    await walked(sqlite_engine_home, walk, timing=Timing(first_pause=0.01, longest_pause=0.1))

    wanted = [0.01, 0.025, 0.0625, 0.1, 0.1, 0.1]
    assert all(pause >= least for pause, least in zip(act.pauses, wanted, strict=True))
    assert max(act.pauses) < 0.3


async def test_patience_has_an_end(sqlite_engine_home: EngineHome) -> None:
    act = Flaky(Busy, 10_000)
    caught: list[Exception] = []

    async def walk(step: Step, _subject: str) -> None:
        try:
            await step("flaky", act)
        except Busy as error:
            caught.append(error)

    timing = Timing(first_pause=0.01, longest_pause=0.05, patience=0.4)
    await walked(sqlite_engine_home, walk, timing=timing)

    assert [str(error) for error in caught] == ["Somebody is just doing this."]
    # Far from ten thousand tries, however long this machine stands still.
    assert 0.2 <= act.tried_at[-1] - act.tried_at[0] <= 20


async def test_a_brief_step_lets_the_walk_go_on_and_its_error_is_kept(
    engine_home: EngineHome,
) -> None:
    act = Flaky(Busy, 10_000)
    caught: list[Exception] = []
    told: list[str] = []
    stuck = asyncio.Event()

    async def tell_the_neighbour() -> None:
        told.append("neighbour")

    async def get_stuck() -> None:
        stuck.set()
        if len(caught) == 1:
            await asyncio.Event().wait()

    async def walk(step: Step, _subject: str) -> None:
        try:
            await step.briefly("flaky", act)
        except Busy as error:
            caught.append(error)
        await step("neighbour", tell_the_neighbour)
        await step("stuck", get_stuck)

    timing = Timing(first_pause=0.01, brief=0.1, drain=0.01)
    async with running(engine_home, walk, timing=timing) as engine:
        await engine.start("walk", "s1")
        await stuck.wait()
    tries = len(act.tried_at)
    async with running(engine_home, walk, timing=timing) as engine:
        await until(lambda: ended(engine))

    assert 2 <= tries <= 4
    assert act.tried_at[-1] - act.tried_at[0] <= 0.2
    assert len(act.tried_at) == tries, "What was kept is not tried again."
    assert [str(error) for error in caught] == ["Somebody is just doing this."] * 2
    assert told == ["neighbour"]


def test_a_brief_step_takes_about_ten_seconds_and_another_one_hours() -> None:
    assert Timing().brief == 10
    assert Timing().patience >= 4 * 3600
    assert Timing().longest_pause <= 300


async def test_an_unexpected_error_is_tried_a_few_times_with_growing_pauses(
    engine_home: EngineHome,
) -> None:
    act = Flaky(lambda: ConnectionResetError("https://files.example/secret-token is gone"), 10_000)
    caught: list[Exception] = []

    async def walk(step: Step, _subject: str) -> None:
        try:
            await step("fail", act)
        except Exception as error:  # noqa: BLE001 - the point is what leaves
            caught.append(error)

    await walked(engine_home, walk, timing=Timing(first_pause=0.01))

    assert len(act.tried_at) == TRIES
    assert all(p >= least for p, least in zip(act.pauses, [0.01, 0.025, 0.0625, 0.15], strict=True))
    assert type(caught[0]) is StepFailed
    assert "secret" not in str(caught[0])


async def test_a_surprise_after_an_outage_is_still_tried_a_few_times(
    sqlite_engine_home: EngineHome,
) -> None:
    tries: list[int] = []
    got: list[str] = []

    async def act() -> str:
        tries.append(len(tries))
        if len(tries) <= 2 * TRIES:
            raise Busy
        if len(tries) < 3 * TRIES:
            raise OSError("Not yet.")
        return "here"

    async def walk(step: Step, _subject: str) -> None:
        got.append(await step("act", act))

    await walked(sqlite_engine_home, walk)

    assert got == ["here"]


async def test_an_error_of_ours_that_says_what_is_so_is_final(
    sqlite_engine_home: EngineHome,
) -> None:
    act = Flaky(lambda: SourceGone("It was deleted."), 10_000)
    caught: list[Exception] = []

    async def walk(step: Step, _subject: str) -> None:
        try:
            await step("gone", act)
        except SourceGone as error:
            caught.append(error)

    await walked(sqlite_engine_home, walk)

    assert len(act.tried_at) == 1
    assert [str(error) for error in caught] == ["It was deleted."]


async def test_a_failure_is_the_same_after_a_restart(engine_home: EngineHome) -> None:
    caught: list[Exception] = []
    stuck = asyncio.Event()
    acts = {
        "gone": Flaky(lambda: SourceGone("It was deleted.", code="deleted", by="Änn", at=[1]), 99),
        "bug": Flaky(lambda: ValueError("secret"), 99),
        "outage": Flaky(outage, 99_999),
        "odd": Flaky(lambda: NotNow("Not so.", what={1, 2}), 99),
    }

    async def get_stuck() -> None:
        stuck.set()
        if len(caught) == len(acts):
            await asyncio.Event().wait()

    async def walk(step: Step, _subject: str) -> None:
        for name, act in acts.items():
            try:
                await step.briefly(name, act)
            except Exception as error:  # noqa: BLE001 - the point is what leaves
                caught.append(error)
        await step("stuck", get_stuck)

    hasty = replace(QUICK, drain=0.01, brief=0.1)
    async with running(engine_home, walk, timing=hasty) as engine:
        await engine.start("walk", "s1")
        await stuck.wait()
    tried = [len(act.tried_at) for act in acts.values()]
    async with running(engine_home, walk, timing=hasty) as engine:
        await until(lambda: ended(engine))

    assert [len(act.tried_at) for act in acts.values()] == tried
    assert tried[:2] == [1, TRIES]
    said = [(type(e), str(e), e.code, e.data) for e in caught if isinstance(e, NotNow | SourceGone)]
    assert said == 2 * [
        (SourceGone, "It was deleted.", "deleted", {"by": "Änn", "at": [1]}),
        (NotNow, "Not so.", "not_now", {}),
    ]
    assert [type(error) for error in caught] == 2 * [SourceGone, StepFailed, DatabaseDown, NotNow]


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


async def test_a_heavy_step_gives_its_room_away_while_it_pauses(
    sqlite_engine_home: EngineHome,
) -> None:
    fetched: list[str] = []
    tries: list[str] = []

    async def fetch(subject: str) -> None:
        tries.append(subject)
        if subject == "s1" and not fetched:
            raise Busy
        fetched.append(subject)

    async def walk(step: Step, subject: str) -> None:
        await step("fetch", fetch, subject)

    slow = replace(QUICK, first_pause=0.3, longest_pause=0.3)
    async with running(sqlite_engine_home, walk, timing=slow, heavy={"fetch": 1}) as engine:
        await engine.start("walk", "s1")
        await until(lambda: tries == ["s1"])
        await engine.start("walk", "s2")
        await until(lambda: ended(engine))

    assert fetched == ["s2", "s1"]


async def test_the_end_does_not_wait_for_a_step_that_pauses(engine_home: EngineHome) -> None:
    act = Flaky(Busy, 1)

    async def walk(step: Step, _subject: str) -> None:
        await step("flaky", act)

    patient = Timing(first_pause=60)
    async with asyncio.timeout(30), running(engine_home, walk, timing=patient) as engine:
        await engine.start("walk", "s1")
        await until(lambda: len(act.tried_at) == 1)

    async with running(engine_home, walk, timing=patient) as engine:
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 0
    assert len(act.tried_at) == 2


@pytest.mark.parametrize(("later", "woken"), [(3_590.0, False), (3_601.0, True)])
async def test_a_pause_does_not_begin_anew_after_a_restart(
    engine_home: EngineHome, monkeypatch: pytest.MonkeyPatch, *, later: float, woken: bool
) -> None:
    resting = asyncio.Event()
    notes: list[str] = []

    async def note() -> None:
        notes.append("woken")

    async def walk(step: Step, _subject: str) -> None:
        resting.set()
        await step.pause("a while", 3_600.0)
        await step("note", note)

    async with asyncio.timeout(60), running(engine_home, walk) as engine:
        await engine.start("walk", "s1")
        await resting.wait()
        await asyncio.sleep(0.1)  # The end of the pause is written down.
    # That it ended at all shows that the end does not wait for a pause.
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + later)
    async with running(engine_home, walk) as engine:
        if woken:
            await until(lambda: ended(engine))
        else:
            await asyncio.sleep(0.5)

    assert notes == ["woken"] * woken


async def test_a_road_goes_on_after_the_engine_could_not_keep_a_step(
    sqlite_engine_home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, acts = sqlite_engine_home, list[str]()
    size = await asyncio.to_thread(fill, home)
    monkeypatch.setattr(durable, "PRAGMAS", (*PRAGMAS, f"max_page_count={size}"))

    async def act(name: str) -> str:
        acts.append(name)
        return name * 100_000

    async def walk(step: Step, _subject: str) -> None:
        for name in ("a", "b", "c"):
            await step(name, act, name)

    ears: list[str] = []

    async def give_up(subject: str, _why: str) -> None:
        ears.append(subject)

    async with running(home, walk, give_up=give_up) as engine:
        await engine.start("walk", "s1")
        await until(lambda: acts.count("a") > 2)
        await asyncio.to_thread(make_room, home)
        await until(lambda: "c" in acts)
        await until(lambda: ended(engine))
        assert (await engine.counts()).failed == 0

    assert acts.index("b") == acts.count("a")
    assert acts[-2:] == ["b", "c"]
    assert ears == []


def fill(home: EngineHome) -> int:
    """Put a megabyte into the engine's file; return its pages."""
    with closing(sqlite3.connect(home.data_dir / FILE_NAME)) as tables, tables:
        tables.execute("CREATE TABLE filler AS SELECT zeroblob(1000000) AS bytes")
        pages: int = tables.execute("PRAGMA page_count").fetchone()[0]
    return pages + 4


def make_room(home: EngineHome) -> None:
    with closing(sqlite3.connect(home.data_dir / FILE_NAME)) as tables, tables:
        tables.execute("DELETE FROM filler")
