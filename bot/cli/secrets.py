"""The command line of the secret key: `slipway rotate` and `slipway new-key`."""

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


@click.command("new-key")
def new_key() -> None:
    """
    Make a new secret key in place of one that was lost for good.

    Links that were sent end, and people get new ones; signing identities are imported again, and
    teams at Apple connected again.
    """
    import asyncio  # noqa: PLC0415 - see below

    try:
        ended, lost = asyncio.run(_new_key())
    except SlipwayError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"Done: there is a new secret key. {ended} install links ended with the old one.")
    click.echo("Whoever opens their Home in Slack, or is told of a release, gets a new link.")
    for what in lost:
        click.echo(f"{what} again: its key cannot be opened any more.")


async def _new_key() -> tuple[int, list[str]]:
    import asyncio  # noqa: PLC0415

    # Other commands start faster without these.
    from bot import data_folder  # noqa: PLC0415
    from bot.secret_key import check_of, secret_key  # noqa: PLC0415
    from bot.settings import SettingsWrong, load  # noqa: PLC0415
    from storage.catalog import apple_teams, grants, identities, organizations  # noqa: PLC0415
    from storage.catalog.database import Database  # noqa: PLC0415
    from storage.migrations import migrate  # noqa: PLC0415
    from storage.records.base import now  # noqa: PLC0415

    settings = load()
    await asyncio.to_thread(data_folder.make, settings.data_dir)
    if await asyncio.to_thread(settings.key_file.exists):
        raise SettingsWrong(
            f"There is a secret key, {settings.key_file}. To replace it, move it away and run "
            "`slipway rotate --former` with the place it was moved to: nothing is lost then but "
            "old links."
        )
    await migrate.upgrade(settings.records_url)
    database = Database(settings.records_url)
    try:
        async with database.writing() as session:
            ended = await grants.expire(session, now())
            kept, teams = await identities.every(session), await apple_teams.every(session)
        # By now no link of the old key holds. With the new one written down, the start is free.
        key = await asyncio.to_thread(secret_key, settings.key_file)
        async with database.writing() as session:
            await organizations.remember_key(session, settings.organization, check_of(key))
    finally:
        await database.close()
    lost = [f"Import the signing identity {one.name}" for one in kept if one.sealed_key]
    return ended, lost + [f"Connect the team of issuer {one.issuer_id} at Apple" for one in teams]


async def _rotate(former: Path) -> int:
    import asyncio  # noqa: PLC0415

    # Other commands start faster without these.
    from bot import data_folder  # noqa: PLC0415
    from bot.secret_key import check_of, secret_key  # noqa: PLC0415
    from bot.settings import SettingsWrong, load  # noqa: PLC0415
    from provisioning.devices import teams  # noqa: PLC0415
    from provisioning.signing import identities  # noqa: PLC0415
    from storage.catalog import grants, organizations  # noqa: PLC0415
    from storage.catalog.database import Database  # noqa: PLC0415
    from storage.migrations import migrate  # noqa: PLC0415
    from storage.records.base import now  # noqa: PLC0415
    from storage.secrets import Secrets  # noqa: PLC0415

    if not await asyncio.to_thread(former.is_file):
        raise SettingsWrong(f"There is no file {former}.")
    settings = load()
    await asyncio.to_thread(data_folder.make, settings.data_dir)
    old = await asyncio.to_thread(secret_key, former)
    current = await asyncio.to_thread(secret_key, settings.key_file)
    await migrate.upgrade(settings.records_url)
    database = Database(settings.records_url)
    try:
        keys = Secrets(current, [old])
        count = await identities.rotate(database, keys) + await teams.rotate(database, keys)
        async with database.writing() as session:
            await grants.expire(session, now())  # Links of the former key lead nowhere.
            await organizations.remember_key(session, settings.organization, check_of(current))
        return count
    finally:
        await database.close()


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (rotate, new_key)
