"""The databases that tests are lent one after another are as new each time."""

import psycopg
import pytest

from tests.spares import Spares

ALL_SEEN = "SELECT count(*) FROM seen"

CHANGES = (
    "ALTER TABLE seen ADD COLUMN spoiled integer",
    "CREATE TABLE spoiled (id integer)",
    "CREATE INDEX spoiled ON seen (seen_at, key)",
    "DROP TABLE promise",
    "DELETE FROM alembic_version",
)


@pytest.fixture
def spares(postgres_server: str, postgres_template: str) -> Spares:
    return Spares(postgres_server, postgres_template)


def test_what_a_test_wrote_is_gone_and_whoever_stayed_connected_too(spares: Spares) -> None:
    with spares.lent() as first:
        left_open = psycopg.connect(first, autocommit=True)
        left_open.execute("INSERT INTO seen VALUES ('a', now())")
    with spares.lent() as second, psycopg.connect(second) as connection:
        assert connection.execute(ALL_SEEN).fetchone() == (0,)

    assert second == first
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    spares.close()


@pytest.mark.parametrize("change", CHANGES)
def test_a_database_of_another_shape_is_not_lent_again(spares: Spares, change: str) -> None:
    with spares.lent() as first, psycopg.connect(first) as connection:
        connection.execute(change)
    with spares.lent() as second:
        assert second != first
    spares.close()
