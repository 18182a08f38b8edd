"""An archive that lies in ranges of several files, and what is made of it set down the same way."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from provisioning.codesign.container.archive import Archive, read_archive
from provisioning.codesign.container.spool import spool
from provisioning.codesign.container.writing import write_piece
from provisioning.codesign.structures.assembled import Assembled, Piece, Range, assembled
from provisioning.codesign.structures.source import FileSource, PartSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`length` bytes of the file at `path` from `start`."""

    path: Path
    start: int
    length: int

    def as_json(self) -> list[str | int]:
        return [str(self.path), self.start, self.length]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> Self:
        path, start, length = values
        return cls(path=Path(path), start=start, length=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """An open archive, and the files that it lies in by their open descriptors."""

    archive: Archive
    files: Mapping[int, Path]

    def only(self, path: str | None) -> dict[int, Path]:
        """Return of the files the one at *path*, if it is among them."""
        return {found: item for found, item in self.files.items() if str(item) == path}


def whole_file(path: Path) -> tuple[Part, ...]:
    """Return a file, all of it, as parts."""
    return (Part(path=path, start=0, length=path.stat().st_size),)


@contextmanager
def open_parts(parts: Sequence[Part]) -> Iterator[Parted]:
    """Open an archive that lies in *parts*, one behind the other. Raise Malformed."""
    with ExitStack() as stack:
        sources: dict[Path, FileSource] = {}
        for path in {part.path: None for part in parts}:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            sources[path] = FileSource(descriptor, os.fstat(descriptor).st_size)
        whole = assembled(Range(sources[part.path], part.start, part.length) for part in parts)
        store = stack.enter_context(spool())
        yield Parted(
            archive=read_archive(whole, store),
            files={source.descriptor: path for path, source in sources.items()},
        )


def set_down(pieces: Iterable[Piece], out: Path, kept: Mapping[int, Path]) -> list[Part]:
    """
    Write to *out* what lies in none of the files *kept*, and return what *pieces* are parts of.

    *kept* are files by their open descriptors; all else becomes part of *out*, one after the other.
    """
    found: list[Part] = []
    end = 0
    with out.open("wb", buffering=0) as file:
        for piece in _resolved(pieces):
            path = _path_of(piece, kept)
            if path is not None and isinstance(piece, Range):
                _add(found, Part(path=path, start=piece.offset, length=piece.length))
                continue
            write_piece(file.fileno(), piece)
            _add(found, Part(path=out, start=end, length=len(piece)))
            end += len(piece)
    return found


def _add(found: list[Part], part: Part) -> None:
    last = found[-1] if found else None
    if last is not None and (last.path, last.start + last.length) == (part.path, part.start):
        found[-1] = Part(path=part.path, start=last.start, length=last.length + part.length)
    else:
        found.append(part)


def _path_of(piece: Piece, kept: Mapping[int, Path]) -> Path | None:
    if isinstance(piece, Range) and isinstance(piece.source, FileSource):
        return kept.get(piece.source.descriptor)
    return None


def _resolved(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces whose ranges are such of files, whatever they were ranges of."""
    for piece in pieces:
        if not isinstance(piece, Range):
            yield piece
        elif isinstance(piece.source, PartSource):
            inner = piece.source
            yield from _resolved((Range(inner.whole, inner.start + piece.offset, piece.length),))
        elif isinstance(piece.source, Assembled):
            yield from _resolved(piece.source.between(piece.offset, piece.offset + piece.length))
        else:
            yield piece
