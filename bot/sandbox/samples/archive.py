"""
A ZIP writer for samples (APPNOTE.TXT 6.3): streaming, with the freedoms that real packages take.

The standard library's writer neither aligns stored entries, as Android wants, nor lets a sample
choose data descriptors, modes and ZIP64.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

Method = Literal["stored", "deflated"]

_METHODS = {"stored": 0, "deflated": 8}
_UTF8 = 0x800
_DESCRIPTOR = 0x8
_UNIX = 3 << 8
_MAX_32 = 0xFFFFFFFF
_MAX_16 = 0xFFFF
_MOMENT = (2026 - 1980) << 25 | 6 << 21 | 15 << 16 | 9 << 11 | 30 << 5
"""The 15th of June 2026, 09:30, in DOS form: every sample has the same, so bytes repeat."""

FILE_MODE = 0o100644
PROGRAM_MODE = 0o100755
FOLDER_MODE = 0o040755
LINK_MODE = 0o120755


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry as the central directory will tell it."""

    name: bytes
    method: Method = "deflated"
    mode: int = FILE_MODE
    descriptor: bool = False
    align: int = 1
    extra: bytes = b""
    offset: int = 0
    crc: int = 0
    packed: int = 0
    size: int = 0

    @property
    def flags(self) -> int:
        try:
            self.name.decode("ascii")
        except UnicodeDecodeError:
            return _UTF8 | (_DESCRIPTOR if self.descriptor else 0)
        return _DESCRIPTOR if self.descriptor else 0

    def local(self, *, known: bool) -> bytes:
        """Give the local header; with a descriptor the sums are not `known` yet and stay zero."""
        sums = (self.crc, self.packed, self.size) if known else (0, 0, 0)
        return (
            struct.pack(
                "<4s5H3I2H",
                b"PK\x03\x04",
                20,
                self.flags,
                _METHODS[self.method],
                _MOMENT & _MAX_16,
                _MOMENT >> 16,
                *sums,
                len(self.name),
                len(self.extra),
            )
            + self.name
            + self.extra
        )

    def central(self, *, zip64: bool) -> bytes:
        """Give the record of the central directory; `zip64` writes the large form in any case."""
        extra = b""
        sums = (self.packed, self.size)
        offset = self.offset
        if zip64 or self.offset > _MAX_32:
            extra = struct.pack("<2H3Q", 1, 24, self.size, self.packed, self.offset)
            sums, offset = (_MAX_32, _MAX_32), _MAX_32
        return (
            struct.pack(
                "<4s6H3I5H2I",
                b"PK\x01\x02",
                _UNIX | 20,
                45 if extra else 20,
                self.flags,
                _METHODS[self.method],
                _MOMENT & _MAX_16,
                _MOMENT >> 16,
                self.crc,
                *sums,
                len(self.name),
                len(extra),
                0,
                0,
                0,
                self.mode << 16,
                offset,
            )
            + self.name
            + extra
        )


class ArchiveWriter:
    """Writes entries one after the other into an open seekable file, then the directory."""

    def __init__(
        self, file: BinaryIO, *, level: int = 6, descriptors: bool = False, zip64: bool = False
    ) -> None:
        self.file = file
        self.entries: list[Entry] = []
        self._level = level
        self._descriptors = descriptors
        self._zip64 = zip64

    def folder(self, name: str) -> None:
        """Write the entry of a folder; `name` ends with a slash."""
        self._begin(Entry(name=name.encode(), method="stored", mode=FOLDER_MODE))

    def link(self, name: str, target: str) -> None:
        """Write a symbolic link as Unix archivers do: its target is the content."""
        self.add(name, target.encode(), method="stored", mode=LINK_MODE)

    def add(
        self,
        name: str,
        content: bytes | Iterable[bytes],
        *,
        method: Method = "deflated",
        mode: int = FILE_MODE,
        align: int = 1,
    ) -> Entry:
        """
        Write one entry; content that comes in chunks is never held as a whole.

        `align` puts the first byte of a stored entry on a multiple of that many bytes. Entries of
        4 GiB and more are not supported.
        """
        entry = Entry(
            name=name.encode(),
            method=method,
            mode=mode,
            align=align,
            descriptor=self._descriptors,
        )
        self._begin(entry)
        for chunk in self._packed(entry, (content,) if isinstance(content, bytes) else content):
            self.file.write(chunk)
        self._end(entry)
        return entry

    def close(self, comment: bytes = b"") -> None:
        """Write the directory and the end record; the file itself stays open."""
        start = self.file.tell()
        for entry in self.entries:
            self.file.write(entry.central(zip64=self._zip64))
        size = self.file.tell() - start
        count = len(self.entries)
        if self._zip64 or count > _MAX_16 or start > _MAX_32:
            self.file.write(_zip64_end(count, size, start))
            count, size, start = _MAX_16, _MAX_32, _MAX_32
        end = (0, 0, count, count, size, start, len(comment))
        self.file.write(struct.pack("<4s4H2IH", b"PK\x05\x06", *end) + comment)

    def _begin(self, entry: Entry) -> None:
        entry.offset = self.file.tell()
        if entry.align > 1:
            first = entry.offset + 30 + len(entry.name)
            entry.extra = bytes(-first % entry.align)
        self.file.write(entry.local(known=not entry.descriptor))
        self.entries.append(entry)

    def _packed(self, entry: Entry, chunks: Iterable[bytes]) -> Iterator[bytes]:
        packer = None
        if entry.method == "deflated":
            packer = zlib.compressobj(self._level, zlib.DEFLATED, -zlib.MAX_WBITS)
        for chunk in chunks:
            entry.crc = zlib.crc32(chunk, entry.crc)
            entry.size += len(chunk)
            packed = packer.compress(chunk) if packer else chunk
            entry.packed += len(packed)
            yield packed
        if packer:
            rest = packer.flush()
            entry.packed += len(rest)
            yield rest

    def _end(self, entry: Entry) -> None:
        if entry.size > _MAX_32 or entry.packed > _MAX_32:
            raise ValueError("A sample's entry must stay below 4 GiB.")
        if entry.descriptor:
            sums = (entry.crc, entry.packed, entry.size)
            self.file.write(struct.pack("<4s3I", b"PK\x07\x08", *sums))
            return
        after = self.file.tell()
        self.file.seek(entry.offset)
        self.file.write(entry.local(known=True))
        self.file.seek(after)


def _zip64_end(count: int, size: int, start: int) -> bytes:
    record = struct.pack(
        "<4sQ2H2I4Q", b"PK\x06\x06", 44, _UNIX | 45, 45, 0, 0, count, count, size, start
    )
    return record + struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
