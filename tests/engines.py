"""A place for a durable engine, with its tables made, on SQLite and on PostgreSQL; and roads."""

import asyncio
import shutil
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from bot.engine.engine import DurableEngine
from provisioning.roads.road import GiveUp, Road, Walk
from storage.catalog.durable import FILE_NAME
from tests.databases import BACKENDS
from tests.spares import Spares, new_database


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineHome:
    """Where an engine, and the records beside it, keep what they have."""

    database_url: str
    data_dir: Path


@pytest.fixture(scope="session")
def sqlite_engine_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an engine's file with all tables and no work."""
    folder = tmp_path_factory.mktemp("engine")
    _prepare("sqlite:///unused", folder)
    return folder / FILE_NAME


@pytest.fixture(scope="session")
def postgres_engine_template(
    postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Generator[str]:
    """Lend the name of a database with all tables, the engine's too, and no rows."""
    with new_database(postgres_server, postgres_template) as url:
        _prepare(url, tmp_path_factory.mktemp("engine"))
        yield url.rpartition("/")[2]


@pytest.fixture
def sqlite_engine_home(sqlite_url: str, sqlite_engine_template: Path, tmp_path: Path) -> EngineHome:
    """Lend a place on SQLite."""
    shutil.copyfile(sqlite_engine_template, tmp_path / FILE_NAME)
    return EngineHome(database_url=sqlite_url, data_dir=tmp_path)


@pytest.fixture(scope="session")
def postgres_engine_spares(
    postgres_server: str, postgres_engine_template: str
) -> Generator[Spares]:
    """Lend databases with all tables, the engine's too, and no rows."""
    spares = Spares(postgres_server, postgres_engine_template)
    yield spares
    spares.close()


@pytest.fixture
def postgres_engine_home(postgres_engine_spares: Spares, tmp_path: Path) -> Generator[EngineHome]:
    """Lend a place on PostgreSQL."""
    with postgres_engine_spares.lent() as url:
        yield EngineHome(database_url=url, data_dir=tmp_path)


@pytest.fixture(params=BACKENDS)
def engine_home(request: pytest.FixtureRequest) -> EngineHome:
    """Lend a place for an engine: the test runs once on each backend."""
    return _home_on(request.param, request)


@pytest.fixture(params=[BACKENDS[0], pytest.param(BACKENDS[1], marks=pytest.mark.slow)])
def long_engine_home(request: pytest.FixtureRequest) -> EngineHome:
    """Lend a place for an engine: the test runs on SQLite, and in its long form on PostgreSQL."""
    return _home_on(request.param, request)


def _home_on(backend: str, request: pytest.FixtureRequest) -> EngineHome:
    name = "sqlite_engine_home" if backend == "sqlite" else "postgres_engine_home"
    home: EngineHome = request.getfixturevalue(name)
    return home


def road(
    walk: Walk,
    *,
    name: str = "walk",
    give_up: GiveUp | None = None,
    at_once: int = 8,
    heavy: Mapping[str, int] | None = None,
) -> Road:
    """Return a road that leaves nothing unfinished, and gives up silently unless told how."""
    return Road(
        name=name,
        walk=walk,
        unfinished=_none,
        give_up=give_up or _silently,
        at_once=at_once,
        heavy=heavy or {},
    )


async def _none(_before: datetime, _since: datetime) -> Sequence[str]:
    return ()


async def _silently(_subject: str, _why: str) -> None:
    """Tell nobody."""


def _prepare(database_url: str, folder: Path) -> None:
    async def once() -> None:
        async with DurableEngine(database_url, data_dir=folder).running([]):
            pass

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, once()).result()
