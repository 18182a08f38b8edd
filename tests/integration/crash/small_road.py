"""Roads whose every effect is a line in a file, to see how often each happened."""

import asyncio
import os
import signal
from pathlib import Path

from bot.engine.engine import DurableEngine, Pace
from bot.engine.upkeep import Parked
from provisioning.roads.road import Step, Walk
from storage.records.base import new_id
from tests.engines import EngineHome
from tests.integration.crash.harness import Boundary

STEPS = ("fetch", "inspect", "keep")

#: The road and the subject of all children.
ROAD, SUBJECT = "walk", "s1"

QUICK = Pace(polling=0.02, upkeep=0.1, heartbeat=0.1)


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


async def begin(boundary: Boundary, home: EngineHome) -> None:
    """Start the road and walk it to its end."""
    await _walk(boundary, home, start=True)


async def go_on(boundary: Boundary, home: EngineHome) -> None:
    """Walk a road that another process began to its end."""
    await _walk(boundary, home, start=False)


async def _walk(boundary: Boundary, home: EngineHome, *, start: bool) -> None:
    effects = Effects(home)

    async def act(step: str, basis: str) -> str:
        token = new_id()
        effects.note(step, basis, token)
        return token

    async def walk(step: Step, subject: str) -> None:
        basis = subject
        for name in STEPS:
            basis = await step(name, act, name, basis)

    engine = _engine(home, walk, boundary)
    async with engine.running():
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

    engine = _engine(home, walk, boundary)
    async with engine.running():
        await engine.start(ROAD, SUBJECT)
        await asyncio.Event().wait()


async def eat_poison(boundary: Boundary, home: EngineHome) -> None:
    """Start a road that takes the process down with it; end when it was set aside."""
    told = asyncio.Event()
    engine = _poisoned(boundary, home, told)
    async with engine.running(), asyncio.timeout(20):
        await engine.start(ROAD, SUBJECT)
        await told.wait()


async def smell_poison(boundary: Boundary, home: EngineHome) -> None:
    """Be there for a while with the same road, and start it again."""
    engine = _poisoned(boundary, home, asyncio.Event())
    async with engine.running():
        await engine.start(ROAD, SUBJECT)
        await asyncio.sleep(0.5)
        Effects(home).note("counts", str((await engine.counts()).parked))


def _poisoned(boundary: Boundary, home: EngineHome, told: asyncio.Event) -> DurableEngine:
    effects = Effects(home)

    async def act() -> None:
        effects.note("poison")
        os.kill(os.getpid(), signal.SIGKILL)

    async def walk(step: Step, _subject: str) -> None:
        await step("poison", act)

    async def parked(road: str, subject: str) -> None:
        effects.note("parked", road, subject)
        told.set()

    return _engine(home, walk, boundary, parked)


def _engine(
    home: EngineHome, walk: Walk, boundary: Boundary, parked: Parked | None = None
) -> DurableEngine:
    return DurableEngine(
        home.database_url,
        {ROAD: walk},
        data_dir=home.data_dir,
        boundary=boundary,
        parked=parked,
        pace=QUICK,
    )


async def _until_walked(engine: DurableEngine, effects: Effects) -> None:
    async with asyncio.timeout(20):
        while True:
            counts = await engine.counts()
            if effects.of(STEPS[-1]) and counts.waiting == counts.running == 0:
                return
            await asyncio.sleep(0.02)
