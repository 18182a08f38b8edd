"""The records: their database, and how old the newest backup is."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.doctor.complaint import Broken, Doubtful, NotLooked
from bot.doctor.outside import Outside
from bot.settings import Settings
from storage.catalog.database import Database
from storage.errors import StorageError
from storage.migrations import migrate

#: `INSERT … RETURNING` came with the one; the other is looked after by its makers still.
OLDEST_SQLITE = (3, 35)
OLDEST_POSTGRESQL = (14,)
#: In seconds: a backup is made every day, and one may have failed.
OLDEST_BACKUP = 2 * 86400.0


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncGenerator[Database | None]:
    """
    Lend the records, None before the first start.

    Raise NotLooked when they cannot be asked, which the check of the database tells of.
    """
    if not _there_is_one(settings):
        yield None
        return
    try:
        waiting = await migrate.pending(settings.records_url)
    except StorageError:
        raise NotLooked("The database does not answer.") from None
    if waiting:
        yield None  # Tables that are asked for may not be there yet.
        return
    database = Database(settings.records_url)
    try:
        yield database
    except StorageError:
        raise NotLooked("The database does not answer.") from None
    finally:
        await database.close()


def _there_is_one(settings: Settings) -> bool:
    return bool(settings.database_url) or (settings.data_dir / "slipway.db").exists()


async def database(settings: Settings, _outside: Outside) -> str:
    """Say whether the database answers, is whole, new enough and up to date."""
    if not _there_is_one(settings):
        return "SQLite in the data folder; it is made at the first start."
    waiting = await migrate.pending(settings.records_url)
    records = Database(settings.records_url)
    try:
        version, damage = await records.version(), await records.damage()
    finally:
        await records.close()
    kind, oldest = (
        ("SQLite", OLDEST_SQLITE) if records.embedded else ("PostgreSQL", OLDEST_POSTGRESQL)
    )
    called = f"{kind} {'.'.join(map(str, version))}"
    if damage:
        raise Broken(f"The database is damaged: {damage}.", "Restore it from the backup.")
    if version < oldest:
        raise Broken(
            f"{called} is too old.", f"Update to {kind} {'.'.join(map(str, oldest))} or newer."
        )
    state = "are brought up to date at the next start" if waiting else "are up to date"
    return f"{called} answers; its tables {state}."


async def backups(settings: Settings, _outside: Outside) -> str:
    """Say how old the newest backup is."""
    if settings.backup_dir is None:
        if not _there_is_one(settings):
            return "There is nothing to back up yet."
        raise Doubtful(
            "Nothing says where the backups are.",
            "Back the data up every day (docs/operating.md) and set SLIPWAY_BACKUP_DIR.",
        )
    age = await asyncio.to_thread(_age, settings.backup_dir)
    if age > OLDEST_BACKUP:
        raise Doubtful(
            f"The newest backup in {settings.backup_dir} is {age / 86400:.0f} days old.",
            "Look why none was made since.",
        )
    return f"The newest backup is {max(age, 0) / 3600:.0f} hours old."


def _age(folder: Path) -> float:
    """Return how many seconds ago something came. Raise Broken when there is nothing."""
    try:
        there = [path.stat().st_mtime for path in (*folder.glob("*"), *folder.glob("*/*"))]
    except OSError as error:
        raise Broken(
            f"The backups in {folder} cannot be looked at ({error.strerror}).",
            "Let the user that runs Slipway read the folder.",
        ) from None
    if not there:
        raise Broken(f"There is no backup in {folder}.", "Look why none was made.")
    return time.time() - max(there)
