"""Counts the SQL statements that something takes."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from storage.catalog.database import Database


@contextmanager
def statements_of(database: Database) -> Generator[list[tuple[str, Any]]]:
    """Lend a list that each statement is put in with its parameters; BEGIN does not count."""
    heard: list[tuple[str, Any]] = []

    def hear(
        _connection: sa.Connection,
        _cursor: object,
        statement: str,
        parameters: Any,  # noqa: ANN401 - the driver's own
        _context: object,
        _many: bool,  # noqa: FBT001 - the event's own signature
    ) -> None:
        if not statement.startswith("BEGIN"):
            heard.append((statement, parameters))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)
