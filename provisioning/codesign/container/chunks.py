"""
Deflate streams made of chunks, each of which begins and ends on a byte.

A chunk ends with a full flush, so it knows nothing of the ones before it, and any of them can be
replaced while the others stay. Joined, and followed by an empty last block, they are one stream.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Inflated
from provisioning.codesign.container.checksum import combine
from provisioning.codesign.container.cut import cut_stream
from provisioning.codesign.container.packing import USUAL_LEVEL
from provisioning.codesign.container.rewrite import Replacement
from provisioning.codesign.container.spool import Spool
from provisioning.codesign.structures.assembled import Piece, Range
from provisioning.codesign.structures.source import PartSource, Source, pieces

#: Ends a stream whose chunks are all flushed: one empty block with the fixed codes.
LAST_BLOCK: Final = b"\x03\x00"
_NO_PACKING: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A part of an entry: its content's length and checksum, and its packed bytes."""

    size: int
    crc: int
    packed: tuple[Piece, ...]

    @property
    def packed_size(self) -> int:
        return sum(len(piece) for piece in self.packed)


def pack_chunk(content: bytes, method: int, level: int = USUAL_LEVEL) -> Chunk:
    """Pack a chunk in memory."""
    packed = b"".join(_deflated((content,), level)) if method == records.DEFLATED else content
    return Chunk(size=len(content), crc=zlib.crc32(content), packed=(packed,))


def pack_hashes(content: bytes, method: int) -> Chunk:
    """Pack a chunk of hashes, which nothing makes smaller."""
    return pack_chunk(content, method, _NO_PACKING)


def pack_range(content: Source, start: int, end: int, method: int, target: Spool) -> Chunk:
    """Pack a range of any length into *target*."""
    crc = checksum(content, start, end)
    if method == records.STORED:
        packed = target.append(pieces(content, start, end))
    else:
        packed = target.append(_deflated(pieces(content, start, end), USUAL_LEVEL))
    return Chunk(size=end - start, crc=crc, packed=(packed,))


def keep_beginning(packed: PartSource, content: Inflated, end: int, method: int) -> Chunk | None:
    """
    Return the first *end* bytes of an entry as a chunk that keeps nearly all its packed bytes.

    None when the stream cannot be cut near there; then the chunk has to be packed anew.
    """
    if method == records.STORED:
        new, whole = b"", end
    else:
        cut = cut_stream(packed, content.source, end, USUAL_LEVEL, content.marks)
        if cut is None:
            return None
        whole, new = cut
    crc = checksum(content.source, 0, end)
    return Chunk(size=end, crc=crc, packed=(Range(packed.whole, packed.start, whole), new))


def join_chunks(chunks: Sequence[Chunk], method: int) -> Replacement:
    """Put chunks together to the content of one entry."""
    crc = size = 0
    packed: list[Piece] = []
    for chunk in chunks:
        crc = combine(crc, chunk.crc, chunk.size)
        size += chunk.size
        packed += chunk.packed
    if method == records.DEFLATED:
        packed.append(LAST_BLOCK)
    return Replacement(
        packed=tuple(packed),
        packed_size=sum(len(piece) for piece in packed),
        size=size,
        crc=crc,
        method=method,
    )


def checksum(content: Source, start: int, end: int) -> int:
    crc = 0
    for piece in pieces(content, start, end):
        crc = zlib.crc32(piece, crc)
    return crc


def _deflated(chunks: Iterable[bytes], level: int) -> Iterator[bytes]:
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    for chunk in chunks:
        yield stream.compress(chunk)
    yield stream.flush(zlib.Z_FULL_FLUSH)
