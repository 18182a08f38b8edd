"""
PostgreSQL databases that one test after another is lent.

To make a database takes PostgreSQL several hundred files; to empty one, a millisecond.
"""

from collections.abc import Generator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from psycopg import Connection, sql

#: Columns, indexes, constraints, triggers and functions of ours, each with who wrote it last: the
#: copies of a template begin with the same, and what is made or changed afterwards has another.
SHAPE = """
    SELECT 'column', attrelid, attnum, xmin::text FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT 'index', indexrelid, 0, xmin::text FROM pg_index WHERE indexrelid >= 16384
    UNION ALL SELECT 'constraint', oid, 0, xmin::text FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT 'trigger', oid, 0, xmin::text FROM pg_trigger WHERE oid >= 16384
    UNION ALL SELECT 'function', oid, 0, xmin::text FROM pg_proc WHERE oid >= 16384
    ORDER BY 1, 2, 3
"""

#: Tables that something was ever written into: to look into all takes longer than most tests.
WRITTEN = """
    SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND pg_class.oid >= 16384 AND pg_relation_size(pg_class.oid) > 0
"""

TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' ORDER BY 1, 2
"""

SEQUENCES = "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"

OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

#: What a database may have grown by, in bytes, and still be lent again.
GROWTH = 4 << 20

_Rows = list[tuple[object, ...]]


class Spares:
    """Databases like *template*: what a test wrote into one is taken out before the next."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._template = template
        self._spare: list[str] = []
        with psycopg.connect(_url(server, template), autocommit=True) as connection:
            tables = [sql.Identifier(*map(str, row)) for row in _rows(connection, TABLES)]
            self._kept = [one for one in tables if _content(connection, one)]
            self._size = _size(connection)
            self._state = self._read(connection)

    @contextmanager
    def lent(self) -> Generator[str]:
        """Lend the URL of a database that is as the template was."""
        name = self._spare.pop() if self._spare else create(self._server, self._template)
        url = _url(self._server, name)
        try:
            yield url
        finally:
            if self._cleaned(url):
                self._spare.append(name)
            else:
                drop(self._server, name)

    def close(self) -> None:
        """Drop all that nobody was lent."""
        while self._spare:
            drop(self._server, self._spare.pop())

    def _cleaned(self, url: str) -> bool:
        """Take out what was written; return whether the database is as the template was."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(OTHERS)
            if _size(connection) > self._size + GROWTH:
                return False
            try:
                with connection.transaction():
                    connection.execute("SET LOCAL session_replication_role = replica")
                    for row in _rows(connection, WRITTEN):
                        table = sql.Identifier(*map(str, row))
                        if table not in self._kept:
                            connection.execute(sql.SQL("DELETE FROM {}").format(table))
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable):
                return False
            return self._read(connection) == self._state

    def _read(self, connection: Connection) -> list[_Rows]:
        """Return the shape of the tables, where the sequences are, and the rows that stay."""
        kept = [_content(connection, table) for table in self._kept]
        return [_rows(connection, SHAPE), _rows(connection, SEQUENCES), *kept]


def create(server: str, template: str) -> str:
    """Make a database like *template*; return its name."""
    name = f"test_{uuid4().hex}"
    command = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
    _tell(server, sql.SQL(command).format(sql.Identifier(name), sql.Identifier(template)))
    return name


def drop(server: str, name: str) -> None:
    """Drop a database, whoever is still connected."""
    _tell(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def new_database(server: str, template: str = "template1") -> Generator[str]:
    """Lend the URL of a new database, a copy of *template*; it is dropped at the end."""
    name = create(server, template)
    try:
        yield _url(server, name)
    finally:
        drop(server, name)


def _url(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def _tell(server: str, command: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(command)


def _content(connection: Connection, table: sql.Identifier) -> _Rows:
    return connection.execute(sql.SQL("SELECT * FROM {} ORDER BY 1").format(table)).fetchall()


def _rows(connection: Connection, query: str) -> _Rows:
    return connection.execute(query).fetchall()


def _size(connection: Connection) -> int:
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    size: int = row[0]
    return size
