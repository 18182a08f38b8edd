"""Where bytes are read from: a range of an open file, memory, or the part that was fetched."""

import os
from dataclasses import dataclass
from typing import TypeAlias

from storage.inspection.rejection import PackageRejected, Unseen


@dataclass(frozen=True, slots=True)
class Window:
    """
    *size* bytes of an open file from *start* on.

    It reads by position and maps nothing: a file that is cut while it is read gives a refusal here,
    where under a mapping it would kill the process.
    """

    descriptor: int
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly *length* bytes; raise PackageRejected where there is no such range."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise PackageRejected("The file is cut off, or points outside of itself.")
        data = os.pread(self.descriptor, length, self.start + offset)
        while len(data) < length:
            more = os.pread(self.descriptor, length - len(data), self.start + offset + len(data))
            if not more:
                raise PackageRejected("The file became shorter while it was read.")
            data += more
        return data

    def part(self, offset: int, size: int) -> "Window":
        """Return a window on a range of this one."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise PackageRejected("The file is cut off, or points outside of itself.")
        return Window(self.descriptor, self.start + offset, size)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that are in memory already, read like a window."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly *length* bytes; raise PackageRejected where there is no such range."""
        if offset < 0 or length < 0 or offset + length > len(self.data):
            raise PackageRejected("The file is cut off, or points outside of itself.")
        return self.data[offset : offset + length]

    def part(self, offset: int, size: int) -> "Memory":
        """Return a range as bytes of its own."""
        return Memory(self.read(offset, size))


@dataclass(frozen=True, slots=True)
class Glimpse:
    """*data* is what a file of *size* bytes holds from *start* on; the rest of it is not here."""

    data: bytes
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Return exactly *length* bytes; raise Unseen for others, PackageRejected for none."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise PackageRejected("The file is cut off, or points outside of itself.")
        begin = offset - self.start
        if begin < 0 or begin + length > len(self.data):
            raise Unseen
        return self.data[begin : begin + length]

    def part(self, offset: int, size: int) -> Memory:
        """Return a range as bytes of its own."""
        return Memory(self.read(offset, size))


Source: TypeAlias = Window | Memory | Glimpse
