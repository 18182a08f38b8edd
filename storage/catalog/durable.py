"""Where the durable engine keeps its own tables."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from storage.catalog.database import PRAGMAS, driver_url
from storage.errors import StorageError

#: What the durable engine takes to reach its tables; blocking.
Tables = sa.Engine

#: Locked for as long as a process works on the folder.
LOCK_NAME = "engine.lock"

#: The file beside the records, on SQLite: two files, so that the two never wait for one write lock.
FILE_NAME = "engine.db"


def durable_tables(database_url: str, folder: Path) -> Tables:
    """
    Return the way to the tables of the durable engine.

    Beside SQLite records they lie in a file of their own in *folder*; beside PostgreSQL records in
    a schema of their own in the same database.
    """
    url = driver_url(database_url)
    if not url.startswith("sqlite"):
        engine = sa.create_engine(url, pool_size=5, max_overflow=10, pool_pre_ping=True)
        _close_what_comes_back_late(engine)
        return engine
    engine = sa.create_engine(f"sqlite:///{folder / FILE_NAME}")
    event.listen(engine, "connect", _configure)
    return engine


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """
    Be the only process that works on *folder*. Raise StorageError when another one does.

    The lock is POSIX's own: it goes with its process, and a child that was forked does not have it.
    """
    with (folder / LOCK_NAME).open("a") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise StorageError(
                f"Another Slipway works on {folder}. Stop it, or give this one a folder of its own."
            ) from taken
        yield


def _close_what_comes_back_late(engine: Tables) -> None:
    """
    Close the connections that are still in use when *engine* is disposed of, as they come back.

    The durable engine does not wait for its threads, and a pool that is gone closes nothing: what
    is given back to it would be left to the garbage collector, open.
    """
    gone, pool = False, engine.pool

    @event.listens_for(engine, "engine_disposed")
    def _dispose(_engine: Tables) -> None:
        nonlocal gone
        gone = True
        pool.dispose()  # Once more: something may have come back between the two lines.

    @event.listens_for(engine, "checkin")
    def _check_in(_connection: object, record: ConnectionPoolEntry) -> None:
        if gone:
            record.invalidate()


def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
    # The driver begins for us here: the durable engine says BEGIN itself while it makes its tables.
    connection.isolation_level = "IMMEDIATE"
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
