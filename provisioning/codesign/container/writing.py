"""Writing pieces to a file, inside the kernel where that is possible."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from provisioning.codesign.structures.assembled import Piece, Range, chunks_of
from provisioning.codesign.structures.source import FileSource, PartSource, Source

_AT_ONCE: Final = 64 << 20


def write_file(
    path: Path, pieces: Iterable[Piece], progress: Callable[[int], None] | None = None
) -> None:
    """
    Write pieces to *path*, which appears whole or not at all.

    *progress* hears the number of bytes of each piece when it is written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb", buffering=0) as file:
            for piece in pieces:
                write_piece(file.fileno(), piece)
                if progress is not None:
                    progress(len(piece))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_piece(target: int, piece: Piece) -> None:
    """Append a piece to the open file *target*."""
    if isinstance(piece, Range):
        place = _in_file(piece.source, piece.offset)
        if place is not None and _copy(place[0], place[1], target, piece.length):
            return
    for chunk in chunks_of([piece]):
        view = memoryview(chunk)
        while view:
            view = view[os.write(target, view) :]


def _in_file(source: Source, offset: int) -> tuple[int, int] | None:
    while isinstance(source, PartSource):
        offset += source.start
        source = source.whole
    return (source.descriptor, offset) if isinstance(source, FileSource) else None


def _copy(descriptor: int, offset: int, target: int, length: int) -> bool:
    """Copy inside the kernel; False when nothing was copied because it cannot be done here."""
    copied = 0
    while copied < length:
        try:
            step = os.copy_file_range(
                descriptor, target, min(_AT_ONCE, length - copied), offset + copied
            )
        except (OSError, AttributeError):
            if copied:
                raise
            return False
        if not step:
            if copied:
                raise OSError("The file became shorter while it was copied.")
            return False
        copied += step
    return True
