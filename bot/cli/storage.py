"""The command line of stored files: `slipway storage verify`."""

import sys
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import click

from bot.cli.running import run

if TYPE_CHECKING:
    from storage.blobs.store import BlobStore
    from storage.catalog.database import Database

#: So many builds are asked for at once.
PAGE = 500


@click.group()
def storage() -> None:
    """Look after the stored files."""


@storage.command()
def verify() -> None:
    """
    Read every stored file and name those that are damaged or missing.

    It may run beside a running Slipway, and changes nothing. The exit code is 1 when there is any.
    """
    run(_verify)


async def _verify() -> int:
    # Other commands start faster without these.
    import asyncio  # noqa: PLC0415

    from bot import data_folder  # noqa: PLC0415
    from bot.settings import load  # noqa: PLC0415
    from bot.wiring.ground import stored_files  # noqa: PLC0415
    from storage.catalog.database import Database  # noqa: PLC0415

    settings = load()
    await asyncio.to_thread(data_folder.require, settings.data_dir)
    seen = await _looked_at(stored_files(settings))
    database = Database(settings.records_url)
    try:
        wrong = [line async for line in _wrong(database, seen)]
    finally:
        await database.close()
    # What is no build is a picture, or a part of something that can be made again.
    damaged = sum(not is_right for is_right in seen.values())
    for line in wrong:
        click.echo(line)
    click.echo(
        f"{len(seen)} files were read: {damaged} damaged; {len(wrong)} builds cannot be had."
    )
    if not damaged and not wrong:
        return 0
    click.echo("Post or push the same builds again, or restore the files from a backup.")
    return 1


async def _looked_at(blobs: "BlobStore") -> dict[str, bool]:
    """Return whether each stored file is what its digest says."""
    from storage.blobs.scrub import read_again  # noqa: PLC0415

    seen: dict[str, bool] = {}
    async for sha256, _ in blobs.every():
        _, seen[sha256] = await read_again(blobs.read(sha256), sha256)
        if sys.stderr.isatty():
            click.echo(f"\r{len(seen)} files", nl=False, err=True)
    return seen


async def _wrong(database: "Database", seen: Mapping[str, bool]) -> AsyncIterator[str]:
    """Yield a line for each build whose file is damaged or missing."""
    from storage.catalog import builds  # noqa: PLC0415

    last = ""
    while True:
        async with database.reading() as session:
            some = await builds.some_after(session, last, limit=PAGE)
        for build in some:
            if build.sha256 is not None and not seen.get(build.sha256):
                what = "damaged" if build.sha256 in seen else "missing"
                name = f"{build.file_name or build.bundle_id} {build.version} ({build.build})"
                yield f"{name}: {what}, {build.sha256}"
        if len(some) < PAGE:
            return
        last = some[-1].id


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (storage,)
