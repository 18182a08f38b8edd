"""`slipway storage verify`, as a person types it."""

import asyncio
import shutil
from pathlib import Path

from storage.blobs.local import LocalBlobs
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.records.build import Build
from tests.integration.test_cli import slipway
from tests.unit.storage.blobs.streams import PLENTY, stream


async def filled(folder: Path) -> list[Path]:
    """Keep three builds, and return where their files are."""
    database, blobs = Database(f"sqlite:///{folder / 'slipway.db'}"), LocalBlobs(folder / "blobs")
    places = []
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
        for number in range(3):
            blob = await blobs.put(stream(b"%d" % number * 100), limit=PLENTY)
            session.add(
                Build(
                    organization_id=organization.id,
                    sha256=blob.sha256,
                    platform="android",
                    file_name=f"harbour-{number}.apk",
                    version=f"2.{number}",
                    build=str(number),
                    facts={},
                )
            )
            places.append(folder / "blobs" / blob.sha256[:2] / blob.sha256[2:4] / blob.sha256)
    await database.close()
    return places


def test_b7_what_is_damaged_or_missing_is_named(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "slipway.db")
    _, damaged, missing = asyncio.run(filled(tmp_path))
    well = slipway("storage", "verify", SLIPWAY_DATA_DIR=str(tmp_path))
    damaged.write_bytes(b"other")
    missing.unlink()
    (tmp_path / "blobs" / "incoming" / "half").write_bytes(b"under way")
    done = slipway("storage", "verify", SLIPWAY_DATA_DIR=str(tmp_path))

    assert (well.returncode, well.stdout) == (
        0,
        "3 files were read: 0 damaged; 0 builds cannot be had.\n",
    )
    assert done.returncode == 1
    assert f"harbour-1.apk 2.1 (1): damaged, {damaged.name}" in done.stdout
    assert f"harbour-2.apk 2.2 (2): missing, {missing.name}" in done.stdout
    assert "2 files were read: 1 damaged; 2 builds cannot be had." in done.stdout
    assert "restore the files from a backup" in done.stdout
    assert (tmp_path / "blobs" / "incoming" / "half").exists()
