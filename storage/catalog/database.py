"""Engines, units of work, and the little that SQLite and PostgreSQL do differently."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.catalog import hops
from storage.errors import (
    AlreadyExists,
    DatabaseDamaged,
    DatabaseDown,
    NoSpace,
    NotWritable,
    SlipwayError,
)

#: A unit of work: what the catalog's functions are asked with.
Session = AsyncSession

#: So many rows are inserted by one statement: databases take some 30,000 parameters in each.
BATCH = 500

#: In seconds: how long one waits for others to end their writing.
BUSY = 10

#: WAL lets readers go on beside the one writer; the others are measured in the reference notes.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    f"busy_timeout={BUSY * 1000}",
    "foreign_keys=ON",
    # A key that was destroyed is not to be read out of the file, on whatever SQLite was built with.
    "secure_delete=ON",
)


def driver_url(url: str) -> str:
    """Return *url* with the one driver per database that we use: aiosqlite or psycopg."""
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+aiosqlite").render_as_string(hide_password=False)
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    raise ValueError(f"Slipway keeps its records in SQLite or PostgreSQL, not in {backend}.")


def begin_immediately(engine: sa.Engine) -> None:
    """
    Make writes on a SQLite *engine* take the write lock when they begin.

    SQLite's deferred transactions silently lose updates or fail half-way when two writers meet.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # We say BEGIN ourselves, below.
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get("tx") == "read"
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


class Database:
    """Where the records are. Make one per process and `close` it at the end."""

    def __init__(self, url: str) -> None:
        self.url = driver_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_pre_ping=not self.embedded,
            hide_parameters=True,  # Else an error tells the log what people and devices are called.
        )
        if self.embedded:
            event.listen(self.engine.sync_engine, "do_connect", _hop_once)
            begin_immediately(self.engine.sync_engine)
        else:
            event.listen(self.engine.sync_engine, "connect", _interpret)
        self._reader = self.engine.execution_options(tx="read")
        self._one = asyncio.Lock()

    @property
    def embedded(self) -> bool:
        """True on SQLite: one process, one file."""
        return self.url.startswith("sqlite")

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Session]:
        """
        Look at a consistent state; nothing is kept of what is changed.

        Raise DatabaseDown when the database does not answer.
        """
        with in_our_words():
            async with Session(self._reader, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Session]:
        """
        Change things together: all is kept on leaving, nothing if an error leaves.

        Never wait for the network or a file inside: on SQLite this holds the only write lock.
        Raise AlreadyExists when a unique key is taken, DatabaseDown when the database does not
        answer, NoSpace when it has no room, NotWritable when it takes nothing, DatabaseDamaged.
        """
        with in_our_words():
            async with self._turn(), Session(self.engine, expire_on_commit=False) as session:
                try:
                    yield session
                    await session.commit()
                except BaseException:
                    await session.rollback()
                    raise

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """
        Write one after another on SQLite, which takes one at a time.

        It would let the others look again after ever longer naps: of twelve, some wait 300 ms where
        they take turns of one.
        """
        if not self.embedded:
            yield
            return
        try:
            async with asyncio.timeout(BUSY):
                await self._one.acquire()
        except TimeoutError:
            raise DatabaseDown from None
        try:
            yield
        finally:
            self._one.release()

    async def ping(self) -> None:
        """Raise whatever the driver raises when the database does not answer."""
        async with self.reading() as session:
            connection = await session.connection()
            await connection.execute(sa.text("SELECT 1"))

    async def version(self) -> tuple[int, ...]:
        """Return the version of SQLite or PostgreSQL: `(3, 45, 1)`, `(16, 4)`."""
        asks = "SELECT sqlite_version()" if self.embedded else "SHOW server_version"
        async with self.reading() as session:
            said = (await (await session.connection()).execute(sa.text(asks))).scalar_one()
        return tuple(int(part) for part in str(said).split()[0].split(".") if part.isdigit())

    async def damage(self) -> str:
        """Return what is damaged in a SQLite file, empty for nothing; PostgreSQL looks itself."""
        if not self.embedded:
            return ""
        async with self.reading() as session:
            connection = await session.connection()
            said = (await connection.execute(sa.text("PRAGMA quick_check(1)"))).scalar_one()
        return "" if said == "ok" else " ".join(str(said).split())

    async def close(self) -> None:
        await self.engine.dispose()


def _hop_once(_dialect: object, _record: object, _args: object, options: dict[str, Any]) -> None:
    options["async_creator_fn"] = hops.connect


def _interpret(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    """Keep PostgreSQL from compiling a plan first: that takes a second, and our answers none."""
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()  # Else the next rollback takes it back.


@contextmanager
def in_our_words() -> Generator[None]:
    """Let what fails inside leave as an error of ours, unless it is a mistake of ours."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as failure:
        raise _translated(failure) from failure


def _translated(failure: DBAPIError | sqlite3.Error) -> Exception:
    """Return what *failure* means in our words, or itself when it is a mistake of ours."""
    # What fails while a connection is being made ready comes as the driver raised it.
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    if isinstance(cause, sqlite3.Error):
        return _SQLITE[_primary(cause)]() if _primary(cause) in _SQLITE else failure
    if isinstance(cause, psycopg.errors.UniqueViolation):
        return AlreadyExists()
    if isinstance(cause, psycopg.errors.DiskFull):
        return NoSpace()
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction):
        return NotWritable("The database takes no changes: it is read-only, or a standby.")
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return DatabaseDown()
    return failure


def _primary(error: sqlite3.Error) -> str:
    """Return SQLite's name of an error (sqlite.org/rescode.html), as far as it matters here."""
    name = getattr(error, "sqlite_errorname", "")
    return name if name in _SQLITE else "_".join(name.split("_")[:2])


_SQLITE: dict[str, type[SlipwayError]] = {
    "SQLITE_CONSTRAINT_UNIQUE": AlreadyExists,
    "SQLITE_CONSTRAINT_PRIMARYKEY": AlreadyExists,
    "SQLITE_BUSY": DatabaseDown,
    "SQLITE_LOCKED": DatabaseDown,
    "SQLITE_IOERR": DatabaseDown,
    "SQLITE_CANTOPEN": DatabaseDown,
    "SQLITE_FULL": NoSpace,
    "SQLITE_IOERR_SHMSIZE": NoSpace,
    "SQLITE_READONLY": NotWritable,
    "SQLITE_CORRUPT": DatabaseDamaged,
    "SQLITE_NOTADB": DatabaseDamaged,
}


async def insert_missing(
    session: Session, record: type[SQLModel], rows: Sequence[dict[str, Any]], unique: Sequence[str]
) -> int:
    """
    Insert those of *rows* whose *unique* columns are not taken, and return how many were new.

    Defaults of the record are not applied: each row is complete or leaves it to the database.
    """
    columns = [getattr(record, name) for name in unique]
    new = 0
    for start in range(0, len(rows), BATCH):
        complete = [record(**row).model_dump() for row in rows[start : start + BATCH]]
        insert = _inserting(session)(record).values(complete)
        missing = insert.on_conflict_do_nothing(index_elements=list(unique)).returning(*columns)
        # The rows that come back are counted: psycopg has no row count for such an insert.
        new += len((await session.exec(missing)).all())
    return new


async def put(
    session: Session, record: type[SQLModel], rows: Sequence[dict[str, Any]], unique: Sequence[str]
) -> None:
    """
    Write complete *rows* in the place of those with the same *unique* columns.

    Of two units of work that write one at once the later one has its way. Whoever writes several
    has them in the order in which everybody does.
    """
    for start in range(0, len(rows), BATCH):
        complete = [record(**row).model_dump() for row in rows[start : start + BATCH]]
        insert = _inserting(session)(record).values(complete)
        rest = {name: insert.excluded[name] for name in complete[0] if name not in unique}
        await session.exec(insert.on_conflict_do_update(index_elements=list(unique), set_=rest))


def is_postgresql(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "postgresql")


def _inserting(session: Session) -> Callable[[type[SQLModel]], Any]:
    """Return the INSERT of the session's database, which knows what to do about a conflict."""
    return postgresql.insert if is_postgresql(session) else sqlite.insert
