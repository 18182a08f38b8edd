"""An executable in a prepared file: chunks that stay where they are, and new ones among them."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.archive import Archive
from provisioning.codesign.container.chunks import Chunk, join_chunks, pack_chunk
from provisioning.codesign.container.rewrite import Replacement
from provisioning.codesign.errors import Malformed
from provisioning.codesign.splicing.index import BundlePlace, ChunkPlace, Region
from provisioning.codesign.structures.assembled import Range
from provisioning.codesign.structures.digest import Digest, digest_of
from provisioning.codesign.structures.source import PIECE, PartSource, pieces


@dataclass(slots=True, kw_only=True)
class SplicedCode:
    """One executable; `new` holds the content of the chunks that were replaced."""

    archive: Archive
    bundle: BundlePlace
    level: int
    new: dict[int, bytes] = field(default_factory=dict)

    @property
    def method(self) -> int:
        return self.archive.by_name[self.bundle.executable].method

    def read_region(self, region: Region) -> bytes:
        """Return the bytes of a signature. Raise Malformed when they are not what was prepared."""
        numbers = range(region.first_chunk, region.last_chunk + 1)
        content = b"".join(piece for number in numbers for piece in self._old(number))
        if len(content) != region.size:
            raise Malformed("The prepared file is not the one that its index describes.")
        return content

    def write_region(self, region: Region, content: bytes) -> None:
        """Replace those chunks of a signature that change."""
        position = 0
        for number in range(region.first_chunk, region.last_chunk + 1):
            chunk = self.bundle.chunks[number]
            if chunk.changes:
                self.new[number] = content[position : position + chunk.size]
            position += chunk.size

    def joined(self) -> Replacement:
        return join_chunks([self._chunk(number) for number in self._numbers], self.method)

    def digest(self) -> Digest:
        """Hash the whole new executable, as the bundles around it seal it."""
        return digest_of(piece for number in self._numbers for piece in self._content(number))

    def _content(self, number: int) -> Iterable[bytes]:
        return (self.new[number],) if number in self.new else self._old(number)

    @property
    def _numbers(self) -> range:
        return range(len(self.bundle.chunks))

    def _chunk(self, number: int) -> Chunk:
        if number in self.new:
            return pack_chunk(self.new[number], self.method, self.level)
        chunk = self.bundle.chunks[number]
        packed = self._packed(chunk)
        return Chunk(
            size=chunk.size,
            crc=chunk.crc,
            packed=(Range(packed.whole, packed.start, packed.size),),
        )

    def _old(self, number: int) -> Iterator[bytes]:
        chunk = self.bundle.chunks[number]
        packed = self._packed(chunk)
        if self.method == records.STORED:
            yield from pieces(packed)
            return
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for piece in pieces(packed):
                output = stream.decompress(piece, PIECE)
                while output:
                    yield output
                    output = stream.decompress(stream.unconsumed_tail, PIECE)
        except zlib.error:
            raise Malformed("The prepared file is damaged.") from None

    def _packed(self, chunk: ChunkPlace) -> PartSource:
        entry = self.archive.by_name[self.bundle.executable]
        start = self.archive.data_offset(entry) + chunk.packed_offset
        return PartSource(self.archive.source, start, chunk.packed_size)
