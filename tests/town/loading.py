"""Rows by the hundred thousand into the tables of a database, past the catalog."""

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from storage.catalog.database import driver_url

BATCH = 5_000


class Loader:
    """Keeps rows back until there are enough of a table for one statement."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._kept: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)

    def add(self, record: type[SQLModel], **row: Any) -> None:  # noqa: ANN401 - any column's value
        """Keep a row; every row of a table names the same columns."""
        kept = self._kept[record]
        kept.append(row)
        if len(kept) >= BATCH:
            self._insert(record)

    def flush(self) -> None:
        for record in list(self._kept):
            self._insert(record)

    def _insert(self, record: type[SQLModel]) -> None:
        rows = self._kept.pop(record, [])
        if rows:
            self._connection.execute(sa.insert(record), rows)


@contextmanager
def loading(database_url: str) -> Generator[Loader]:
    """Lend a loader; afterwards the rows are kept, and PostgreSQL knows how many there are."""
    url = driver_url(database_url).replace("+aiosqlite", "")
    engine = sa.create_engine(url)
    embedded = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        for order in _SQLITE if embedded else _POSTGRESQL:
            connection.exec_driver_sql(order)
        connection.commit()
        loader = Loader(connection)
        yield loader
        loader.flush()
        connection.commit()
    if not embedded:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


#: References are looked after by whoever makes the rows, so that their order does not matter.
_SQLITE = ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-300000")
_POSTGRESQL = ("SET session_replication_role = replica",)
