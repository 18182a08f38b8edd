"""
SQLite with one hop to its thread for each statement.

aiosqlite makes four: a cursor, the statement, its rows, the end of the cursor. Each hop wakes two
threads, and together they take longer than most of our questions.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite


class OneHop(aiosqlite.Connection):
    """
    A connection whose cursors come without a hop.

    It is rolled back once: SQLAlchemy does so when a session ends, and once more when the
    connection goes back to its pool.
    """

    _is_clean = False  # Nothing was done since it was last rolled back.

    def cursor(self) -> "WholeCursor":  # type: ignore[override] # what SQLAlchemy's adapter needs of it
        return WholeCursor(self)

    async def whole(self, act: Callable[[sqlite3.Cursor], object]) -> "Outcome":
        """Do something with a new cursor, and return all that came of it."""
        self._is_clean = False  # Before it is waited for: whoever is cancelled leaves work behind.
        return await self._execute(partial(_whole, self._conn, act))  # type: ignore[no-any-return, no-untyped-call]

    async def rollback(self) -> None:
        if not self._is_clean:
            await super().rollback()
            self._is_clean = True


class Outcome:
    """What came of a statement: its rows and what is said of them, or what was changed."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.rows = cursor.fetchall() if cursor.description else []
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid


class WholeCursor:
    """A cursor that has all rows once its statement was executed, and then holds nothing open."""

    def __init__(self, connection: OneHop) -> None:
        self._connection = connection
        self._outcome: Outcome | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401 - the driver's own
        return self._outcome and self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount if self._outcome else -1

    @property
    def lastrowid(self) -> int | None:
        return self._outcome.lastrowid if self._outcome else None

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> Self:
        self._outcome = await self._connection.whole(
            lambda cursor: cursor.execute(operation, parameters)
        )
        return self

    async def executemany(self, operation: str, parameters: Iterable[Sequence[Any]]) -> Self:
        self._outcome = await self._connection.whole(
            lambda cursor: cursor.executemany(operation, parameters)
        )
        return self

    async def fetchall(self) -> list[Any]:
        return self._outcome.rows if self._outcome else []

    async def close(self) -> None:
        self._outcome = None


def connect(*args: Any, **options: Any) -> OneHop:  # noqa: ANN401 - as for sqlite3.connect
    """Return a connection to be awaited; its thread does not keep the process alive."""
    connection = OneHop(partial(sqlite3.connect, *args, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with its own
    return connection


def _whole(connection: sqlite3.Connection, act: Callable[[sqlite3.Cursor], object]) -> Outcome:
    cursor = connection.cursor()
    try:
        act(cursor)
        return Outcome(cursor)
    finally:
        cursor.close()
