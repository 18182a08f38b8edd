"""Samples are written to a path or to a file that is open already."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

Target = Path | BinaryIO


@contextmanager
def opened(target: Target) -> Iterator[BinaryIO]:
    """Give an open seekable file to write to; a file that came open stays open."""
    if not isinstance(target, Path):
        yield target
        return
    with target.open("w+b") as file:
        yield file


def path_of(target: Target) -> Path:
    return target if isinstance(target, Path) else Path(str(getattr(target, "name", "")))
