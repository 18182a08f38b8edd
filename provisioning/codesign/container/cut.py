"""
Cutting a deflate stream: keeping its beginning as it is packed, and writing only the rest anew.

Deflate streams consist of blocks that begin at any bit, and zlib tells nobody where. Between 64 KB
and a bound, every bit is tried that could begin a block with Huffman codes of its own (RFC 1951,
3.2.7); few pass the test of the code lengths, and a cut is made only where the rest, read from
there, gives exactly the content that it must.
"""

import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from provisioning.codesign.structures.source import Source, pieces

WINDOW: Final = 32_768
_STEP: Final = 32 << 10
_MARKS: Final = 12
_MOST_AT_ONCE: Final = 16 << 20
#: BFINAL 0 and BTYPE 10 with at most 286 literal codes; then at most 30 distance codes.
_HEADER: Final = re.compile(
    b"(?=[%s][%s])"
    % (
        b"".join(re.escape(bytes([4 | count << 3])) for count in range(30)),
        b"".join(re.escape(bytes([low | high << 5])) for low in range(30) for high in range(8)),
    ),
    re.DOTALL,
)
#: For four code lengths of three bits: how much of the code space they take, in 128ths.
_SHARES: Final = tuple(
    sum(128 >> length for length in (group >> shift & 7 for shift in (0, 3, 6, 9)) if length)
    for group in range(4096)
)
_WHOLE: Final = 128
_TASTE: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """
    A place between two blocks. `whole` packed bytes stay as they are; `joint` follows them and ends
    on a byte: the last bits of the old block, and an empty stored block. `content` is how much
    content lies before the cut.
    """

    whole: int
    joint: bytes
    content: int


@dataclass(frozen=True, slots=True)
class _Mark:
    packed: int
    content: int
    state: Any


def find_cut(packed: Source, content: Source, limit: int) -> Cut | None:
    """
    Find the last cut with at most *limit* bytes of content before it; None when there is none near.

    *packed* is a deflate stream and *content* what it inflates to.
    """
    marks = _marks(packed, limit)
    end = min(packed.size, marks[-1].packed + 2 * _STEP) if marks else 0
    for mark in reversed(marks):
        for bit in _candidates(packed.read(mark.packed, end - mark.packed)):
            cut = _try(packed, content, mark, bit)
            if cut is not None and cut.content <= limit:
                return cut
        end = mark.packed + 32  # A header that began before this mark may reach behind it.
    return None


def _marks(packed: Source, limit: int) -> list[_Mark]:
    """Inflate up to *limit*, and keep the last states on the way there."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    marks: deque[_Mark] = deque(maxlen=_MARKS)
    done = 0
    for position in range(0, packed.size, _STEP):
        if done > limit or stream.eof:
            break
        marks.append(_Mark(position, done, stream.copy()))
        piece = stream.decompress(
            packed.read(position, min(_STEP, packed.size - position)), _MOST_AT_ONCE
        )
        if stream.unconsumed_tail:
            return []  # Content that packs a thousandfold is no code.
        done += len(piece)
    return list(marks)


def _candidates(raw: bytes) -> Iterator[int]:
    """Yield the bits at which a block with its own codes may begin, the last first."""
    number = int.from_bytes(raw, "little")
    found: list[int] = []
    for phase in range(8):
        shifted = (number >> phase).to_bytes(len(raw), "little")
        found += [8 * match.start() + phase for match in _HEADER.finditer(shifted)]
    for bit in sorted(found, reverse=True):
        start = bit >> 3
        word = int.from_bytes(raw[start : start + 11], "little") >> (bit & 7)
        lengths = (word >> 17) & ((1 << 3 * ((word >> 13 & 15) + 4)) - 1)
        share = 0
        while lengths:
            share += _SHARES[lengths & 4095]
            lengths >>= 12
        if share == _WHOLE:
            yield bit


def _try(packed: Source, content: Source, mark: _Mark, bit: int) -> Cut | None:
    byte, phase = mark.packed + (bit >> 3), bit & 7
    taste = _shifted(packed.read(byte, min(_TASTE, packed.size - byte)), phase)
    try:
        zlib.decompressobj(-zlib.MAX_WBITS, zdict=bytes(WINDOW)).decompress(taste)
        before = mark.state.copy()
        last = byte + (phase > 0)
        position = mark.content + len(
            before.decompress(packed.read(mark.packed, last - mark.packed))
        )
        if not _gives(packed, content, (byte, phase), position):
            return None
    except zlib.error:
        return None
    # Whatever the bits before claim to be, they must end a block: only then may another follow.
    joint = _joint(packed, byte, phase)
    state = mark.state.copy()
    output = state.decompress(packed.read(mark.packed, byte - mark.packed) + joint + _EMPTY_END)
    if not state.eof or mark.content + len(output) != position:
        return None
    return Cut(whole=byte, joint=joint, content=position)


#: A last block with nothing in it, with the fixed codes.
_EMPTY_END: Final = b"\x03\x00"


def _joint(packed: Source, byte: int, phase: int) -> bytes:
    kept = packed.read(byte, 1)[0] & ((1 << phase) - 1) if phase else 0
    # Three zero bits begin a stored block that is not the last; they may need a byte of their own.
    first = bytes([kept]) + (b"\0" if phase + 3 > 8 else b"")  # noqa: PLR2004  the bits of a byte
    return first + b"\x00\x00\xff\xff"


def _gives(packed: Source, content: Source, place: tuple[int, int], position: int) -> bool:
    """Tell whether the stream, read from a bit on, gives the content from *position* on."""
    byte, phase = place
    window = content.read(max(position - WINDOW, 0), min(WINDOW, position))
    stream = zlib.decompressobj(-zlib.MAX_WBITS, zdict=window)
    carry = b""
    for piece in pieces(packed, byte):
        raw = carry + piece
        if len(raw) < 2:  # noqa: PLR2004  shifting needs the next byte
            break
        output = stream.decompress(_shifted(raw, phase)[:-1])
        carry = raw[-1:]
        if position + len(output) > content.size:
            return False
        if output != content.read(position, len(output)):
            return False
        position += len(output)
    output = stream.decompress(_shifted(carry, phase))
    if position + len(output) != content.size:
        return False
    return stream.eof and output == content.read(position, len(output))


def _shifted(raw: bytes, phase: int) -> bytes:
    return (int.from_bytes(raw, "little") >> phase).to_bytes(len(raw), "little")
