"""How often a statement goes to SQLite's thread, and what comes back from there."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from storage.catalog import hops
from storage.catalog.database import Database
from storage.records.organization import Organization


async def test_a_statement_is_one_hop(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    hop: Callable[[hops.OneHop, object], object] = hops.OneHop._execute

    def counted(self: hops.OneHop, act: object) -> object:
        made.append(act)
        return hop(self, act)

    async def hops_of(statements: int) -> int:
        made.clear()
        async with database.reading() as session:
            for _ in range(statements):
                await session.exec(select(Organization))
        return len(made)

    database = Database(sqlite_url)
    await database.ping()
    monkeypatch.setattr(hops.OneHop, "_execute", counted)
    few, many = await hops_of(1), await hops_of(11)
    await database.close()

    assert many - few == 10
    assert few == 3  # BEGIN, the statement, and one ROLLBACK of the two that SQLAlchemy asks for.


async def test_rows_and_counts_come_with_the_statement(tmp_path: Path) -> None:
    connection = hops.connect(tmp_path / "some.db")
    await connection
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE word (text TEXT)")
    await cursor.executemany("INSERT INTO word VALUES (?)", [("one",), ("two",), ("three",)])
    assert cursor.rowcount == 3
    assert await cursor.fetchall() == []

    await cursor.execute("SELECT text FROM word WHERE text > ?", ("p",))
    assert [column[0] for column in cursor.description] == ["text"]
    assert await cursor.fetchall() == [("two",), ("three",)]
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await cursor.execute("SELECT * FROM sentence")
    await cursor.close()
    assert (cursor.description, cursor.rowcount, await cursor.fetchall()) == (None, -1, [])
    await connection.close()


async def test_the_loop_goes_on_while_a_statement_takes_its_time(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    slow = (
        "WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 2000000)"
        " SELECT max(n) FROM step"
    )

    async def take_time() -> int:
        async with database.reading() as session:
            connection = await session.connection()
            return int((await connection.execute(sa.text(slow))).scalar_one())

    slowly = asyncio.create_task(take_time())
    turns = 0
    while not slowly.done():
        await asyncio.sleep(0)
        turns += 1
    assert await slowly == 2_000_000
    assert turns > 100
    await database.close()


async def test_what_was_not_waited_for_is_taken_back_as_well(tmp_path: Path) -> None:
    connection = hops.connect(tmp_path / "some.db", isolation_level=None)
    await connection
    await connection.cursor().execute("CREATE TABLE word (text TEXT)")
    await connection.rollback()
    begin = asyncio.create_task(connection.cursor().execute("BEGIN IMMEDIATE"))
    await asyncio.sleep(0)
    begin.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begin
    await connection.rollback()

    assert not connection.in_transaction
    await connection.cursor().execute("BEGIN IMMEDIATE")
    await connection.close()
