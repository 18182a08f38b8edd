"""How a command runs, and what its exit codes are."""

import sys
from collections.abc import Callable, Coroutine
from typing import Any

import click

from storage.errors import SlipwayError
from storage.inspection.rejection import PackageRejected


def run(work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run *work* and exit with its code; an error of ours is its sentence and exit code 1."""
    import asyncio  # noqa: PLC0415 - `--help` starts faster without

    try:
        code = asyncio.run(work())
    except (SlipwayError, PackageRejected) as error:
        click.echo(str(error), err=True)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
