"""Claims to be alive, by the connections that hold them."""

import asyncio

import psycopg
import pytest
import sqlalchemy as sa

from storage.catalog.liveness import Liveness


class Mute(Liveness):
    """A claim to which PostgreSQL does not answer in time."""

    async def try_lock(self, name: str) -> bool:
        raise TimeoutError(name)


async def test_a_claim_that_comes_to_nothing_leaves_no_connection(empty_postgres_url: str) -> None:
    holder = await Liveness.claim(empty_postgres_url, "ann")
    assert holder is not None

    assert await Liveness.claim(empty_postgres_url, "ann") is None
    with pytest.raises(TimeoutError) as missed:
        await Mute.claim(empty_postgres_url, "bob")

    async with asyncio.timeout(5):
        while connections_to(empty_postgres_url) > 1:  # noqa: ASYNC110 - PostgreSQL sets no event
            await asyncio.sleep(0.01)
    assert str(missed.value) == "bob"
    await holder.close()


def connections_to(url: str) -> int:
    """Count the others that are connected to a database."""
    database = sa.make_url(url).database
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with psycopg.connect(url) as connection:
        [count] = connection.execute(query, (database,)).fetchone() or (0,)
        return int(count)
