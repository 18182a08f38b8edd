"""The command line of the audit: `slipway audit export`."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from bot.cli.kept import kept
from bot.cli.running import run

if TYPE_CHECKING:
    from provisioning.releases.history import HistoryLine

COLUMNS: Final = ("at", "actor", "origin", "action", "subject", "about", "detail")


@click.group()
def audit() -> None:
    """Write out who did what, beside a running Slipway."""


@audit.command()
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True
)
@click.option(
    "--since",
    callback=lambda _context, _option, given: _moment(given) if given else None,
    help="Leave out what was done before this day or moment: 2026-11-01, in UTC.",
)
def export(form: str, since: datetime | None) -> None:
    """
    Write everything that was done, oldest first, to standard output.

    Each line has the moment in UTC, who did it (as Slipway refers to them), by which door, the act,
    the id and the name of what it was done to, and the rest as JSON.
    """
    begin = since or datetime.fromtimestamp(0, UTC)
    run(lambda: _export(form, begin))


def _moment(text: str) -> datetime:
    """Read a day or a moment, in UTC where it names no zone. Raise BadParameter."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day like 2026-11-01.") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


async def _export(form: str, since: datetime) -> int:
    from provisioning.releases.history import everything  # noqa: PLC0415 - see cli/main.py
    from provisioning.spreadsheet import harmless  # noqa: PLC0415

    count = 0
    async with kept(with_key=False) as found:
        if form == "csv":
            click.echo(_row(COLUMNS))
        async for line in everything(found.database, found.organization_id, since):
            values = _values(line)
            click.echo(
                _row(list(map(harmless, values.values())))
                if form == "csv"
                else json.dumps({**values, "detail": line.detail}, ensure_ascii=False)
            )
            count += 1
    click.echo(f"Done: {count} entries." if count else "Nothing was done in this time.", err=True)
    return 0


def _values(line: "HistoryLine") -> Mapping[str, str]:
    cells = (
        line.at.astimezone(UTC).isoformat(),
        line.by,
        line.origin,
        line.action,
        line.subject_id,
        line.about,
        json.dumps(line.detail, ensure_ascii=False),
    )
    return dict(zip(COLUMNS, cells, strict=True))


def _row(cells: "tuple[str, ...] | list[str]") -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (audit,)
