"""The command line of kept secrets: `slipway rotate`."""

import sys
from pathlib import Path

import click

from storage.errors import SlipwayError


@click.command()
@click.option(
    "--former",
    "former",
    type=click.Path(path_type=Path),
    required=True,
    help="The file of the secret key that was used until now.",
)
def rotate(*, former: Path) -> None:
    """Bring every kept secret from the former secret key to the current one."""
    import asyncio  # noqa: PLC0415 - see below

    try:
        count = asyncio.run(_rotate(former))
    except SlipwayError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"Done: {count} secrets are sealed with the current key.")


async def _rotate(former: Path) -> int:
    import asyncio  # noqa: PLC0415

    # Other commands start faster without these.
    from bot.secret_key import secret_key  # noqa: PLC0415
    from bot.settings import SettingsWrong, load  # noqa: PLC0415
    from provisioning.signing.identities import rotate as wrap_anew  # noqa: PLC0415
    from storage.catalog.database import Database  # noqa: PLC0415
    from storage.migrations import migrate  # noqa: PLC0415
    from storage.secrets import Secrets  # noqa: PLC0415

    if not await asyncio.to_thread(former.is_file):
        raise SettingsWrong(f"There is no file {former}.")
    settings = load()
    old = await asyncio.to_thread(secret_key, former)
    current = await asyncio.to_thread(secret_key, settings.key_file)
    await migrate.upgrade(settings.records_url)
    database = Database(settings.records_url)
    try:
        return await wrap_anew(database, Secrets(current, [old]))
    finally:
        await database.close()


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (rotate,)
