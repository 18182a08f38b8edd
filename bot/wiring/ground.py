"""The ground: what every room stands on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.links import Links
from bot.secret_key import secret_key
from bot.settings import Settings
from storage.blobs.local import LocalBlobs
from storage.blobs.store import BlobStore
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.migrations import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Settings, records, blobs, and the secret of this installation."""

    settings: Settings
    links: Links
    database: Database
    blobs: LocalBlobs
    organization_id: str
    key: bytes


def stored_files(settings: Settings) -> BlobStore:
    """Return the stored files for whoever only looks, beside the process that writes."""
    return LocalBlobs(settings.data_dir / "blobs", writes=False)


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncGenerator[Ground]:
    """Bring the tables up to date and open what lies on disk. Raise SlipwayError."""
    await asyncio.to_thread(settings.data_dir.mkdir, parents=True, exist_ok=True)
    key = await asyncio.to_thread(secret_key, settings.key_file)
    await migrate.upgrade(settings.records_url)
    database = Database(settings.records_url)
    try:
        async with database.writing() as session:
            organization = await organizations.named(session, settings.organization)
        yield Ground(
            settings=settings,
            links=Links(settings.base_url),
            database=database,
            blobs=await asyncio.to_thread(LocalBlobs, settings.data_dir / "blobs"),
            organization_id=organization.id,
            key=key,
        )
    finally:
        await database.close()
