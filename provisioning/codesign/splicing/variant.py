"""A variant: a prepared file with a few bytes changed, told as ranges of it and new bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from provisioning.codesign.structures.assembled import Piece, Range
from provisioning.codesign.summary import SignedBundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """
    A stretch of a variant: `length` bytes from `start` of the prepared file, or else `content`.

    A segment of new bytes has its content, and 0 as `start`.
    """

    start: int
    length: int
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """
    An app signed for new profiles.

    `new_bytes` is the sum of the segments that hold content: all that has to be kept of a variant.
    """

    segments: tuple[Segment, ...]
    size: int
    new_bytes: int
    bundles: tuple[SignedBundle, ...]


def as_segments(pieces: Iterable[Piece]) -> Iterator[Segment]:
    """Yield pieces as segments, neighbouring new bytes as one."""
    fresh: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, Range):
            if fresh:
                yield _fresh(fresh)
            fresh = []
            yield Segment(start=piece.offset, length=piece.length)
        else:
            fresh.append(piece)
    if fresh:
        yield _fresh(fresh)


def _fresh(parts: list[bytes]) -> Segment:
    content = b"".join(parts)
    return Segment(start=0, length=len(content), content=content)
