"""Chunks of an executable: its code as it is packed, and its signatures each on their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from provisioning.codesign.container.archive import Archive, Inflated
from provisioning.codesign.container.chunks import (
    Chunk,
    keep_beginning,
    pack_chunk,
    pack_hashes,
    pack_range,
)
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.splicing.index import ChunkPlace, Region
from provisioning.codesign.splicing.region import stable_range

#: Below this, packing code anew costs less than looking for a place to cut its stream.
_WORTH_CUTTING: Final = 1 << 20


@dataclass(slots=True)
class ChunkedCode:
    """The chunks of one executable, which of them change, and the regions they make up."""

    chunks: list[Chunk] = field(default_factory=list)
    changing: set[int] = field(default_factory=set)
    regions: list[Region] = field(default_factory=list)

    def places(self) -> Iterator[ChunkPlace]:
        position = 0
        for number, chunk in enumerate(self.chunks):
            yield ChunkPlace(
                size=chunk.size,
                crc=chunk.crc,
                packed_offset=position,
                packed_size=chunk.packed_size,
                changes=number in self.changing,
            )
            position += chunk.packed_size

    def add_region(self, start: int, region: bytes, method: int) -> None:
        """Append the chunks of one signature; its page hashes never change."""
        first = len(self.chunks)
        stable = stable_range(region) or (len(region), len(region))
        self._add_changing(region[: stable[0]], method)
        if stable[0] < stable[1]:
            self.chunks.append(pack_hashes(region[stable[0] : stable[1]], method))
        self._add_changing(region[stable[1] :], method)
        self.regions.append(
            Region(
                offset=start,
                size=len(region),
                first_chunk=first,
                last_chunk=len(self.chunks) - 1,
            )
        )

    def _add_changing(self, content: bytes, method: int) -> None:
        if content:
            self.changing.add(len(self.chunks))
            self.chunks.append(pack_chunk(content, method))


def chunk_code(
    archive: Archive,
    entry: Entry,
    content: Inflated,
    regions: Sequence[tuple[int, bytes]],
) -> ChunkedCode:
    """Lay out an executable whose signature *regions*, in order, begin at the given offsets."""
    code = ChunkedCode()
    source = content.source
    position = 0
    for start, region in regions:
        begin = None
        if not position and start >= _WORTH_CUTTING:
            begin = keep_beginning(archive.packed(entry), content, start, entry.method)
        code.chunks.append(
            begin or pack_range(source, position, start, entry.method, archive.spool)
        )
        code.add_region(start, region, entry.method)
        position = start + len(region)
    if position < source.size:
        code.chunks.append(pack_range(source, position, source.size, entry.method, archive.spool))
    return code
