"""
Statements that a run compiles once, and not once for each test's database.

A compiled statement is kept with the engine that ran it first, and a test's engine goes with the
test: to compile the same questions for every database took a tenth of what the tests take.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import Compiled


class Statements(dict[Any, Compiled]):
    """What was compiled, for all engines that speak to the same kind of database."""

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - the signature of dict
        return super().get(_alike(key), default)

    def __setitem__(self, key: Any, compiled: Compiled) -> None:  # noqa: ANN401
        super().__setitem__(_alike(key), compiled)


@contextmanager
def compiled_once() -> Generator[None]:
    """Let all engines of this process share what they compile."""
    statements = Statements()

    def share(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=statements)

    event.listen(sa.Engine, "engine_connect", share)
    try:
        yield
    finally:
        event.remove(sa.Engine, "engine_connect", share)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Generator[None]:
    with compiled_once():
        yield


def _alike(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return SQLAlchemy's key, with what makes a difference of a dialect in the dialect's place."""
    dialect, *rest = key
    return (type(dialect), dialect.server_version_info, *rest)
