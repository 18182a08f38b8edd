"""The command line of devices: `slipway devices import` and `export`."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.kept import kept
from bot.cli.running import run
from bot.cli.signing import FILE, NotDone

if TYPE_CHECKING:
    from provisioning.actors import Identity
    from provisioning.devices.bulk.rows import DeviceRow
    from provisioning.devices.devices import Devices
    from provisioning.devices.imports import DeviceImports, ImportedRow
    from provisioning.devices.sheets import DeviceSheet
    from provisioning.ports import PersonFacts

NO_SLACK = (
    "SLIPWAY_SLACK_BOT_TOKEN is missing, and owners are looked up in Slack. Set it as the running "
    "Slipway has it."
)
WHAT_FOLLOWS = (
    "The running Slipway asks for their places within a minute; a release manager approves them in "
    "Slack: `/release devices pending`."
)


@click.group()
def devices() -> None:
    """Bring lists of devices in and out, beside a running Slipway."""


@devices.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--owner",
    required=True,
    help="Whose those are whose line names nobody: an e-mail address, or a Slack user id.",
)
def bring(file: Path, *, owner: str) -> None:
    """
    Keep the devices of a FILE: Apple's table, a .deviceids, or a CSV of Firebase or App Center.

    A line that cannot be taken is told, stops no other, and ends the command with 1.
    """
    run(lambda: _bring(file, owner))


@devices.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """
    Write every device, whole UDIDs included, to a new FILE that you alone may read.

    A name that ends in .deviceids makes a property list of it, any other Apple's table. Apple takes
    100 devices of a file, so that more than these make several.
    """
    run(lambda: _export(file))


async def _bring(file: Path, owner: str) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py
    from provisioning.devices.bulk.reading import read_device_list  # noqa: PLC0415
    from provisioning.devices.bulk.rows import MOST_BYTES  # noqa: PLC0415
    from provisioning.devices.wording import problem  # noqa: PLC0415

    with file.open("rb") as opened:
        found = read_device_list(opened.read(MOST_BYTES + 1))
    async with _opened(with_slack=True) as room:
        outcomes = await room.imports.carry_out(
            found,
            COMMAND_LINE,
            owner=await room.who(owner),
            owner_of=room.who,
            # What the command line asks for it would approve: people do that.
            ask=False,
        )
    for one in found.problems:
        click.echo(problem(one), err=True)
    failed = [one for one in outcomes if one.why]
    for row in failed:
        click.echo(f"Line {row.line}: …{row.tail}: {row.why}", err=True)
    click.echo(_counted(outcomes, len(failed)))
    if any(one.new for one in outcomes):
        click.echo(WHAT_FOLLOWS)
    return int(bool(failed or found.problems))


def _counted(outcomes: "Sequence[ImportedRow]", failed: int) -> str:
    new = sum(one.new for one in outcomes)
    return f"Done: {new} new, {len(outcomes) - new - failed} here already, {failed} not taken."


async def _export(file: Path) -> int:
    from provisioning.actors import COMMAND_LINE  # noqa: PLC0415 - see cli/main.py
    from provisioning.devices.bulk.writing import (  # noqa: PLC0415
        parts,
        write_property_list,
        write_table,
    )

    async with _opened(with_slack=False) as room:
        sheets = await room.devices.export(COMMAND_LINE)
    written = 0
    for number, portion in enumerate(parts(map(_row, reversed(sheets))), 1):
        place = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
        if file.suffix == ".deviceids":
            _write(place, write_property_list(portion))
        else:
            _write(place, write_table(portion).encode())
        written += len(portion)
        click.echo(f"{place}: {len(portion)}")
    click.echo(f"Done: {written} devices." if written else "There are no devices.")
    return 0


def _row(sheet: "DeviceSheet") -> "DeviceRow":
    from provisioning.devices.bulk.rows import IOS, MAC, DeviceRow  # noqa: PLC0415 - see cli/main.py
    from provisioning.devices.udids import read_udid  # noqa: PLC0415

    udid = read_udid(sheet.udid, mac=sheet.platform == "MAC_OS")
    assert udid is not None  # Nothing else is kept.
    platform = MAC if sheet.platform == "MAC_OS" else IOS
    return DeviceRow(line=0, udid=udid, name=sheet.name, platform=platform)


def _write(place: Path, content: bytes) -> None:
    """Write a new file that nobody else may read. Raise NotDone where there is one."""
    try:
        opened = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotDone(f"There is a file {place} already. Name another one.") from None
    except OSError as error:
        raise NotDone(f"{place} cannot be written ({error.strerror}).") from None
    with os.fdopen(opened, "wb") as file:
        file.write(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What is done with devices here; `with_email` finds people in Slack."""

    devices: "Devices"
    imports: "DeviceImports"
    with_email: "Callable[[str], Awaitable[PersonFacts | None]]"

    async def who(self, named: str) -> "Identity":
        """Return who is meant by an e-mail address or a Slack user id."""
        from provisioning.actors import email, slack  # noqa: PLC0415 - see cli/main.py

        if "@" not in named:
            return slack(named)
        person = await self.with_email(named)
        return slack(person.id) if person is not None else email(named)


class _LeftToTheClock:
    """The engine of a command: what is to begin, the running Slipway's clock begins."""

    async def start(self, road: str, subject: str) -> None:
        """Leave a start to the clock, which finds by its moment what is due."""


@asynccontextmanager
async def _opened(*, with_slack: bool) -> AsyncGenerator[_Room]:
    # Other commands start faster without these.
    from bot.slack.line import client  # noqa: PLC0415 - see cli/main.py
    from bot.slack.workspace import workspace  # noqa: PLC0415
    from provisioning.devices.approvals import Approvals  # noqa: PLC0415
    from provisioning.devices.devices import Devices  # noqa: PLC0415
    from provisioning.devices.imports import DeviceImports  # noqa: PLC0415
    from provisioning.people.audience import Audience  # noqa: PLC0415
    from provisioning.people.permissions import Permissions  # noqa: PLC0415

    async with kept(with_key=False) as found, client.open_session() as session:
        given = found.settings.slack_bot_token
        if given is None and with_slack:
            raise NotDone(NO_SLACK)
        token = given.get_secret_value() if given is not None else ""
        ways = client.clients(session, token=token, base_url=found.settings.slack_api_url)
        directory = workspace(ways, found.database).directory
        own, database = found.organization_id, found.database
        admins = found.settings.admins
        permissions = Permissions(database, directory, organization_id=own, admins=admins)
        audience = Audience(database, directory, organization_id=own)
        engine = _LeftToTheClock()
        approvals = Approvals(database, permissions, audience, engine, organization_id=own)
        devices_ = Devices(database, permissions, audience, approvals, organization_id=own)
        imports = DeviceImports(database, permissions, devices_, approvals, organization_id=own)
        yield _Room(devices=devices_, imports=imports, with_email=directory.with_email)


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (devices,)
