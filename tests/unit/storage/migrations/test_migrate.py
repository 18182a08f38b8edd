"""One chain of revisions makes the tables of the records, on both databases."""

import asyncio
import subprocess
import sys
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from storage.catalog.database import Database, driver_url
from storage.errors import DatabaseDown, StorageError
from storage.migrations import migrate
from storage.records.every import METADATA
from storage.records.organization import Organization
from tests.integration.crash.harness import Boundary, Child


async def tables(url: str) -> set[str]:
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda lent: sa.inspect(lent).get_table_names())
    await engine.dispose()
    return set(names)


async def drawn(url: str) -> dict[str, Any]:
    """Return each table with all that a database says of it, but for the order of its columns."""
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda lent: _drawn(sa.inspect(lent)))
    await engine.dispose()
    return found


def _drawn(inspector: sa.Inspector) -> dict[str, Any]:
    def said(table: str) -> Generator[str]:
        yield str(inspector.get_pk_constraint(table))
        for read in (
            inspector.get_columns,
            inspector.get_foreign_keys,
            inspector.get_unique_constraints,
            inspector.get_check_constraints,
            inspector.get_indexes,
        ):
            for found in read(table):
                one: dict[str, Any] = {**found}
                options = one.pop("dialect_options", {})
                yield f"{sorted(one.items())} {[(key, str(options[key])) for key in options]}"

    return {table: sorted(said(table)) for table in inspector.get_table_names()}


async def test_from_nothing_to_the_records_and_back(empty_database_url: str) -> None:
    waiting = await migrate.pending(empty_database_url)
    assert waiting[:1] == ("0001",)

    assert await migrate.upgrade(empty_database_url) == waiting

    assert await tables(empty_database_url) == {*METADATA.tables, "alembic_version"}
    assert await migrate.check(empty_database_url) == ()
    assert await migrate.pending(empty_database_url) == ()
    assert await migrate.upgrade(empty_database_url) == ()

    await migrate.downgrade(empty_database_url)
    assert await tables(empty_database_url) == {"alembic_version"}
    assert await migrate.pending(empty_database_url) == waiting


async def test_an_old_installation_gets_the_tables_of_a_new_one(empty_database_url: str) -> None:
    waiting = await migrate.pending(empty_database_url)
    assert await migrate.upgrade(empty_database_url, migrate.HEAD) == waiting
    assert await migrate.check(empty_database_url) == ()
    old = await drawn(empty_database_url)

    await migrate.downgrade(empty_database_url)
    assert await migrate.upgrade(empty_database_url) == waiting

    assert old == await drawn(empty_database_url)


async def test_each_revision_goes_down_and_up_again(empty_database_url: str) -> None:
    for revision in await migrate.pending(empty_database_url):
        await migrate.upgrade(empty_database_url, revision)
        await migrate.downgrade(empty_database_url, "-1")
        assert await migrate.upgrade(empty_database_url, revision) == (revision,)


async def test_a_column_of_another_name_is_noticed(database_url: str) -> None:
    engine = create_async_engine(driver_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE seen RENAME COLUMN key TO name"))
    await engine.dispose()

    found = await migrate.check(database_url)

    assert any("seen" in line and "key" in line for line in found)


async def test_a_column_of_another_type_is_noticed(postgres_url: str) -> None:
    engine = create_async_engine(driver_url(postgres_url))
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE build ALTER COLUMN size TYPE INTEGER"))
    await engine.dispose()

    [difference] = await migrate.check(postgres_url)

    assert "modify_type" in difference
    assert "build" in difference


async def test_rows_stay_where_they_are_when_there_is_nothing_to_do(database_url: str) -> None:
    database = Database(database_url)
    async with database.writing() as session:
        session.add(Organization(id="o" * 32, name="harbour"))

    await migrate.upgrade(database_url)

    async with database.reading() as session:
        assert await session.get(Organization, "o" * 32) is not None
    await database.close()


async def test_a_database_of_a_newer_program_is_left_alone(database_url: str) -> None:
    engine = create_async_engine(driver_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()

    with pytest.raises(StorageError, match="newer Slipway"):
        await migrate.upgrade(database_url)
    with pytest.raises(StorageError, match="newer Slipway"):
        await migrate.pending(database_url)


async def test_rows_that_refer_to_nothing_are_not_passed_over(sqlite_url: str) -> None:
    engine = create_async_engine(driver_url(sqlite_url))
    async with engine.begin() as connection:
        await connection.execute(
            sa.text(
                "INSERT INTO groupchannel (group_id, channel_id, connected_by, broken)"
                " VALUES ('no', 'C1', '', '')"
            )
        )
    await engine.dispose()

    with pytest.raises(StorageError, match="groupchannel"):
        await migrate.upgrade(sqlite_url)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO _alembic_tmp_",
        pytest.param("CREATE TABLE _alembic_tmp_", marks=pytest.mark.slow),
        pytest.param("UPDATE alembic_version", marks=pytest.mark.slow),
    ],
)
async def test_whoever_stops_it_hears_that_it_was_stopped(tmp_path: Path, statement: str) -> None:
    url = f"sqlite:///{tmp_path / 'slipway.db'}"
    upgrading = asyncio.create_task(migrate.upgrade(url, migrate.HEAD))

    def stop(*called: object) -> None:
        if statement in " ".join(str(called[2]).replace('"', "").split()):
            upgrading.cancel()

    sa.event.listen(sa.Engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(asyncio.CancelledError):
            await upgrading
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", stop)

    # Nothing of it was kept: what was stopped is done whole at the next start.
    assert len(await migrate.pending(url)) == len(await migrate.upgrade(url)) > 1
    assert await migrate.check(url) == ()


async def upgrade(report: Boundary, url: str) -> None:
    for revision in await migrate.upgrade(url):
        report(revision)


async def test_of_many_that_start_at_once_one_makes_the_tables(empty_database_url: str) -> None:
    children = [Child.start(upgrade, empty_database_url) for _ in range(3)]

    ends = [await asyncio.to_thread(child.wait) for child in children]

    assert [code for code, _applied in ends] == [0, 0, 0]
    assert sorted(bool(applied) for _code, applied in ends) == [False, False, True]
    assert await migrate.check(empty_database_url) == ()


FROM_THE_WHEEL = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from storage.migrations import migrate
assert migrate.__file__.startswith(sys.argv[1]), migrate.__file__
print(*asyncio.run(migrate.upgrade(sys.argv[2])))
"""


def test_the_revisions_travel_inside_the_package(tmp_path: Path) -> None:
    # Alembic opens its files by path, so they must be found where a wheel puts them.
    package = Path(migrate.__file__).parents[1]
    wheel = tmp_path / "slipway.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in package.rglob("*"):
            if path.suffix in {".py", ".mako"}:
                archive.write(path, path.relative_to(package.parent))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "100% installed")

    run = subprocess.run(
        [sys.executable, "-c", FROM_THE_WHEEL, tmp_path / "100% installed", "sqlite:///new.db"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert run.stderr == ""
    assert run.stdout.startswith("0001")


async def test_a_database_that_is_down_is_a_sentence_without_the_password() -> None:
    with pytest.raises(DatabaseDown, match=r"127\.0\.0\.1, port 1 does not answer") as down:
        await migrate.upgrade("postgresql://slipway:hunter2@127.0.0.1:1/slipway")

    assert "hunter2" not in str(down.value)
