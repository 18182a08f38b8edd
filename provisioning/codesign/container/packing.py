"""Packing new content: deflated into an unnamed file, with its checksum and its hashes."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.rewrite import Replacement
from provisioning.codesign.container.spool import Spool

#: What Xcode and the zip program use.
USUAL_LEVEL: Final = 6


def pack_bytes(content: bytes, method: int, level: int = USUAL_LEVEL) -> Replacement:
    """Pack small content in memory."""
    packed = content
    if method == records.DEFLATED:
        stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = stream.compress(content) + stream.flush()
    return Replacement(
        packed=(packed,),
        packed_size=len(packed),
        size=len(content),
        crc=zlib.crc32(content),
        method=method,
    )


def pack_stream(
    chunks: Iterable[bytes], method: int, target: Spool, level: int = USUAL_LEVEL
) -> Replacement:
    """Pack content of any size into *target*, in bounded memory."""
    tally = _Tally()
    packed = target.append(_packed(chunks, method, level, tally))
    return Replacement(
        packed=(packed,),
        packed_size=packed.length,
        size=tally.size,
        crc=tally.crc,
        method=method,
    )


@dataclass(slots=True)
class _Tally:
    crc: int = 0
    size: int = 0

    def count(self, chunk: bytes) -> None:
        self.crc = zlib.crc32(chunk, self.crc)
        self.size += len(chunk)


def _packed(chunks: Iterable[bytes], method: int, level: int, tally: _Tally) -> Iterator[bytes]:
    if method == records.STORED:
        for chunk in chunks:
            tally.count(chunk)
            yield chunk
        return
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    for chunk in chunks:
        tally.count(chunk)
        yield stream.compress(chunk)
    yield stream.flush()
