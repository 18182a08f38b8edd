"""Engines with small roads, and ways to wait for them."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import psycopg

from bot.engine.engine import DurableEngine
from bot.engine.timing import Timing
from provisioning.roads.road import Road, Walk
from storage.catalog.durable import FILE_NAME
from tests.engines import EngineHome, road

QUICK = Timing(first_pause=0.001, longest_pause=0.01, upkeep=0.05, heartbeat=0.05)


@asynccontextmanager
async def running(
    home: EngineHome,
    walk: Walk,
    *,
    timing: Timing = QUICK,
    boundary: Callable[[str], None] | None = None,
    **declared: Any,  # noqa: ANN401 - see tests.engines.road
) -> AsyncGenerator[DurableEngine]:
    """Run the road `walk`, with whatever else is *declared* of it."""
    async with flying(home, road(walk, **declared), timing=timing, boundary=boundary) as engine:
        yield engine


@asynccontextmanager
async def flying(
    home: EngineHome,
    *roads: Road,
    timing: Timing = QUICK,
    boundary: Callable[[str], None] | None = None,
) -> AsyncGenerator[DurableEngine]:
    """Run *roads*."""
    engine = DurableEngine(
        home.database_url, data_dir=home.data_dir, boundary=boundary, timing=timing
    )
    async with engine.running(roads):
        yield engine


async def walked(home: EngineHome, walk: Walk, *, timing: Timing = QUICK, **declared: Any) -> None:  # noqa: ANN401 - see running
    """Walk a road once, to its end."""
    async with running(home, walk, timing=timing, **declared) as engine:
        await engine.start("walk", "s1")
        await until(lambda: ended(engine))


async def until(met: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait until *met* is true; a test that waits for ten seconds has failed."""
    async with asyncio.timeout(30):
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


def change_workflows(home: EngineHome, change: str) -> None:
    """Change all that DBOS keeps of workflows behind its back; *change* is SQL."""
    if home.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(home.data_dir / FILE_NAME)) as tables, tables:
            tables.execute(f"UPDATE workflow_status SET {change}")  # noqa: S608 - a test's own
    else:
        with psycopg.connect(home.database_url) as connection:
            connection.execute(f"UPDATE dbos.workflow_status SET {change}".encode())  # noqa: S608 - a test's own
