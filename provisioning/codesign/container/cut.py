"""
Cutting a deflate stream: keeping its beginning as it is packed, and writing only the rest anew.

Deflate streams consist of blocks that begin at any bit, and zlib tells nobody where. So every bit
before the wanted end is tried that could begin a block with Huffman codes of its own (RFC 1951,
3.2.7); few pass the test of the code lengths. What is cut and joined is inflated once more from a
state before the cut, and compared with what it must be.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.container.mark import STEP, Mark
from provisioning.codesign.structures.source import Source

WINDOW: Final = 32_768
#: How far back a cut is looked for, in marks.
_MARKS: Final = 8
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
#: Enough of a block to tell whether its codes can be read.
_TASTE: Final = 400
#: How much is searched at a time: a block of zlib's is seldom longer than a few of these.
_STRIDE: Final = 8 << 10
#: The part of a block's header that is looked at without zlib, and a little more.
_HEADER_BYTES: Final = 32
_BYTE: Final = 8
#: How much content may lie behind a cut; code that packs a hundredfold is none to cut.
_MOST_REST: Final = 8 << 20
#: A last block with nothing in it, with the fixed codes.
_EMPTY_END: Final = b"\x03\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    mark: Mark
    whole: int
    joint: bytes
    content: int


def cut_stream(
    packed: Source, content: Source, end: int, level: int, marks: Sequence[Mark]
) -> tuple[int, bytes] | None:
    """
    Pack the first *end* bytes of content, of which *packed* is all, by keeping what can be kept.

    The search begins at the last of *marks* before that end, which lie closely together. Return how
    many packed bytes stay as they are, and the bytes that follow them, which end with a full flush;
    None when no cut is near.
    """
    cut = _find(packed, marks, min(end, content.size))
    if cut is None:
        return None
    window = content.read(max(cut.content - WINDOW, 0), min(WINDOW, cut.content))
    bits = -zlib.MAX_WBITS
    stream = (
        zlib.compressobj(level, zlib.DEFLATED, bits, zdict=window)
        if window
        else zlib.compressobj(level, zlib.DEFLATED, bits)
    )
    rest = stream.compress(content.read(cut.content, end - cut.content))
    new = cut.joint + rest + stream.flush(zlib.Z_FULL_FLUSH)
    return (cut.whole, new) if _is_right(packed, content, cut, new, end) else None


def _find(packed: Source, marks: Sequence[Mark], limit: int) -> _Cut | None:
    before = [mark for mark in marks if limit - _MOST_REST <= mark.content <= limit]
    for mark in reversed(before[-_MARKS:]):
        for bit in _candidates(packed, mark.packed):
            cut = _try(packed, mark, bit)
            if cut is not None and cut.content <= limit:
                return cut
    return None


def _candidates(packed: Source, start: int) -> Iterator[int]:
    """Yield the bits of one step at which a block may begin, the last first."""
    for window in range(STEP - _STRIDE, -1, -_STRIDE):
        length = min(_STRIDE + _HEADER_BYTES, packed.size - start - window)
        if length > 0:
            raw = packed.read(start + window, length)
            yield from (8 * window + bit for bit in _headers(raw, 8 * _STRIDE))


def _headers(raw: bytes, end: int) -> Iterator[int]:
    """Yield the bits before *end* at which a block with codes of its own may begin."""
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
        if share == _WHOLE and bit < end:
            yield bit


def _try(packed: Source, mark: Mark, bit: int) -> _Cut | None:
    byte, phase = mark.packed + (bit >> 3), bit & 7
    taste = packed.read(byte, min(_TASTE, packed.size - byte))
    before = packed.read(mark.packed, byte - mark.packed)
    joint = _joint(packed, byte, phase)
    try:
        # Can a block begin here? Distances may reach back, so it is given something to reach.
        shifted = (int.from_bytes(taste, "little") >> phase).to_bytes(len(taste), "little")
        zlib.decompressobj(-zlib.MAX_WBITS, zdict=bytes(WINDOW)).decompress(shifted)
        # Did one end here? Only then may the joint, and a last block, follow.
        state = mark.state.copy()
        output = state.decompress(before + joint + _EMPTY_END, _MOST_REST)
    except zlib.error:
        return None
    if not state.eof or state.unused_data or state.unconsumed_tail:
        return None
    return _Cut(mark=mark, whole=byte, joint=joint, content=mark.content + len(output))


def _joint(packed: Source, byte: int, phase: int) -> bytes:
    """Return the last bits of the old block and an empty stored block, up to a whole byte."""
    kept = packed.read(byte, 1)[0] & ((1 << phase) - 1)
    # Three zero bits begin a stored block that is not the last; they may need a byte of their own.
    return bytes([kept]) + bytes(phase + 3 > _BYTE) + b"\x00\x00\xff\xff"


def _is_right(packed: Source, content: Source, cut: _Cut, new: bytes, end: int) -> bool:
    """Inflate from the mark through the cut to the end, and compare."""
    state = cut.mark.state.copy()
    position = cut.mark.content
    old = packed.read(cut.mark.packed, cut.whole - cut.mark.packed)
    for piece in (old, new, _EMPTY_END):
        output = state.decompress(piece)
        if position + len(output) > end or output != content.read(position, len(output)):
            return False
        position += len(output)
    return bool(state.eof) and position == end
