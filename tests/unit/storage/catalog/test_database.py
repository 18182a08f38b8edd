"""What a unit of work promises, on both databases."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import select

from storage.catalog import database as databases
from storage.catalog.database import Database, driver_url, insert_missing
from storage.errors import AlreadyExists, DatabaseDamaged, DatabaseDown, NoSpace, NotWritable
from storage.records.app import App
from storage.records.organization import Organization
from storage.records.seen import Seen


async def names(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.exec(select(Organization.name)))


async def test_what_is_changed_together_is_kept_together(database: Database) -> None:
    async with database.writing() as session:
        session.add(Organization(name="one"))
        session.add(Organization(name="two"))

    assert await names(database) == ["one", "two"]


async def test_an_error_takes_everything_back(database: Database) -> None:
    async def change_my_mind() -> None:
        async with database.writing() as session:
            session.add(Organization(name="one"))
            await session.flush()
            raise RuntimeError("I changed my mind.")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()

    assert await names(database) == []


async def test_a_cancelled_unit_of_work_keeps_nothing_and_lets_others_go_on(
    database: Database,
) -> None:
    inside = asyncio.Event()

    async def linger() -> None:
        async with database.writing() as session:
            session.add(Organization(name="one"))
            await session.flush()
            inside.set()
            await asyncio.Event().wait()

    lingering = asyncio.create_task(linger())
    await inside.wait()
    lingering.cancel()
    await asyncio.gather(lingering, return_exceptions=True)
    async with database.writing() as session:
        session.add(Organization(name="two"))

    assert await names(database) == ["two"]


async def test_a_taken_name_is_said_in_our_words(database: Database) -> None:
    async with database.writing() as session:
        session.add(Organization(name="one"))

    with pytest.raises(AlreadyExists):
        async with database.writing() as session:
            session.add(Organization(name="one"))

    assert await names(database) == ["one"]


async def test_reading_keeps_nothing(database: Database) -> None:
    async with database.reading() as session:
        session.add(Organization(name="one"))
        await session.flush()

    assert await names(database) == []


async def test_no_increment_is_lost_between_writers(database: Database) -> None:
    async with database.writing() as session:
        session.add(Organization(id="o" * 32, name="0"))

    async def count() -> None:
        for _ in range(10):
            async with database.writing() as session:
                query = select(Organization).with_for_update()
                organization = (await session.exec(query)).one()
                await asyncio.sleep(0)
                organization.name = str(int(organization.name) + 1)
                session.add(organization)

    await asyncio.gather(*(count() for _ in range(5)))

    assert await names(database) == ["50"]


async def test_writers_take_turns_in_the_order_of_coming(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    wrote: list[int] = []

    async def write(number: int) -> None:
        async with database.writing() as session:
            session.add(Organization(name=str(number)))
            await session.flush()
            wrote.append(number)

    # Where each looks again after a nap, some come long after those that came later.
    await asyncio.gather(*map(write, range(40)))
    await database.close()

    assert wrote == list(range(40))


async def test_a_write_that_does_not_end_stops_the_others_for_a_while_and_says_so(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY", 0.05)
    database = Database(sqlite_url)
    async with database.writing():
        with pytest.raises(DatabaseDown):
            async with database.writing():
                pytest.fail("two write at once")
    async with database.writing() as session:
        session.add(Organization(name="after"))

    assert await names(database) == ["after"]
    await database.close()


async def test_readers_go_on_beside_a_writer(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.writing() as writer:
        writer.add(Organization(name="one"))
        await writer.flush()

        assert await asyncio.wait_for(names(database), timeout=1) == []
    await database.close()


async def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    app = App(
        organization_id="nobody",
        name="harbour",
        display_name="Harbour",
        platform="ios",
        bundle_id="test.harbour",
        created_by="U1",
    )
    # Only a key that is taken is AlreadyExists; this is a mistake of whoever wrote it.
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            session.add(app)


async def test_times_come_back_as_they_went_in_and_in_utc(database: Database) -> None:
    noon_in_tokyo = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    async with database.writing() as session:
        session.add(Seen(key="event", seen_at=noon_in_tokyo))

    async with database.reading() as session:
        seen = (await session.exec(select(Seen))).one()

    assert seen.seen_at == noon_in_tokyo
    assert seen.seen_at.tzinfo == UTC


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(SQLAlchemyError, match="naive"):
        async with database.writing() as session:
            session.add(Seen(key="event", seen_at=datetime(2026, 5, 1)))  # noqa: DTZ001 - the point


async def test_only_missing_rows_are_inserted_and_counted(database: Database) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    rows = [{"key": key, "seen_at": moment} for key in ("a", "b")]

    async with database.writing() as session:
        assert await insert_missing(session, Seen, [], ["key"]) == 0
        assert await insert_missing(session, Seen, rows[:1], ["key"]) == 1
    async with database.writing() as session:
        assert await insert_missing(session, Seen, rows, ["key"]) == 1
        assert await insert_missing(session, Seen, rows, ["key"]) == 0


async def test_a_database_that_does_not_answer_is_noticed(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/slipway.db")

    with pytest.raises(DatabaseDown):
        await database.ping()
    await database.close()
    # The driver does not wait for its thread after a failure; it must end before the loop does.
    async with asyncio.timeout(5):
        while any("_connection_worker" in one.name for one in {*threading.enumerate()} - before):  # noqa: ASYNC110 - a thread sets no event
            await asyncio.sleep(0.01)


async def test_a_database_that_answers_is_well(database: Database) -> None:
    await database.ping()


async def test_postgresql_compiles_no_plan_before_it_answers(postgres_url: str) -> None:
    database = Database(postgres_url)
    said = []
    for unit in (database.reading, database.writing, database.reading):
        async with unit() as session:
            said.append((await (await session.connection()).execute(sa.text("SHOW jit"))).scalar())
            await session.rollback()
    await database.close()

    assert said == ["off"] * 3


async def test_a_connection_that_the_server_dropped_is_replaced(postgres_url: str) -> None:
    database = Database(postgres_url)
    await database.ping()
    other = Database(postgres_url)
    async with other.writing() as session:
        connection = await session.connection()
        await connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    await database.ping()
    await other.close()
    await database.close()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("sqlite:///data/slipway.db", "sqlite+aiosqlite:///data/slipway.db"),
        ("sqlite+pysqlite:////data/slipway.db", "sqlite+aiosqlite:////data/slipway.db"),
        (
            "postgresql://ann:s%40fe@db:5433/slipway",
            "postgresql+psycopg://ann:s%40fe@db:5433/slipway",
        ),
        ("postgresql+asyncpg://db/slipway", "postgresql+psycopg://db/slipway"),
    ],
)
def test_every_way_to_write_a_database_gets_our_driver(url: str, wanted: str) -> None:
    assert driver_url(url) == wanted


def test_other_databases_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="SQLite or PostgreSQL, not in mysql"):
        driver_url("mysql://db/slipway")


async def test_the_heroku_way_to_write_postgres_is_understood() -> None:
    assert driver_url("postgres://db/slipway") == "postgresql+psycopg://db/slipway"


@pytest.mark.slow
async def test_more_rows_than_a_statement_takes_parameters_are_inserted_together(
    database: Database,
) -> None:
    rows = [{"key": f"key {number}"} for number in range(40_000)]
    async with database.writing() as session:
        assert await insert_missing(session, Seen, rows[::7], ["key"]) == len(rows[::7])
        assert await insert_missing(session, Seen, rows, ["key"]) == len(rows) - len(rows[::7])
        assert await insert_missing(session, Seen, [], ["key"]) == 0

    async with database.reading() as session:
        kept = await session.exec(select(sa.func.count()).select_from(Seen))
        assert kept.one() == len(rows)


async def test_b6_a_full_database_says_so_wherever_it_is_noticed(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    @sa.event.listens_for(database.engine.sync_engine, "connect")
    def fill(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
        connection.execute("PRAGMA max_page_count = 1")

    async def write() -> None:
        async with database.writing() as session:
            session.add_all([Seen(key=f"{n}" + "x" * 200) for n in range(500)])

    with pytest.raises(NoSpace, match="Free some space"):
        await write()
    await database.close()


async def test_b6_a_damaged_file_says_so_already_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "slipway.db").write_bytes(b"This was a database once. " * 400)
    database = Database(f"sqlite:///{tmp_path}/slipway.db")

    with pytest.raises(DatabaseDamaged, match="restore the file from the backup"):
        await names(database)
    await database.close()


async def test_b6_a_file_that_takes_no_changes_says_so(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    database = Database(f"sqlite:///file:{path}?mode=ro&uri=true")

    with pytest.raises(NotWritable):
        async with database.writing() as session:
            session.add(Organization(name="one"))
    await database.close()
