"""What commands find in the database that a running Slipway uses, too."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.catalog.database import Database
    from storage.secrets import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The settings, the database brought up to date, and the key of what is sealed in it."""

    settings: "Settings"
    database: "Database"
    secrets: "Secrets"
    organization_id: str


@asynccontextmanager
async def kept(*, with_key: bool) -> AsyncGenerator[Kept]:
    """
    Open what is kept; *with_key* so that secrets can be sealed and opened.

    Raise SettingsWrong, KeyMissing and KeyWrong.
    """
    # Other commands start faster without these.
    from secrets import token_bytes  # noqa: PLC0415

    from bot import data_folder  # noqa: PLC0415
    from bot.settings import load  # noqa: PLC0415
    from bot.wiring.ground import installation_key  # noqa: PLC0415
    from storage.catalog import organizations  # noqa: PLC0415
    from storage.catalog.database import Database  # noqa: PLC0415
    from storage.migrations import migrate  # noqa: PLC0415
    from storage.secrets import Secrets  # noqa: PLC0415

    settings = load()
    data_folder.make(settings.data_dir)
    await migrate.upgrade(settings.records_url)
    database = Database(settings.records_url)
    try:
        # Where nothing is sealed or opened any key will do: what it sealed can still be destroyed.
        key = await installation_key(settings, database) if with_key else token_bytes(32)
        async with database.writing() as session:
            organization = await organizations.named(session, settings.organization)
        yield Kept(
            settings=settings,
            database=database,
            secrets=Secrets(key),
            organization_id=organization.id,
        )
    finally:
        await database.close()
