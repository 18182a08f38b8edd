"""Conditions that both databases understand in the same way."""

import pytest
import sqlalchemy as sa
from sqlmodel import col

from storage.catalog import postings
from storage.catalog.conditions import among
from storage.catalog.database import Database, insert_missing
from storage.records.seen import Seen


async def kept(database: Database, keys: list[str]) -> None:
    async with database.writing() as session:
        for key in keys:
            await postings.intend(session, key, team_id="T1", channel_id="C1", thread_ts=None)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("release:1:", {"release:1:C1", "release:1:C2", "release:1:ö"}),
        ("release:1", {"release:1:C1", "release:1:C2", "release:1:ö", "release:10:C1"}),
        ("Release", {"Release:1:C1"}),
        ("a%", {"a%b"}),
        ("a_", {"a_b"}),
        ("a\\", {"a\\b"}),
        ("ö", {"öl", "ö\U0010fffe"}),
    ],
)
async def test_a_beginning_is_taken_as_it_is_spelled(
    database: Database, prefix: str, expected: set[str]
) -> None:
    keys = ["release:1:C1", "release:1:C2", "release:1:ö", "release:10:C1", "Release:1:C1"]
    keys += ["release;1", "a%b", "a_b", "a\\b", "axb", "öl", "ö\U0010fffe", "o"]
    await kept(database, keys)

    async with database.reading() as session:
        found = await postings.starting_with(session, prefix)

    assert {row.key for row in found} == expected


async def test_text_that_is_asked_for_by_its_beginning_is_never_in_the_order_of_a_dictionary(
    postgres_url: str,
) -> None:
    """Of other orders an index gives no range, and a server's own order is often another."""
    database = Database(postgres_url)
    async with database.reading() as session:
        connection = await session.connection()
        found = await connection.execute(
            sa.text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE collation_name = 'C' AND table_schema = 'public'"
            )
        )
        columns = {tuple(row) for row in found.all()}
    await database.close()

    assert columns == {
        ("pending_order", "sought"),
        ("posting", "key"),
        ("release", "sought"),
        ("releasetag", "tag"),
    }


async def test_a_set_may_have_more_members_than_a_statement_takes_parameters(
    database: Database,
) -> None:
    async with database.writing() as session:
        await insert_missing(session, Seen, [{"key": "k70000"}, {"key": "it's"}], ["key"])

    async with database.reading() as session:
        many = [f"k{number}" for number in range(80_000)] + ["it's", "", "none"]
        connection = await session.connection()
        keys = sa.select(col(Seen.key))
        found = await connection.execute(keys.where(among(session, Seen.key, many)))
        nothing = await connection.execute(keys.where(among(session, Seen.key, [])))

    assert {key for (key,) in found.all()} == {"k70000", "it's"}
    assert nothing.all() == []
