"""The command line of teams at Apple: `slipway apple`."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.confirming import confirm
from bot.cli.kept import Kept, kept
from bot.cli.running import run
from bot.cli.signing import AUTHORITY, FILE, NotDone, authorities_in, password_of, small_file

if TYPE_CHECKING:
    from cryptography import x509

    from provisioning.devices.team_findings import AppleFinding
    from provisioning.devices.team_report import AppleTeamCard, AppleTeamReport
    from provisioning.devices.teams import AppleTeams

ISSUER = click.option(
    "--issuer", required=True, help="The issuer id, above the list of team keys; a UUID."
)
KEY_ID = click.option(
    "--key-id", default="", help="The key id; else it is read from the file's name."
)

WHAT_FOLLOWS = (
    "Its key is destroyed here, no device is registered and no profile made with it any more, and "
    "what waits for it is forgotten. Nothing changes at Apple: revoke the key in App Store Connect "
    "as well."
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
@click.option("--p12", type=FILE, help="Bring the certificate with its key, in place of a new one.")
@AUTHORITY
def certificate(team: str, *, p12: Path | None, authorities: tuple[Path, ...]) -> None:
    """
    Get a TEAM the certificate that Slipway signs with.

    Without a p12 Slipway makes a key that nobody sees, and Apple certifies it. The password of a
    p12 comes from SLIPWAY_P12_PASSWORD, else it is asked for.
    """
    content = small_file(p12) if p12 else b""
    password = password_of(p12) if p12 else ""
    trusted = authorities_in(authorities)
    run(lambda: _certificate(team, content, password, trusted))


@apple.command()
@click.argument("team")
@click.argument("date")
def renewal(team: str, date: str) -> None:
    """Say on which DATE, such as 2027-03-01, the membership of a TEAM renews."""
    run(lambda: _renewal(team, date))


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
    from provisioning.devices.team_findings import findings  # noqa: PLC0415 - see cli/main.py
    from provisioning.devices.teams import NO_TEAM  # noqa: PLC0415
    from storage.records.base import now  # noqa: PLC0415

    async with _opened(with_key=True) as teams:
        reports = await teams.report()
    if not reports:
        click.echo(NO_TEAM)
    for report in reports:
        click.echo(_told(report, findings(report, now())))
    return int(any(report.complaint for report in reports))


async def _certificate(
    team: str,
    p12: bytes,
    password: str,
    authorities: "Sequence[x509.Certificate] | None",
) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py
    from provisioning.connecting.certificates import TeamCertificates  # noqa: PLC0415
    from provisioning.signing.identities import Identities  # noqa: PLC0415
    from provisioning.wording import day  # noqa: PLC0415

    async with _kept(with_key=True) as (found, teams):
        identities = Identities(
            found.database,
            found.secrets,
            organization_id=found.organization_id,
            authorities=authorities,
        )
        certificates = TeamCertificates(teams, identities)
        row_id = (await teams.meant(team)).id
        if p12:
            card = await certificates.bring(row_id, p12, password, COMMAND_LINE)
        else:
            card = await certificates.make(row_id, COMMAND_LINE)
    until = f", until {day(card.expires_at)}" if card.expires_at else ""
    click.echo(f"Slipway signs with {card.name}{until}.\nFingerprint: {card.fingerprint}")
    return 0


async def _renewal(team: str, date: str) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py
    from provisioning.connecting.setup import date_of  # noqa: PLC0415
    from provisioning.wording import day  # noqa: PLC0415

    when = date_of(date)
    if when is None:
        raise NotDone("Say on which day the membership renews, such as 2027-03-01.")
    async with _opened(with_key=False) as teams:
        card = await teams.renew_on(team, when, COMMAND_LINE)
    click.echo(f"The membership of {_name(card)} renews on {day(when)}.")
    return 0


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
    from provisioning.appstore.wire.key import key_id_in  # noqa: PLC0415 - see cli/main.py

    found = key_id_in(file.name)
    if not found:
        raise NotDone("The file is not called AuthKey_….p8: give the key's id with --key-id.")
    return found


def _name(card: "AppleTeamCard") -> str:
    return f"the team {card.team_id}" if card.team_id else f"the team of issuer {card.issuer_id}"


def _line(card: "AppleTeamCard") -> str:
    return f"{card.team_id or '-'}  issuer {card.issuer_id}  key {card.key_id}"


def _told(report: "AppleTeamReport", found: "Sequence[AppleFinding]") -> str:
    from provisioning.devices.team_findings import how_it_does  # noqa: PLC0415 - see cli/main.py
    from provisioning.wording import day  # noqa: PLC0415

    lines = [_line(report.card)]
    if not report.complaint:
        lines.append(f"  {how_it_does(report)}")
    if report.usable:
        best = report.usable[0]
        lines.append(f"  Signs with {best.name}, until {day(best.expires_at)}.")
    for one in found:
        lines += [f"  {one.found}", f"    → {one.to_do}"]
    return "\n".join(lines)


@asynccontextmanager
async def _kept(*, with_key: bool) -> "AsyncGenerator[tuple[Kept, AppleTeams]]":
    # Other commands start faster without these.
    from provisioning.appstore.client import AppStores  # noqa: PLC0415 - see cli/main.py
    from provisioning.devices.teams import AppleTeams  # noqa: PLC0415

    async with kept(with_key=with_key) as found:
        stores = AppStores(base_url=found.settings.apple_api_url.rstrip("/"))
        teams = AppleTeams(
            found.database, found.secrets, stores, organization_id=found.organization_id
        )
        try:
            yield found, teams
        finally:
            await stores.aclose()


@asynccontextmanager
async def _opened(*, with_key: bool) -> "AsyncGenerator[AppleTeams]":
    async with _kept(with_key=with_key) as (_, teams):
        yield teams


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (apple,)
