"""The command line of the doctor: `slipway doctor`."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from bot.findings import Finding, Gravity, summary
from storage.errors import SlipwayError

if TYPE_CHECKING:
    from bot.settings import Settings

#: What stands before each finding.
MARKS = {
    Gravity.WELL: "ok     ",
    Gravity.SKIPPED: "-      ",
    Gravity.WARNING: "WARNING",
    Gravity.BROKEN: "BROKEN ",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(*, as_json: bool) -> None:
    """
    Look at the installation, also from outside, and say what to do about each trouble.

    Ends with 1 when something is broken, with 0 when all is well or only warned of.
    """
    # Other commands start faster without these.
    import asyncio  # noqa: PLC0415

    from bot.settings import load  # noqa: PLC0415

    try:
        settings = load()
    except SlipwayError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
    found = asyncio.run(_examined(settings))
    click.echo(as_text(found) if not as_json else as_json_text(found))
    sys.exit(1 if any(one.gravity is Gravity.BROKEN for one in found) else 0)


async def _examined(settings: "Settings") -> Sequence[Finding]:
    # Other commands start faster without it.
    from bot.doctor.examination import examine  # noqa: PLC0415

    return await examine(settings)


def as_text(found: Sequence[Finding]) -> str:
    """Return the findings for people, one a line, each trouble with what to do below it."""
    lines = []
    for one in found:
        lines.append(f"{MARKS[one.gravity]}  {one.what}: {one.found}")
        if one.to_do:
            lines.append(f"         → {one.to_do}")
    return "\n".join([*lines, summary(found)])


def as_json_text(found: Sequence[Finding]) -> str:
    """Return the findings for machines: whether nothing is broken, and each row."""
    is_sound = all(one.gravity is not Gravity.BROKEN for one in found)
    return json.dumps(
        {"ok": is_sound, "findings": [one.facts() for one in found]}, ensure_ascii=False, indent=2
    )


#: What `bot.cli.main` adds to its own.
COMMANDS: tuple[click.Command, ...] = (doctor,)
