"""The ground: what every room stands on."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from bot import data_folder
from bot.authorities import apple_stand_ins
from bot.findings import Finding
from bot.links import Links
from bot.secret_key import KeyMissing, hold_to, kept_key, made_with_a_key, secret_key
from bot.settings import Settings
from storage.blobs.local import LocalBlobs
from storage.blobs.store import BlobStore
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.errors import NotWritable
from storage.migrations import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """
    Settings, records, blobs, and the secret of this installation.

    *authorities* are trusted in place of Apple's, if there are any.
    """

    settings: Settings
    links: Links
    database: Database
    blobs: LocalBlobs
    organization_id: str
    key: bytes
    authorities: tuple[x509.Certificate, ...] | None = None

    async def examine(self) -> Sequence[Finding]:
        """Return what the doctor finds."""
        # It asks everybody: commands that only need the key start faster without.
        from bot.doctor.examination import examine  # noqa: PLC0415

        return await examine(self.settings)


def stored_files(settings: Settings) -> BlobStore:
    """Return the stored files for whoever only looks, beside the process that writes."""
    return LocalBlobs(settings.data_dir / "blobs", writes=False)


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncGenerator[Ground]:
    """
    Bring the tables up to date and open what lies on disk.

    Raise SlipwayError: KeyMissing and KeyWrong as `installation_key` does, NotWritable when the
    data folder takes nothing, SettingsWrong when the authorities in place of Apple's are none.
    """
    authorities = await asyncio.to_thread(apple_stand_ins, settings)
    await asyncio.to_thread(data_folder.make, settings.data_dir)
    await migrate.upgrade(settings.records_url)
    database = Database(settings.records_url)
    try:
        key = await installation_key(settings, database)
        async with database.writing() as session:
            organization = await organizations.named(session, settings.organization)
        yield Ground(
            settings=settings,
            links=Links(settings.base_url),
            database=database,
            blobs=await asyncio.to_thread(_blobs, settings.data_dir / "blobs"),
            organization_id=organization.id,
            key=key,
            authorities=authorities,
        )
    finally:
        await database.close()


def _blobs(root: Path) -> LocalBlobs:
    try:
        return LocalBlobs(root)
    except OSError as error:
        raise NotWritable(
            f"The folder of builds, {root}, cannot be written ({error.strerror}). Give it to the "
            "user that runs Slipway."
        ) from None


async def installation_key(settings: Settings, database: Database) -> bytes:
    """
    Return the secret key; a new one only where nothing was made with another.

    Raise KeyMissing when links or secrets were made with a key that is gone, KeyWrong when they
    were made with another one.
    """
    key = await _key(settings.key_file, database)
    await hold_to(database, settings.organization, key, settings.key_file)
    return key


async def _key(path: Path, database: Database) -> bytes:
    try:
        return await asyncio.to_thread(kept_key, path)
    except KeyMissing:
        made = await made_with_a_key(database)
    if made:
        raise KeyMissing(
            f"The secret key {path} is missing, and {made} were made with it. Restore it from the "
            "backup. If it is lost for good, run `slipway new-key`: people get new links then."
        )
    return await asyncio.to_thread(secret_key, path)
