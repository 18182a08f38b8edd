"""Roads whose every effect is a line in a file, to see how often each happened."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from bot.engine.engine import DurableEngine
from bot.engine.timing import Timing
from bot.serving import stopped
from provisioning.errors import SourceGone, SourceUnreachable, TellerUnreachable
from provisioning.roads.road import GiveUp, Step, Walk
from storage.records.base import new_id
from tests.engines import EngineHome, road
from tests.integration.crash.harness import Boundary

STEPS = ("fetch", "inspect", "keep")

#: The road and the subject of all children, and other subjects.
ROAD, SUBJECT = "walk", "s1"
COMPANY = ("a", "b", "y", "z")

QUICK = Timing(first_pause=0.05, longest_pause=0.1, drain=1.0, upkeep=0.1, heartbeat=0.1)


class Effects:
    """What happened, over all processes: one line each."""

    def __init__(self, home: EngineHome) -> None:
        self._path: Path = home.data_dir / "effects.txt"

    def note(self, *words: str) -> None:
        with self._path.open("a") as file:
            file.write(" ".join(words) + "\n")

    def all(self) -> list[list[str]]:
        return [line.split() for line in self._lines()]

    def of(self, what: str) -> list[list[str]]:
        return [words[1:] for words in self.all() if words[0] == what]

    def _lines(self) -> list[str]:
        return self._path.read_text().splitlines() if self._path.exists() else []


async def begin(boundary: Boundary, home: EngineHome, failures: int = 0) -> None:
    """Start the road and walk it to its end; its source fails so often, over all processes."""
    await _walk(boundary, home, failures, start=True)


async def go_on(boundary: Boundary, home: EngineHome, failures: int = 0) -> None:
    """Walk a road that another process began to its end."""
    await _walk(boundary, home, failures, start=False)


async def _walk(boundary: Boundary, home: EngineHome, failures: int, *, start: bool) -> None:
    effects = Effects(home)

    async def act(step: str, basis: str) -> str:
        if step == "inspect" and len(effects.of("failed")) < failures:
            effects.note("failed", basis)
            raise SourceUnreachable
        token = new_id()
        effects.note(step, basis, token)
        return token

    async def walk(step: Step, subject: str) -> None:
        basis = subject
        for name in STEPS:
            basis = await step(name, act, name, basis)

    async with _running(home, walk, boundary) as engine:
        effects.note("ready")
        if start:
            await engine.start(ROAD, SUBJECT)
        await _until_walked(engine, effects)


async def get_stuck(boundary: Boundary, home: EngineHome) -> None:
    """Start the road and never leave its second step."""
    effects = Effects(home)

    async def act(step: str) -> str:
        effects.note(step, "", step)
        if step == "inspect":
            await asyncio.Event().wait()
        return step

    async def walk(step: Step, _subject: str) -> None:
        for name in STEPS:
            await step(name, act, name)

    async with _running(home, walk, boundary) as engine:
        await engine.start(ROAD, SUBJECT)
        await asyncio.Event().wait()


async def rest(boundary: Boundary, home: EngineHome, seconds: float) -> None:
    """Start a road that pauses after its first step, and walk it to its end."""
    effects = Effects(home)

    async def act(step: str) -> None:
        effects.note(step, str(time.time()))

    async def walk(step: Step, _subject: str) -> None:
        await step("fetch", act, "fetch")
        await step.pause("a while", seconds)
        await step("keep", act, "keep")

    async with _running(home, walk, boundary) as engine:
        effects.note("back", str(time.time()))
        await engine.start(ROAD, SUBJECT)
        await _until_walked(engine, effects)


async def break_off(boundary: Boundary, home: EngineHome) -> None:
    """Walk a road that breaks off, and can give up at the second try only."""
    effects = Effects(home)

    async def act() -> None:
        effects.note("fetch")
        raise SourceGone

    async def walk(step: Step, _subject: str) -> None:
        await step("fetch", act)

    async def give_up(subject: str, why: str) -> None:
        if not effects.of("unheard"):
            effects.note("unheard")
            raise TellerUnreachable
        effects.note("told", subject, why)

    async with _running(home, walk, boundary, give_up) as engine:
        await engine.start(ROAD, SUBJECT)
        await _until(engine)


async def go_on_for_ever(boundary: Boundary, home: EngineHome) -> None:
    """Walk roads that have always another step, until asked to stop."""
    effects = Effects(home)
    asked = asyncio.create_task(stopped())

    async def walk(step: Step, _subject: str) -> None:
        for number in itertools.count():
            await step(f"step {number}", asyncio.sleep, 0.01)

    async with _running(home, walk, boundary) as engine:
        for number in range(8):
            await engine.start(ROAD, f"s{number}")
        effects.note("ready")
        await asked


async def eat_poison(boundary: Boundary, home: EngineHome) -> None:
    """Start a road that takes the process down with it; end when it was set aside."""
    told = asyncio.Event()
    async with _poisoned(boundary, home, told) as engine, asyncio.timeout(20):
        await engine.start(ROAD, SUBJECT)
        await told.wait()


async def eat_poison_in_company(boundary: Boundary, home: EngineHome) -> None:
    """Start a road that takes the process down among others that would take longer."""
    effects = Effects(home)

    async def act(subject: str) -> None:
        if subject == SUBJECT:
            await asyncio.sleep(0.2)
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(0.6)
        effects.note("walked", subject)

    async def walk(step: Step, subject: str) -> None:
        await step("act", act, subject)

    async def give_up(subject: str, _why: str) -> None:
        effects.note("gave_up", subject)

    async with _running(home, walk, boundary, give_up) as engine:
        for subject in (SUBJECT, *COMPANY):
            await engine.start(ROAD, subject)
        await _until(engine, lambda: bool(effects.of("gave_up")))


async def smell_poison(boundary: Boundary, home: EngineHome) -> None:
    """Be there for a while with the same road, and start it again."""
    async with _poisoned(boundary, home, asyncio.Event()) as engine:
        await engine.start(ROAD, SUBJECT)
        await asyncio.sleep(0.5)
        Effects(home).note("counts", str((await engine.counts()).parked))


def _poisoned(
    boundary: Boundary, home: EngineHome, told: asyncio.Event
) -> AbstractAsyncContextManager[DurableEngine]:
    effects = Effects(home)

    async def act() -> None:
        effects.note("poison")
        os.kill(os.getpid(), signal.SIGKILL)

    async def walk(step: Step, _subject: str) -> None:
        await step("poison", act)

    async def give_up(subject: str, _why: str) -> None:
        effects.note("gave_up", subject)
        told.set()

    return _running(home, walk, boundary, give_up)


@asynccontextmanager
async def _running(
    home: EngineHome, walk: Walk, boundary: Boundary, give_up: GiveUp | None = None
) -> AsyncGenerator[DurableEngine]:
    engine = DurableEngine(
        home.database_url, data_dir=home.data_dir, boundary=boundary, timing=QUICK
    )
    async with engine.running([road(walk, name=ROAD, give_up=give_up)]):
        yield engine


async def _until_walked(engine: DurableEngine, effects: Effects) -> None:
    await _until(engine, lambda: bool(effects.of(STEPS[-1])))


async def _until(engine: DurableEngine, met: Callable[[], bool] = lambda: True) -> None:
    """Wait until something is so, and nothing is under way."""
    async with asyncio.timeout(20):
        while True:
            if met() and await _ended(engine):
                return
            await asyncio.sleep(0.02)


async def _ended(engine: DurableEngine) -> bool:
    counts = await engine.counts()
    return counts.waiting == counts.running == 0
