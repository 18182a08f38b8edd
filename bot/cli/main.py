"""The command line: `slipway serve`, `demo`, `migrate`, `inspect`, `resign`, `doctor`."""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import apple as cli_apple
from bot.cli import auditing as cli_auditing
from bot.cli import devices as cli_devices
from bot.cli import examining as cli_examining
from bot.cli import identities as cli_identities
from bot.cli import packages as cli_packages
from bot.cli import secrets as cli_secrets
from bot.cli import signing as cli_signing
from bot.cli import storage as cli_storage
from bot.cli.running import run
from storage.errors import SlipwayError

# What a command needs is imported when it runs: the others start faster without.
if TYPE_CHECKING:
    from bot.settings import Settings

#: So many objects are made before the garbage collector looks for garbage among them. Starting
#: makes what lasts, and to look through that again and again took a sixth of a start.
STARTING = 200_000

VERSION_OPTIONS = {"package_name": "slipway", "prog_name": "slipway"}


def settings_or_exit(**given: Any) -> "Settings":  # noqa: ANN401 - the fields of Settings
    """Return the settings; wrong ones end the program with one sentence for each mistake."""
    from bot.settings import load  # noqa: PLC0415

    try:
        return load(**given)
    except SlipwayError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)


@click.group()
@click.version_option(**VERSION_OPTIONS)
def main() -> None:
    """Distribute apps from Slack: a build dropped in a channel becomes a release on a phone."""
    gc.set_threshold(STARTING)


for command in (
    *cli_packages.COMMANDS,
    *cli_signing.COMMANDS,
    *cli_identities.COMMANDS,
    *cli_apple.COMMANDS,
    *cli_devices.COMMANDS,
    *cli_secrets.COMMANDS,
    *cli_storage.COMMANDS,
    *cli_auditing.COMMANDS,
    *cli_examining.COMMANDS,
):
    main.add_command(command)


@main.command()
def serve() -> None:
    """Run Slipway with the settings of the environment."""
    settings = settings_or_exit()
    complaints = settings.slack_complaints()
    if complaints:
        click.echo("\n".join(complaints), err=True)
        click.echo(
            "`slipway doctor` checks everything; docs/slack.md tells where to get them.", err=True
        )
        sys.exit(2)

    # The house is large, and who has to mend a setting first need not wait for it.
    from bot import observability  # noqa: PLC0415
    from bot.serving import serve as start  # noqa: PLC0415

    observability.configure(settings.log_format)
    run(lambda: start(settings))


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    from bot import data_folder  # noqa: PLC0415
    from storage.migrations import migrate as migrations  # noqa: PLC0415

    settings = settings_or_exit()

    async def work() -> int:
        data_folder.make(settings.data_dir)
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
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path), help="Keep everything here.")
@click.option("--script", is_flag=True, help="Walk the main road without a browser, then end.")
@click.option(
    "--build",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --script: the package to post instead of the sample.",
)
@click.option(
    "--with-device", is_flag=True, help="With --script: go on with a phone that is not in it yet."
)
@click.option(
    "--lifecycle", is_flag=True, help="With --script: go on to joiners, recall and rollback."
)
def demo(
    *,
    port: int,
    data_dir: Path | None,
    script: bool,
    build: Path | None,
    with_device: bool,
    lifecycle: bool,
) -> None:
    """Run everything with a Slack workspace of its own, on this machine alone."""
    import logging  # noqa: PLC0415

    from bot import observability  # noqa: PLC0415
    from bot.sandbox.demo import demo as start  # noqa: PLC0415
    from bot.sandbox.script import script as walk  # noqa: PLC0415

    observability.configure("text", level=logging.WARNING)
    for name, on in (("--with-device", with_device), ("--lifecycle", lifecycle)):
        if on and (build is not None or not script):
            raise click.UsageError(f"{name} goes with --script, and with the sample's own build.")
    if script:
        run(
            lambda: walk(
                data_dir=data_dir, build=build, with_device=with_device, lifecycle=lifecycle
            )
        )
    elif build is not None:
        raise click.UsageError("--build goes with --script; on the page, post the file yourself.")
    else:
        run(lambda: start(port=port, data_dir=data_dir))
