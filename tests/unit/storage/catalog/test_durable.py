"""The way to the tables of the durable engine."""

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from storage.catalog.durable import durable_tables


def test_a_connection_given_back_after_the_end_is_closed(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    tables = durable_tables(empty_postgres_url, tmp_path)
    before, after = tables.engine.connect(), tables.engine.connect()
    closed_before, closed_after = (
        before.connection.dbapi_connection,
        after.connection.dbapi_connection,
    )

    before.close()
    tables.dispose()
    after.close()

    assert closed_before is not None
    assert closed_before.closed
    assert closed_after is not None
    assert closed_after.closed


def test_a_severed_connection_answers_at_once_and_nobody_connects_again(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    tables = durable_tables(empty_postgres_url, tmp_path)
    connection = tables.engine.connect()

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(connection.execute, sa.text("SELECT pg_sleep(30)"))
        assert wait({asking}, timeout=0.2).done == set()
        tables.sever()
        with pytest.raises(OperationalError):
            asking.result(timeout=5)
    with pytest.raises(OperationalError, match="nobody connects"):
        tables.engine.connect()

    connection.close()
    tables.dispose()
