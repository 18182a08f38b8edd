"""A virtual file: ranges of blobs, one after the other, that are handed out as one."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The bytes of the blob `sha256` from `start` up to, but not including, `end`."""

    sha256: str
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Segments:
    """
    What a virtual file consists of, in order. Make one with `of` or `whole`.

    No part is empty and no two neighbours could be one, so that the same bytes of the same blobs
    are always described in the same way.
    """

    parts: tuple[Segment, ...]

    @classmethod
    def of(cls, parts: Iterable[Segment]) -> Self:
        """Join neighbours. Raise ValueError for a range that ends before it starts."""
        joined: list[Segment] = []
        for part in parts:
            if not 0 <= part.start <= part.end:
                raise ValueError("A segment ends before it starts.")
            last = joined[-1] if joined else None
            if last and (last.sha256, last.end) == (part.sha256, part.start):
                joined[-1] = Segment(sha256=part.sha256, start=last.start, end=part.end)
            elif part.length:
                joined.append(part)
        return cls(tuple(joined))

    @classmethod
    def whole(cls, sha256: str, size: int) -> Self:
        """Return a blob of *size* bytes, all of it, as a virtual file."""
        return cls.of([Segment(sha256=sha256, start=0, end=size)])

    @classmethod
    def from_json(cls, values: Sequence[Sequence[Any]]) -> Self:
        """Read what `as_json` wrote. Raise ValueError for anything else."""
        if not all(_is_triple(value) for value in values):
            raise ValueError("This is no list of segments.")
        return cls.of(Segment(sha256=sha, start=start, end=end) for sha, start, end in values)

    def as_json(self) -> list[list[str | int]]:
        """Return `[sha256, start, end]` for each part."""
        return [[part.sha256, part.start, part.end] for part in self.parts]

    @property
    def size(self) -> int:
        return sum(part.length for part in self.parts)

    @property
    def tag(self) -> str:
        """A digest of the list, 64 hex digits: blobs never change, so it stands for the bytes."""
        return sha256(json.dumps(self.as_json()).encode()).hexdigest()

    @property
    def blobs(self) -> frozenset[str]:
        """The SHA-256 of each blob that is needed."""
        return frozenset(part.sha256 for part in self.parts)

    def between(self, start: int, end: int) -> Iterator[Segment]:
        """Yield the ranges that make up the bytes from *start* up to, but not including, *end*."""
        position = 0
        for part in self.parts:
            first = max(start - position, 0)
            last = min(end - position, part.length)
            if first < last:
                yield Segment(sha256=part.sha256, start=part.start + first, end=part.start + last)
            position += part.length
            if position >= end:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualFile:
    """
    All that is said of a file that is handed out. `tag` is the same only for the same bytes.

    `chunks` are the SHA-256 digests of its consecutive pieces of `chunk_size` bytes.
    """

    segments: Segments
    tag: str
    chunk_size: int
    chunks: tuple[str, ...]

    @property
    def size(self) -> int:
        return self.segments.size


def _is_triple(value: Sequence[Any]) -> bool:
    match value:
        case [str(), int(), int()]:
            return True
    return False
