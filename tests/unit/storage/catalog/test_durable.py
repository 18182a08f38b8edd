"""The way to the tables of the durable engine."""

from pathlib import Path

from storage.catalog.durable import durable_tables


def test_a_connection_given_back_after_the_end_is_closed(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    tables = durable_tables(empty_postgres_url, tmp_path)
    before, after = tables.connect(), tables.connect()
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
