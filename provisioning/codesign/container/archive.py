"""An archive open for reading: entries by name, inflated as a stream, checked to the end."""

import os
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provisioning.codesign.container import entry as records
from provisioning.codesign.container.directory import Directory, read_directory
from provisioning.codesign.container.entry import Entry
from provisioning.codesign.container.mark import MOST_MARKS, STEP, Mark
from provisioning.codesign.container.spool import Spool, spool
from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.source import (
    PIECE,
    BytesSource,
    FileSource,
    PartSource,
    Source,
    pieces,
)

#: Inflated entries up to this size are worked on in memory, larger ones in an unnamed file.
IN_MEMORY: Final = 64 << 10
#: The largest entry that is asked for as a whole, unless the caller says otherwise.
SMALL: Final = 4 << 20
LARGEST_ENTRY: Final = 4 << 30


_PEEK: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflated:
    """The content of an entry, and the last states on the way through its deflate stream."""

    source: Source
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip archive whose directory was read and found sound."""

    source: Source
    directory: Directory
    by_name: dict[str, Entry] = field(repr=False)
    spool: Spool = field(repr=False)
    known: dict[str, Inflated] = field(default_factory=dict, repr=False)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.directory.entries

    def data_offset(self, entry: Entry) -> int:
        """Return where an entry's packed bytes begin. Raise Malformed when its header lies."""
        name = entry.raw_name
        header = self.source.read(entry.offset, records.LOCAL.size + len(name))
        fields = records.LOCAL.unpack_from(header)
        if fields[0] != records.LOCAL_MAGIC or fields[3] != entry.method:
            raise Malformed(f"{entry.name} has a header that disagrees with the directory.")
        # Who unpacks a stream has nothing but this name, who reads the directory never sees it.
        if fields[9] != len(name) or header[records.LOCAL.size :] != name:
            raise Malformed(f"{entry.name} has another name in its header than in the directory.")
        start: int = entry.offset + records.LOCAL.size + fields[9] + fields[10]
        if start + entry.packed_size > entry.end:
            raise Malformed(f"{entry.name} overlaps another entry.")
        return start

    def packed(self, entry: Entry) -> PartSource:
        """Return the bytes of an entry as they are in the archive."""
        return PartSource(self.source, self.data_offset(entry), entry.packed_size)

    def chunks(self, entry: Entry, marks: "deque[Mark] | None" = None) -> Iterator[bytes]:
        """
        Yield an entry's content; at its end size and CRC have been checked. Raise Malformed.

        *marks* collects states of inflating, from which it can be taken up again.
        """
        crc = size = 0
        for chunk in self._inflated(entry, marks=marks):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            if size > entry.size:
                raise Malformed(f"{entry.name} is larger than the archive says.")
            yield chunk
        if size != entry.size:
            raise Malformed(f"{entry.name} is smaller than the archive says.")
        if crc != entry.crc:
            raise Malformed(f"{entry.name} is damaged: its checksum is wrong.")

    def head(self, entry: Entry, length: int) -> bytes:
        """Return the first *length* bytes of an entry, fewer when it is shorter."""
        found = b""
        for chunk in self._inflated(entry, length):
            found += chunk
            if len(found) >= length:
                break
        return found[:length]

    def content(self, entry: Entry, limit: int = SMALL) -> bytes:
        """Return the whole of a small entry. Raise Malformed beyond *limit* bytes."""
        if entry.size > limit:
            raise Malformed(f"{entry.name} is too large.")
        return b"".join(self.chunks(entry))

    def inflated(self, entry: Entry) -> Inflated:
        """
        Return an entry's content for reading at any offset, in bounded memory.

        It is inflated and checked once, however often it is asked for.
        """
        if entry.name not in self.known:
            self.known[entry.name] = self._inflate(entry)
        return self.known[entry.name]

    def _inflate(self, entry: Entry) -> Inflated:
        if entry.size > LARGEST_ENTRY:
            raise Malformed(f"{entry.name} is too large.")
        if entry.size <= IN_MEMORY:
            return Inflated(source=BytesSource(self.content(entry)))
        marks: deque[Mark] = deque(maxlen=MOST_MARKS)
        if entry.method == records.STORED:
            for _ in self.chunks(entry):
                pass
            return Inflated(source=self.packed(entry))
        place = self.spool.append(self.chunks(entry, marks))
        return Inflated(
            source=PartSource(place.source, place.offset, place.length), marks=tuple(marks)
        )

    def _inflated(
        self, entry: Entry, wanted: int = PIECE, marks: "deque[Mark] | None" = None
    ) -> Iterator[bytes]:
        packed = self.packed(entry)
        if entry.method == records.STORED:
            yield from pieces(packed) if wanted >= PIECE else (_start(packed, wanted),)
            return
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        step = STEP if wanted >= PIECE else _PEEK
        position = done = 0
        try:
            while position < packed.size and not stream.eof:
                if marks is not None:
                    marks.append(Mark(position, done, stream.copy()))
                length = min(step, packed.size - position)
                chunk = stream.decompress(packed.read(position, length), PIECE)
                position += length
                while chunk:
                    done += len(chunk)
                    yield chunk
                    chunk = stream.decompress(stream.unconsumed_tail, PIECE)
        except zlib.error:
            raise Malformed(f"{entry.name} is damaged: it cannot be inflated.") from None
        if not stream.eof:
            raise Malformed(f"{entry.name} is damaged: it ends too early.")
        if stream.unused_data or position < packed.size:
            raise Malformed(f"{entry.name} has bytes behind its end.")


def _start(packed: Source, wanted: int) -> bytes:
    return packed.read(0, min(wanted, packed.size))


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive for reading. Raise Malformed when its directory is not sound."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with spool() as store:
            yield read_archive(FileSource(descriptor, os.fstat(descriptor).st_size), store)
    finally:
        os.close(descriptor)


def read_archive(source: Source, store: Spool) -> Archive:
    """Read the directory of an archive. Raise Malformed when it is not sound."""
    directory = read_directory(source)
    return Archive(
        source=source,
        spool=store,
        directory=directory,
        by_name={entry.name: entry for entry in directory.entries},
    )
