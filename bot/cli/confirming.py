"""Asking before something is destroyed."""

import sys

import click

from bot.cli.signing import NotDone


def confirm(what: str, question: str) -> None:
    """Say *what* would happen, and ask. Raise NotDone when nobody is here or the answer is no."""
    if not somebody_is_here():
        raise NotDone("Nobody is here to confirm it. Add --yes if you are sure.")
    click.echo(what, err=True)
    if not click.confirm(question, err=True):
        raise NotDone("Nothing was changed.")


def somebody_is_here() -> bool:
    """Tell whether anybody could answer a question."""
    return sys.stdin.isatty()
