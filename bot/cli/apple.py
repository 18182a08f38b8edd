"""The command line of teams at Apple: `slipway apple`."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.confirming import confirm
from bot.cli.kept import kept
from bot.cli.running import run
from bot.cli.signing import FILE, NotDone, small_file

if TYPE_CHECKING:
    from provisioning.devices.team_report import AppleTeamCard, AppleTeamReport
    from provisioning.devices.teams import AppleTeams

#: Apple calls the file of a key so.
FILE_NAME = re.compile(r"AuthKey_([A-Z0-9]{8,20})\.p8", re.IGNORECASE)
#: Apple refuses tokens that are older than twenty minutes, or from the future.
WRONG_CLOCK = timedelta(minutes=5)

ISSUER = click.option(
    "--issuer", required=True, help="The issuer id, above the list of team keys; a UUID."
)
KEY_ID = click.option(
    "--key-id", default="", help="The key id; else it is read from the file's name."
)

WHAT_FOLLOWS = (
    "Its key is destroyed here, and no device is registered and no profile made with it any more. "
    "Nothing changes at Apple: revoke the key in App Store Connect as well."
)


@click.group()
def apple() -> None:
    """Keep the keys with which Slipway speaks to App Store Connect, beside a running Slipway."""


@apple.command()
@click.argument("file", type=FILE)
@ISSUER
@KEY_ID
def connect(file: Path, *, issuer: str, key_id: str) -> None:
    """
    Keep a team key, the .p8 FILE that Apple gave out once, encrypted.

    It is tried first; a key that Apple does not take is not kept.
    """
    content = small_file(file)
    run(lambda: _connect(content, issuer, key_id or _key_id_of(file)))


@apple.command()
@click.argument("file", type=FILE)
@ISSUER
@KEY_ID
def rotate(file: Path, *, issuer: str, key_id: str) -> None:
    """Put another key, the .p8 FILE, in the place of a team's. It is tried first."""
    content = small_file(file)
    run(lambda: _rotate(content, issuer, key_id or _key_id_of(file)))


@apple.command()
def status() -> None:
    """Try the key of each team, and say what is wrong; any trouble ends with 1."""
    run(_status)


@apple.command()
@click.argument("team")
@click.option("--yes", is_flag=True, help="Do not ask.")
def disconnect(team: str, *, yes: bool) -> None:
    """Destroy the key of a TEAM, named by its team id or its issuer id."""
    run(lambda: _disconnect(team, sure=yes))


async def _connect(content: bytes, issuer: str, key_id: str) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py

    async with _opened(with_key=True) as teams:
        card = await teams.connect(issuer, key_id, content, COMMAND_LINE)
    click.echo(f"Connected: {_line(card)}")
    return 0


async def _rotate(content: bytes, issuer: str, key_id: str) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py

    async with _opened(with_key=True) as teams:
        card = await teams.rotate(issuer, key_id, content, COMMAND_LINE)
    click.echo(f"Done: {_line(card)}\nRevoke the key before it in App Store Connect.")
    return 0


async def _status() -> int:
    async with _opened(with_key=True) as teams:
        reports = await teams.report()
    if not reports:
        click.echo("No team at Apple is connected. `slipway apple connect` does that.")
    for report in reports:
        click.echo(_told(report))
    return int(any(report.complaint for report in reports))


async def _disconnect(team: str, *, sure: bool) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py

    async with _opened(with_key=False) as teams:
        card = await teams.meant(team)
        if not sure:
            confirm(f"{_line(card)}\n{WHAT_FOLLOWS}", "Disconnect it?")
        await teams.disconnect(team, COMMAND_LINE)
    click.echo(f"Done: the key of {_name(card)} is destroyed here.")
    return 0


def _key_id_of(file: Path) -> str:
    named = FILE_NAME.fullmatch(file.name)
    if named is None:
        raise NotDone("The file is not called AuthKey_….p8: give the key's id with --key-id.")
    return named[1]


def _name(card: "AppleTeamCard") -> str:
    return f"the team {card.team_id}" if card.team_id else f"the team of issuer {card.issuer_id}"


def _line(card: "AppleTeamCard") -> str:
    return f"{card.team_id or '-'}  issuer {card.issuer_id}  key {card.key_id}"


def _told(report: "AppleTeamReport") -> str:
    if report.complaint:
        return f"{_line(report.card)}\n  {report.complaint}"
    rate = report.rate
    figures = [
        _counted(report.devices, "device"),
        f"{_counted(report.certificates, 'certificate')} in force",
        *([f"{rate.remaining} of {rate.limit} calls left this hour"] if rate else []),
    ]
    lines = [_line(report.card), f"  It works: {', '.join(figures)}."]
    if abs(report.skew) > WRONG_CLOCK:
        minutes = round(report.skew.total_seconds() / 60)
        lines.append(f"  This machine's clock is {-minutes:+d} minutes off Apple's. Set it right.")
    return "\n".join(lines)


def _counted(count: int | None, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count or 0} {what}s"


@asynccontextmanager
async def _opened(*, with_key: bool) -> "AsyncGenerator[AppleTeams]":
    # Other commands start faster without these.
    from provisioning.appstore.client import AppStores  # noqa: PLC0415
    from provisioning.devices.teams import AppleTeams  # noqa: PLC0415

    async with kept(with_key=with_key) as found:
        stores = AppStores(base_url=found.settings.apple_api_url.rstrip("/"))
        try:
            yield AppleTeams(
                found.database, found.secrets, stores, organization_id=found.organization_id
            )
        finally:
            await stores.aclose()


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (apple,)
