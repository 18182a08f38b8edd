"""
A zip archive, read entry by entry into bounded memory.

Nothing is unpacked, no declared size is trusted, and what the two headers of an entry tell
differently is not read.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from struct import Struct

from storage.inspection import allowance
from storage.inspection.directory import Directory, Entry, Shape, read_directory
from storage.inspection.rejection import PackageRejected
from storage.inspection.sizes import human
from storage.inspection.source import Memory, Source
from storage.inspection.text import name_of
from storage.inspection.unpacking import PIECE, Enclosed, inflated

_LOCAL = Struct("<4s4xH16x2H")
_STORED, _DEFLATED = 0, 8
_MB = 1 << 20
#: Characters of a path within an archive that are kept.
MAX_PATH = 255
#: Methods of PKWARE's APPNOTE 4.4.5 that people meet, and how to do without them.
_METHODS = {
    9: " (Deflate64, which Windows takes for large files)",
    12: " (bzip2)",
    14: " (LZMA)",
    93: " (Zstandard)",
    95: " (XZ)",
}


@dataclass(frozen=True, slots=True)
class Archive:
    """
    The archive in *source*.

    With `android` it reads as Android's own reader does, which malware counts on: the encryption
    bit is ignored and an unknown method means stored.
    """

    source: Source
    directory: Directory
    android: bool = False

    @classmethod
    def open(cls, source: Source) -> "Archive":
        """Read the directory; raise PackageRejected when this is no complete archive."""
        return cls(source, read_directory(source))

    def as_android(self) -> "Archive":
        """Return the same archive, read by Android's rules."""
        return replace(self, android=True)

    def as_dotted(self) -> "Archive":
        """Return the same archive, where `./x` is asked for as `x`."""
        return replace(self, directory=replace(self.directory, dotted=True, _found={}))

    def __contains__(self, name: bytes) -> bool:
        return name in self.directory

    def search(self, shape: Shape) -> list[bytes]:
        """Return the names of this shape, in order, each as often as it occurs."""
        return self.directory.search(shape)

    def size(self, name: bytes) -> int:
        """Return the declared size of an entry, which is a claim."""
        return self._entry(name).size

    def read(self, name: bytes, limit: int, *, crc: bool = True) -> bytes:
        """
        Return the whole content of an entry.

        Raise Ambiguous when it is in there twice; PackageRejected when it is absent, a link,
        encrypted, packed by a method that is not read here, larger than *limit*, or not what its
        headers and checksum say.
        """
        entry = self._entry(name)
        if entry.size > limit:
            raise PackageRejected(_too_big(entry, limit))
        data = self._charged(entry, limit)
        if len(data) != entry.size:
            raise PackageRejected(_damaged(entry, "has not the size it claims"))
        if crc and zlib.crc32(data) != entry.crc:
            raise PackageRejected(_damaged(entry, "has a wrong checksum"))
        return data

    def head(self, name: bytes, length: int) -> bytes:
        """Return an entry's first *length* bytes, fewer if it is shorter. Nothing is checked."""
        return self.stream(name, length).read(0, length)

    def stream(self, name: bytes, reach: int = 256 << 20) -> "Stream":
        """Begin to read an entry from its start, up to *reach* bytes. Nothing is checked."""
        return Stream(self._contents(self._entry(name), reach, whole=False))

    def inner(self, name: bytes, limit: int) -> Source:
        """Return an entry as a source of its own: in place when it is stored, else in memory."""
        entry = self._entry(name)
        if self._method(entry) == _STORED:
            return self.source.part(self._begin(entry), entry.packed)
        return Memory(self.read(name, limit))

    def check(self, name: bytes) -> Entry:
        """Return what the directory tells of an entry that can be read. Raise as `read` does."""
        entry = self._entry(name)
        self._method(entry)
        return entry

    def enclosed(self, name: bytes) -> Enclosed:
        """Return where the bytes of an entry lie, for whoever copies it. Raise as `read` does."""
        entry = self.check(name)
        begin = self._begin(entry)
        self._check_end(entry, begin, entry.packed)
        return Enclosed(
            path=name_of(name, MAX_PATH),
            begin=begin,
            packed=entry.packed,
            size=entry.size,
            crc=entry.crc,
            deflated=entry.method == _DEFLATED,
        )

    def _entry(self, name: bytes) -> Entry:
        entry = self.directory.find(name)
        if entry is None:
            raise PackageRejected(f"The archive holds no {name_of(name)}.")
        if entry.link:
            raise PackageRejected(f"{_shown(entry)} is a link, which is not followed.")
        return entry

    def _charged(self, entry: Entry, limit: int) -> bytes:
        """Return the content; its size is taken from what the package may take, and so are lies."""
        if limit > allowance.PART_BYTES:
            # A part that may be as large as this is one of its kind: its own limit is enough.
            return b"".join(self._contents(entry, limit))
        left, pieces = allowance.current(), []
        left.spend_bytes(entry.size)
        beyond = -entry.size
        try:
            for piece in self._contents(entry, limit):
                beyond += len(piece)
                pieces.append(piece)
        finally:
            left.spend_bytes(max(beyond, 0))
        return b"".join(pieces)

    def _contents(self, entry: Entry, limit: int, *, whole: bool = True) -> Iterator[bytes]:
        """Yield what the entry holds; stop with a refusal once it is more than *limit*."""
        method, begin = self._method(entry), self._begin(entry)
        if method == _STORED:
            length = entry.size if entry.method != _STORED else entry.packed
            if whole and length > limit:
                raise PackageRejected(_too_big(entry, limit))
            self._check_end(entry, begin, length)
            end = begin + min(length, limit)
            for at in range(begin, end, PIECE):
                yield self.source.read(at, min(PIECE, end - at))
            return
        self._check_end(entry, begin, entry.packed)
        yield from self._inflated(entry, begin, limit, whole=whole)

    def _inflated(self, entry: Entry, begin: int, limit: int, *, whole: bool) -> Iterator[bytes]:
        inflater, left, end = zlib.decompressobj(-zlib.MAX_WBITS), limit, begin + entry.packed
        try:
            while begin < end and not inflater.eof and left >= 0:
                packed = self.source.read(begin, min(PIECE, end - begin))
                begin += len(packed)
                for plain in inflated(inflater, packed, limit=left):
                    left -= len(plain)
                    yield plain
        except zlib.error as error:
            raise PackageRejected(_damaged(entry, "cannot be unpacked")) from error
        if whole and left < 0:
            raise PackageRejected(_too_big(entry, limit))
        if whole and not inflater.eof:
            raise PackageRejected(_damaged(entry, "ends too early"))

    def _method(self, entry: Entry) -> int:
        if self.android:
            return _DEFLATED if entry.method == _DEFLATED else _STORED
        if entry.encrypted:
            raise PackageRejected(f"{_shown(entry)} is encrypted.")
        if entry.method not in (_STORED, _DEFLATED):
            method = _METHODS.get(entry.method, "")
            raise PackageRejected(
                f"{_shown(entry)} is packed by a method that is not read here{method}."
            )
        return entry.method

    def _begin(self, entry: Entry) -> int:
        """Return where the data begins; the local header must name the same file and method."""
        if entry.offset + _LOCAL.size > self.directory.start:
            raise PackageRejected(_damaged(entry, "lies outside of it"))
        header = self.source.read(entry.offset, _LOCAL.size)
        magic, method, name_length, extra_length = _LOCAL.unpack(header)
        begin: int = entry.offset + _LOCAL.size + name_length + extra_length
        name_at = entry.offset + _LOCAL.size
        if magic != b"PK\x03\x04" or name_length != len(entry.name):
            raise PackageRejected(_two_stories(entry))
        if method != entry.method or self.source.read(name_at, name_length) != entry.name:
            raise PackageRejected(_two_stories(entry))
        return begin

    def _check_end(self, entry: Entry, begin: int, length: int) -> None:
        if begin + length > self.directory.start:
            raise PackageRejected(_damaged(entry, "reaches outside of it"))


@dataclass(slots=True)
class Stream:
    """An entry that is read forwards in bounded memory."""

    _pieces: Iterator[bytes]
    _buffer: bytes = b""
    _at: int = 0

    def read(self, offset: int, length: int) -> bytes:
        """Return up to *length* bytes from *offset* on; offsets must not descend."""
        while self._at + len(self._buffer) < offset + length:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._buffer += piece
            passed = min(max(offset - self._at, 0), len(self._buffer))
            self._buffer, self._at = self._buffer[passed:], self._at + passed
        begin = max(offset - self._at, 0)
        return self._buffer[begin : begin + length]


def _shown(entry: Entry) -> str:
    return name_of(entry.name)


def _too_big(entry: Entry, limit: int) -> str:
    most = f"{limit >> 20} MB" if limit >= _MB else human(limit)
    return f"{_shown(entry)} is too big: more than {most}."


def _damaged(entry: Entry, how: str) -> str:
    return f"The archive is damaged: {_shown(entry)} {how}."


def _two_stories(entry: Entry) -> str:
    return f"The archive is damaged: its two headers of {_shown(entry)} tell different stories."
