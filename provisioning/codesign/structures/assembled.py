"""New content made of ranges of old content and of new bytes, without copying either."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.source import PIECE, Source


@dataclass(frozen=True, slots=True)
class Range:
    """A range of bytes that exist already."""

    source: Source
    offset: int
    length: int

    def __len__(self) -> int:
        return self.length


Piece: TypeAlias = Range | bytes


@dataclass(slots=True)
class Assembled:
    """Pieces one after the other, readable anywhere like any other source."""

    pieces: list[Piece] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    size: int = 0

    def add(self, piece: Piece) -> None:
        """Append a piece; neighbouring ranges become one."""
        if not len(piece):
            return
        last = self.pieces[-1] if self.pieces else None
        if (
            isinstance(piece, Range)
            and isinstance(last, Range)
            and last.source is piece.source
            and last.offset + last.length == piece.offset
        ):
            self.pieces[-1] = Range(last.source, last.offset, last.length + piece.length)
        else:
            self.pieces.append(piece)
            self.starts.append(self.size)
        self.size += len(piece)

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly *length* bytes from *offset*. Raise Malformed past the end."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Malformed("The file ends before the data it announces.")
        pieces = self.between(offset, offset + length)
        return b"".join(read_piece(piece, 0, len(piece)) for piece in pieces)

    def between(self, start: int, end: int) -> Iterator[Piece]:
        """Yield the pieces that make up the bytes from *start* up to, but not including, *end*."""
        number = max(bisect_right(self.starts, start) - 1, 0)
        while start < end:
            inner = start - self.starts[number]
            length = min(len(self.pieces[number]) - inner, end - start)
            yield cut_piece(self.pieces[number], inner, length)
            start += length
            number += 1


def assembled(pieces: Iterable[Piece]) -> Assembled:
    whole = Assembled()
    for piece in pieces:
        whole.add(piece)
    return whole


def cut_piece(piece: Piece, offset: int, length: int) -> Piece:
    if isinstance(piece, Range):
        return Range(piece.source, piece.offset + offset, length)
    return piece[offset : offset + length]


def read_piece(piece: Piece, offset: int, length: int) -> bytes:
    if isinstance(piece, Range):
        return piece.source.read(piece.offset + offset, length)
    return piece[offset : offset + length]


def chunks_of(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """Yield the bytes of pieces in order, a bounded amount at a time."""
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield read_piece(piece, start, min(PIECE, len(piece) - start))
