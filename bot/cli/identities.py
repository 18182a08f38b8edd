"""The command line of signing identities: `slipway identities list`, `import` and `retire`."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.confirming import confirm
from bot.cli.kept import kept
from bot.cli.running import run
from bot.cli.signing import AUTHORITY, FILE, NotDone, authorities_in, password_of, small_file

if TYPE_CHECKING:
    from cryptography import x509

    from provisioning.signing.identities import Identities, IdentityCard

#: So much of a fingerprint tells one from another.
SHORT = 16

WHAT_FOLLOWS = (
    "Its private key is destroyed, and no app is signed with it any more. What it signed is still "
    "handed out, until another identity signs the same build for the same devices. Backups made so "
    "far still hold the key, encrypted."
)


@click.group()
def identities() -> None:
    """Keep the certificates that Slipway signs with. It may run beside a running Slipway."""


@identities.command("list")
def every() -> None:
    """Show every identity: its fingerprint, name, team, and until when it holds."""
    run(_every)


@identities.command("import")
@click.argument("file", type=FILE)
@AUTHORITY
def bring(file: Path, *, authorities: tuple[Path, ...]) -> None:
    """
    Keep a certificate with its private key, a p12; a retired one signs again.

    Its password comes from SLIPWAY_P12_PASSWORD, else it is asked for.
    """
    content = small_file(file)
    trusted = authorities_in(authorities)
    password = password_of(file)
    run(lambda: _bring(content, password, trusted))


@identities.command()
@click.argument("identity")
@click.option("--yes", is_flag=True, help="Do not ask.")
def retire(identity: str, *, yes: bool) -> None:
    """
    Destroy the private key of an IDENTITY, named by its fingerprint or the beginning of it.

    What it signed is still handed out; only its p12 brings it back.
    """
    run(lambda: _retire(identity, sure=yes))


async def _every() -> int:
    async with _opened(with_key=False) as own:
        cards = await own.every()
    if not cards:
        click.echo("There are no signing identities. `slipway identities import` brings one.")
    for card in cards:
        click.echo(_line(card))
    return 0


async def _bring(
    content: bytes, password: str, authorities: "Sequence[x509.Certificate] | None"
) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py

    async with _opened(with_key=True, authorities=authorities) as own:
        click.echo(_line(await own.import_p12(content, password, COMMAND_LINE)))
    return 0


async def _retire(named: str, *, sure: bool) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py

    async with _opened(with_key=False) as own:
        card = _meant(await own.every(), named)
        if card.retired:
            click.echo(f"{_line(card)}\nIt was retired before; nothing was changed.")
            return 0
        if not sure:
            confirm(f"{_line(card)}\n{WHAT_FOLLOWS}", "Retire it?")
        await own.retire(card.id, COMMAND_LINE)
    click.echo(f"Done: the key of {card.name} is destroyed, and it signs no more.")
    return 0


def _meant(cards: "Sequence[IdentityCard]", named: str) -> "IdentityCard":
    wanted = named.lower()
    found = [
        card
        for card in cards
        if wanted and wanted in {card.id, (card.fingerprint or "")[: len(wanted)]}
    ]
    if len(found) != 1:
        how_many = "Several signing identities begin" if found else "No signing identity begins"
        raise NotDone(f"{how_many} with {named}. `slipway identities list` shows them all.")
    return found[0]


def _line(card: "IdentityCard") -> str:
    mark = card.fingerprint[:SHORT] if card.fingerprint else card.id
    if card.retired:
        state = "retired"
    elif card.expires_at is None:
        state = "waits for Apple's certificate"
    else:
        state = f"until {card.expires_at:%-d %B %Y}"
    return f"{mark}  {card.name}  {card.team_id or '-'}  {state}"


@asynccontextmanager
async def _opened(
    *, with_key: bool, authorities: "Sequence[x509.Certificate] | None" = None
) -> "AsyncGenerator[Identities]":
    from provisioning.signing.identities import Identities  # noqa: PLC0415 - see cli/main.py

    async with kept(with_key=with_key) as found:
        yield Identities(
            found.database,
            found.secrets,
            organization_id=found.organization_id,
            authorities=authorities,
        )


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (identities,)
