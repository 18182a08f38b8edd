"""
Fixtures: databases of a test's own, with all tables, on SQLite and on PostgreSQL.

A test that asks for `database_url` or `database` runs once on each. The tables are made once in a
session; every test gets a copy.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.catalog.database import Database
from storage.migrations import migrate
from tests import postgres
from tests.spares import Spares, new_database

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server() -> Generator[str]:
    """Lend the URL of a real PostgreSQL, started for the first test that asks."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Generator[str]:
    """Lend the name of a database with all tables and no rows."""
    with new_database(postgres_server) as url:
        _upgrade(url)
        yield str(sa.make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database file with all tables and no rows."""
    path = tmp_path_factory.mktemp("template") / "slipway.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a SQLite database of the test's own."""
    path = tmp_path / "slipway.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_spares(postgres_server: str, postgres_template: str) -> Generator[Spares]:
    """Lend databases with all tables and no rows."""
    spares = Spares(postgres_server, postgres_template)
    yield spares
    spares.close()


@pytest.fixture
def postgres_url(postgres_spares: Spares) -> Generator[str]:
    """Lend the URL of a PostgreSQL database of the test's own."""
    with postgres_spares.lent() as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Generator[str]:
    """Lend the URL of a PostgreSQL database without tables."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database of the test's own: the test runs once on each backend."""
    return _url_on(request.param, request)


@pytest.fixture(params=[BACKENDS[0], pytest.param(BACKENDS[1], marks=pytest.mark.slow)])
def long_database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database: on SQLite, and in the test's long form on PostgreSQL."""
    return _url_on(request.param, request)


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database without tables: the test runs once on each backend."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """Lend a database of the test's own: the test runs once on each backend."""
    database = Database(database_url)
    yield database
    await database.close()


def _url_on(backend: str, request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if backend == "sqlite" else "postgres_url")
    return url


def _upgrade(url: str) -> None:
    """Make the tables, in a thread because the test's own loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrate.upgrade(url)).result()
