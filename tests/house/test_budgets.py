"""
Every read stays in its budget: few statements, no more of them in a larger town, none that writes.

A new read is entered in tests/town/reads.py.
"""

import asyncio
import shutil
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import BACKENDS
from tests.spares import new_database
from tests.town.counting import statements_of
from tests.town.filling import fill
from tests.town.living import living
from tests.town.reads import every
from tests.town.size import SMALL, Size
from tests.town.town import Town

BUDGET = 18
LARGER = Size(apps=9, releases=130, testers=60, groups=12, recipients=900, holdings=9, crowd=24)

#: What each read asked in a town, by its name.
Asked = dict[str, list[str]]


@pytest.fixture(scope="module", params=BACKENDS)
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Asked, Asked]:
    """Return what every read asked in a small town and in a larger one."""
    folder = tmp_path_factory.mktemp("towns")
    found = []
    for name, size in (("small", SMALL), ("larger", LARGER)):
        with _empty(request, folder / name) as url:
            town = fill(url, size)
            with ThreadPoolExecutor(1) as thread:
                found.append(thread.submit(asyncio.run, _heard(town, url, folder)).result())
    return found[0], found[1]


@contextmanager
def _empty(request: pytest.FixtureRequest, path: Path) -> Generator[str]:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgres_server")
    with new_database(server, request.getfixturevalue("postgres_template")) as url:
        yield url


async def _heard(town: Town, url: str, folder: Path) -> Asked:
    async with living(town, url, folder) as at:
        found: Asked = {}
        for read in await every(at):
            with statements_of(at.database) as heard:
                await read.act()
            found[read.name] = [statement for statement, _ in heard]
        return found


def test_a_read_takes_few_statements(asked: tuple[Asked, Asked]) -> None:
    over = {name: len(heard) for name, heard in asked[1].items() if len(heard) > BUDGET}

    assert len(asked[1]) > 50
    assert over == {}


def test_a_read_takes_no_more_statements_where_there_is_more(asked: tuple[Asked, Asked]) -> None:
    small, larger = ({name: len(heard) for name, heard in one.items()} for one in asked)

    assert small == larger
    assert all(small.values())


def test_a_read_writes_nothing(asked: tuple[Asked, Asked]) -> None:
    writing = {
        name: statement
        for name, heard in asked[1].items()
        for statement in heard
        if not statement.startswith(("SELECT", "WITH"))
    }

    assert writing == {}
