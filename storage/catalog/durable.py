"""Where the durable engine keeps its own tables."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from storage.catalog.database import PRAGMAS, driver_url

#: What the durable engine takes to reach its tables; blocking.
Tables = sa.Engine

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
        return sa.create_engine(url, pool_size=5, max_overflow=10, pool_pre_ping=True)
    engine = sa.create_engine(f"sqlite:///{folder / FILE_NAME}")
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
    # The driver begins for us here: the durable engine says BEGIN itself while it makes its tables.
    connection.isolation_level = "IMMEDIATE"
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
