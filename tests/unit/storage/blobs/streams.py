"""Streams of bytes for the tests of the stores."""

from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

PLENTY = 1 << 40


async def stream(*chunks: bytes) -> AsyncGenerator[bytes]:
    for chunk in chunks:
        yield chunk


async def repeated(chunk: bytes, times: int) -> AsyncGenerator[bytes]:
    for _ in range(times):
        yield chunk


def files_in(root: Path) -> list[str]:
    """Return the names of all files below *root*, the half-written ones too."""
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def leftovers(root: Path, kept: Iterable[str] = ()) -> list[str]:
    """Return the names of the files below *root* that are none of *kept*."""
    return [name for name in files_in(root) if name not in set(kept)]
