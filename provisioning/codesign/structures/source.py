"""Sources: bytes of a known length that can be read anywhere, without holding them all."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from provisioning.codesign.errors import Malformed

#: Pieces in which long ranges are read; large enough for speed, small enough for any machine.
PIECE = 1 << 20


class Source(Protocol):
    """Bytes with a length that can be read at any offset."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly *length* bytes from *offset*. Raise Malformed past the end."""


@dataclass(frozen=True, slots=True)
class BytesSource:
    """Bytes that are in memory already."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int, length: int) -> bytes:
        _check(offset, length, self.size)
        return self.content[offset : offset + length]


@dataclass(frozen=True, slots=True)
class FileSource:
    """An open file that nobody changes meanwhile."""

    descriptor: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        _check(offset, length, self.size)
        pieces: list[bytes] = []
        while length:
            piece = os.pread(self.descriptor, length, offset)
            if not piece:
                raise Malformed("The file became shorter while it was read.")
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


@dataclass(frozen=True, slots=True)
class PartSource:
    """A part of another source, such as one slice of a fat file."""

    whole: Source
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        _check(offset, length, self.size)
        return self.whole.read(self.start + offset, length)


def pieces(source: Source, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes from *start* up to *end*, a piece at a time."""
    end = source.size if end is None else end
    while start < end:
        length = min(PIECE, end - start)
        yield source.read(start, length)
        start += length


def _check(offset: int, length: int, size: int) -> None:
    if offset < 0 or length < 0 or offset + length > size:
        raise Malformed("The file ends before the data it announces.")
