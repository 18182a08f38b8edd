"""The command line: `slipway serve`, `demo`, `migrate`, `inspect`, `resign`, `doctor`."""

import asyncio
import hashlib
import json
import logging
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import observability
from bot.cli import secrets as cli_secrets
from bot.cli import signing as cli_signing
from bot.settings import Settings, load
from storage.errors import SlipwayError
from storage.inspection.diff import compare
from storage.inspection.facts import Facts, Hashes, Inspection
from storage.inspection.rejection import PackageRejected

if TYPE_CHECKING:
    from storage.inspection.worker import InspectionPool

VERSION_OPTIONS = {"package_name": "slipway", "prog_name": "slipway"}


class Unreadable(SlipwayError):
    """The file cannot be read."""


def run(work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run *work* and exit with its code; an error of ours is its sentence and exit code 1."""
    try:
        code = asyncio.run(work())
    except (SlipwayError, PackageRejected) as error:
        click.echo(str(error), err=True)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def settings_or_exit(**given: Any) -> Settings:  # noqa: ANN401 - the fields of Settings
    """Return the settings; wrong ones end the program with one sentence for each mistake."""
    try:
        return load(**given)
    except SlipwayError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)


@click.group()
@click.version_option(**VERSION_OPTIONS)
def main() -> None:
    """Distribute apps from Slack: a build dropped in a channel becomes a release on a phone."""


for command in (*cli_signing.COMMANDS, *cli_secrets.COMMANDS):
    main.add_command(command)


@main.command()
def serve() -> None:
    """Run Slipway with the settings of the environment."""
    from bot.serving import serve as start  # noqa: PLC0415 - other commands start faster without

    settings = settings_or_exit()
    complaints = settings.slack_complaints()
    if complaints:
        click.echo("\n".join(complaints), err=True)
        click.echo(
            "`slipway doctor` checks everything; docs/slack.md tells where to get them.", err=True
        )
        sys.exit(2)
    observability.configure(settings.log_format)
    run(lambda: start(settings))


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    from storage.migrations import migrate as migrations  # noqa: PLC0415

    settings = settings_or_exit()
    settings.data_dir.mkdir(parents=True, exist_ok=True)

    async def work() -> int:
        before = await migrations.pending(settings.records_url)
        await migrations.upgrade(settings.records_url)
        click.echo(
            f"Done: {len(before)} {'step' if len(before) == 1 else 'steps'}."
            if before
            else "Nothing to do."
        )
        return 0

    run(work)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--diff", "as_diff", is_flag=True, help="Say what changed from the first to the second."
)
def inspect(files: tuple[Path, ...], *, as_json: bool, as_diff: bool) -> None:
    """Say what a package says about itself."""
    if len(files) != (2 if as_diff else 1):
        raise click.UsageError("--diff takes two files." if as_diff else "It takes one file.")

    async def work() -> int:
        async with InspectionPool(workers=1) as pool:
            read = [await _inspected(pool, file) for file in files]
        if as_diff:
            click.echo(_difference(read[0].facts, read[1].facts, as_json=as_json))
        else:
            click.echo(read[0].text() if as_json else render(read[0].facts))
        return 0

    from storage.inspection.sheet import render  # noqa: PLC0415
    from storage.inspection.worker import InspectionPool  # noqa: PLC0415

    run(work)


async def _inspected(pool: "InspectionPool", file: Path) -> Inspection:
    hashes = await asyncio.to_thread(_hashes, file)
    return await pool.inspect(file, hashes, file.name)


def _difference(old: Facts, new: Facts, *, as_json: bool) -> str:
    changes = compare(old, new)
    if as_json:
        return json.dumps([asdict(change) for change in changes], ensure_ascii=False)
    if not changes:
        return "Nothing that a fact sheet holds has changed."
    return "\n".join(f"{'!' if change.loud else ' '} {change.sentence}" for change in changes)


def _hashes(file: Path) -> Hashes:
    """Raise Unreadable when the file cannot be opened."""
    digests = []
    try:
        for name in ("md5", "sha1", "sha256"):
            with file.open("rb") as opened:
                digests.append(hashlib.file_digest(opened, name).hexdigest())
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}.") from None
    return Hashes(md5=digests[0], sha1=digests[1], sha256=digests[2])


@main.command()
def doctor() -> None:
    """Check the installation, and say what to do about each trouble."""
    from bot.doctor import examine  # noqa: PLC0415

    settings = settings_or_exit()

    async def work() -> int:
        findings = await examine(settings)
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name}: {finding.sentence}")
        broken = sum(not finding.ok for finding in findings)
        click.echo("All is well." if not broken else f"{broken} to look after.")
        return 1 if broken else 0

    run(work)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path), help="Keep everything here.")
@click.option("--script", is_flag=True, help="Walk the main road without a browser, then end.")
@click.option(
    "--build",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --script: the package to post instead of the sample.",
)
def demo(*, port: int, data_dir: Path | None, script: bool, build: Path | None) -> None:
    """Run everything with a Slack workspace of its own, on this machine alone."""
    from bot.sandbox.demo import demo as start  # noqa: PLC0415
    from bot.sandbox.script import script as walk  # noqa: PLC0415

    observability.configure("text", level=logging.WARNING)
    if script:
        run(lambda: walk(data_dir=data_dir, build=build))
    elif build is not None:
        raise click.UsageError("--build goes with --script; on the page, post the file yourself.")
    else:
        run(lambda: start(port=port, data_dir=data_dir))
