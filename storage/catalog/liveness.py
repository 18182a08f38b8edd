"""Who is alive, by PostgreSQL's advisory locks: a lock goes when its session does."""

import asyncio
from typing import Any, Self

import sqlalchemy as sa
from psycopg import AsyncConnection, OperationalError

#: Names, among the advisory locks, those that say who is alive.
SPACE = 0x51_1B_3A

#: Seconds without an answer after which the server counts as gone.
PATIENCE = 10.0

#: A dead network shows after about 25 seconds, on both sides of the connection.
KEEPALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

CLAIM = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
RELEASE = "SELECT pg_advisory_unlock(%s, hashtext(%s))"


class Liveness:
    """
    A claim to be alive under a name, held for as long as this object's connection.

    Whoever gets the lock of another name knows that its holder is gone.
    """

    def __init__(self, connection: AsyncConnection[tuple[Any, ...]], name: str) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.name = name

    @classmethod
    async def claim(cls, database_url: str, name: str) -> Self | None:
        """Claim *name*; None when somebody alive holds it. *database_url* is of PostgreSQL."""
        plain = sa.make_url(database_url).set(drivername="postgresql")
        connection = await AsyncConnection.connect(
            plain.render_as_string(hide_password=False), autocommit=True, **KEEPALIVE
        )
        claimed, holds = cls(connection, name), False
        try:
            holds = await claimed.try_lock(name)
        finally:
            if not holds:
                await claimed.close()
        return claimed if holds else None

    async def holds(self) -> bool:
        """Say whether the claim still stands: the connection answers."""
        try:
            await self._ask("SELECT 1")
        except (OperationalError, TimeoutError):
            return False
        return True

    async def try_lock(self, name: str) -> bool:
        """Take the lock of *name*; False when its holder is alive."""
        return bool(await self._ask(CLAIM, SPACE, name))

    async def unlock(self, name: str) -> None:
        await self._ask(RELEASE, SPACE, name)

    async def close(self) -> None:
        await self._connection.close()

    async def _ask(self, question: str, *values: object) -> Any:  # noqa: ANN401 - one column of any kind
        async with self._turn, asyncio.timeout(PATIENCE):
            cursor = await self._connection.execute(question, values or None)
            row = await cursor.fetchone()
            return row and row[0]
