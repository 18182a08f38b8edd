"""Where the durable engine keeps its own tables."""

import fcntl
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from storage.catalog.database import PRAGMAS, driver_url, in_our_words
from storage.catalog.liveness import KEEPALIVE
from storage.errors import StorageError

#: Locked for as long as a process works on the folder.
LOCK_NAME = "engine.lock"

#: Seconds in which PostgreSQL answers to a new connection.
CONNECTING = 3

#: The file beside the records, on SQLite: two files, so that the two never wait for one write lock.
FILE_NAME = "engine.db"


class Tables:
    """The way to the tables of the durable engine, which asks from many threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._pool = engine.pool
        self._open: set[Any] = set()
        self._severed = self._disposed = False
        event.listen(engine, "do_connect", self._connecting)
        event.listen(engine, "connect", self._opened)
        event.listen(engine, "close", self._closed)
        event.listen(engine, "checkin", self._given_back)

    def reach(self) -> None:
        """Raise DatabaseDown, DatabaseDamaged or NotWritable when they cannot be worked with."""
        with in_our_words(), self.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA schema_version")

    def sever(self) -> None:
        """
        Break every connection to PostgreSQL for good.

        A thread that waits for an answer, and may do so for ever when the network is gone, gets an
        error at once.
        """
        self._severed = True
        for connection in list(self._open):
            with suppress(OSError, psycopg.Error):
                _hang_up(connection)

    def dispose(self) -> None:
        """
        Close what is not in use now, and the rest when it is given back.

        The durable engine does not wait for its threads for ever, and a pool that is gone closes
        nothing: what is given back to it would be left to the garbage collector, open.
        """
        self._disposed = True
        self.engine.dispose()
        self._pool.dispose()  # Once more: something may have come back between the two lines.

    def _connecting(self, *_: object) -> None:
        if self._severed:
            raise psycopg.OperationalError("Everything ends; nobody connects any more.")

    def _opened(self, connection: object, _record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            self._open.add(connection)

    def _closed(self, connection: object, _record: object) -> None:
        self._open.discard(connection)

    def _given_back(self, _connection: object, record: ConnectionPoolEntry) -> None:
        if self._disposed:
            record.invalidate()


def durable_tables(database_url: str, folder: Path) -> Tables:
    """
    Return the way to the tables of the durable engine.

    Beside SQLite records they lie in a file of their own in *folder*; beside PostgreSQL records in
    a schema of their own in the same database.
    """
    url = driver_url(database_url)
    if not url.startswith("sqlite"):
        patient = {"connect_timeout": CONNECTING, **KEEPALIVE}
        return Tables(
            sa.create_engine(
                url, pool_size=5, max_overflow=10, pool_pre_ping=True, connect_args=patient
            )
        )
    engine = sa.create_engine(f"sqlite:///{folder / FILE_NAME}")
    event.listen(engine, "connect", _configure)
    return Tables(engine)


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


def _hang_up(connection: psycopg.Connection[Any]) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)


def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
    # The driver begins for us here: the durable engine says BEGIN itself while it makes its tables.
    connection.isolation_level = "IMMEDIATE"
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
