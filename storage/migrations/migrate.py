"""
Bring the tables of a database to what the records want.

A new revision is drafted with `python -m storage.migrations.draft "What changes"`.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import autogenerate, command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.catalog.database import begin_immediately, driver_url, in_our_words
from storage.errors import DatabaseDamaged, DatabaseDown, NotWritable, StorageError
from storage.migrations.comparison import OPTIONS
from storage.records.every import METADATA

#: Names, among PostgreSQL's advisory locks, the right to change our tables.
LOCK = 0x51_1B_3A_7

#: Revisions are numbered; the highest number is the newest.
HEAD = "head"


def configuration() -> Config:
    """Return what others keep in an alembic.ini; found wherever we are installed."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


async def upgrade(database_url: str, revision: str | None = None) -> tuple[str, ...]:
    """
    Apply what is missing, all or nothing, and return the revisions that were applied.

    Without a *revision* that is all of them; a database without any table is given the tables as
    they are by now, which takes a tenth of the time of walking through all that they were.

    Processes that do so at once wait for each other. Raise StorageError when the database is of a
    newer Slipway than this one.
    """
    async with _changing(database_url) as connection:
        before = await connection.run_sync(_missing)
        act = partial(command.upgrade, revision=revision or HEAD)
        if revision is None and before and await connection.run_sync(_is_empty):
            await connection.run_sync(METADATA.create_all)
            act = partial(command.stamp, revision=HEAD)
        await connection.run_sync(_run, act)
        after = await connection.run_sync(_missing)
        await connection.run_sync(_refuse_broken_references)
        return tuple(one for one in before if one not in after)


async def downgrade(database_url: str, revision: str = "base") -> None:
    """Take revisions back down to *revision*; what only they could hold is lost."""
    async with _changing(database_url) as connection:
        await connection.run_sync(_run, lambda config: command.downgrade(config, revision))
        await connection.run_sync(_refuse_broken_references)


async def pending(database_url: str) -> tuple[str, ...]:
    """
    Return the revisions that this program has and the database has not, oldest first.

    Raise StorageError when the database is of a newer Slipway than this one.
    """
    async with _changing(database_url) as connection:
        return await connection.run_sync(_missing)


async def check(database_url: str) -> tuple[str, ...]:
    """Return how the tables differ from the records, one line each; none when all is well."""
    async with _changing(database_url) as connection:
        return await connection.run_sync(_differences)


@asynccontextmanager
async def _changing(database_url: str) -> AsyncGenerator[AsyncConnection]:
    """
    Lend a connection in a transaction that nobody else changes tables beside.

    Raise DatabaseDown, DatabaseDamaged or NotWritable, which name the file.
    """
    engine = create_async_engine(driver_url(database_url), poolclass=NullPool)
    embedded = engine.dialect.name == "sqlite"
    await _reach(engine)
    if embedded:
        begin_immediately(engine.sync_engine)
        event.listen(engine.sync_engine, "connect", _let_tables_be_rebuilt)
    try:
        with _cancelled_as_such(), _naming(engine), in_our_words():
            async with engine.begin() as connection:
                if not embedded:
                    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
                yield connection
    finally:
        await engine.dispose()


async def _reach(engine: AsyncEngine) -> None:
    """Raise DatabaseDown, which says nothing of the password that the driver's error may hold."""
    try:
        async with engine.connect():
            pass
    except OperationalError:
        url = engine.url
        where = f"{url.host or url.database}" + (f", port {url.port}" if url.port else "")
        raise DatabaseDown(
            f"The database at {where} does not answer. Check that it runs and lets Slipway in, and "
            "SLIPWAY_DATABASE_URL."
        ) from None


@contextmanager
def _cancelled_as_such() -> Generator[None]:
    """
    Raise CancelledError whenever the task was cancelled, whatever it was at.

    Alembic tidies up behind a table that it could not make anew, on the connection that went with
    the cancelled statement: its own error would hide that somebody asked for the end.
    """
    try:
        yield
    except Exception as error:
        task = asyncio.current_task()
        if task is None or not task.cancelling():
            raise
        raise asyncio.CancelledError from error


@contextmanager
def _naming(engine: AsyncEngine) -> Generator[None]:
    """Say of which file it is that it is damaged, or cannot be written."""
    try:
        yield
    except DatabaseDamaged as damaged:
        raise DatabaseDamaged(
            f"The database {engine.url.database} is damaged, or is no database. Restore it from "
            "the backup."
        ) from damaged
    except NotWritable as refused:
        if engine.dialect.name != "sqlite":
            raise
        raise NotWritable(
            f"The database {engine.url.database} cannot be written. Give it and its folder to the "
            "user that runs Slipway."
        ) from refused


def _let_tables_be_rebuilt(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
    # SQLite would delete the rows that refer to a table while it is dropped to be made anew.
    connection.execute("PRAGMA foreign_keys=OFF")


def _refuse_broken_references(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise StorageError(f"Rows of these tables refer to rows that do not exist: {tables}.")


def _run(connection: sa.Connection, act: Callable[[Config], None]) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    act(config)


def _is_empty(connection: sa.Connection) -> bool:
    """Return whether there is no table of ours."""
    return not METADATA.tables.keys() & set(sa.inspect(connection).get_table_names())


def _missing(connection: sa.Connection) -> tuple[str, ...]:
    scripts = ScriptDirectory.from_config(configuration())
    current = MigrationContext.configure(connection).get_current_heads()
    try:
        found = list(scripts.iterate_revisions(HEAD, tuple(current) or "base"))
    except RevisionError as unknown:
        raise StorageError(
            "The database was changed by a newer Slipway. Start that version, or restore a backup."
        ) from unknown
    return tuple(script.revision for script in reversed(found))


def _differences(connection: sa.Connection) -> tuple[str, ...]:
    context = MigrationContext.configure(connection, opts=OPTIONS)
    return tuple(repr(one) for one in autogenerate.compare_metadata(context, METADATA))
