"""A variant: a prepared file with a few bytes changed, told as ranges of it and new bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from provisioning.codesign.container.writing import write_file
from provisioning.codesign.structures.assembled import Piece, Range
from provisioning.codesign.structures.source import FileSource
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
    An app signed for new profiles. `etag` is the same only for the same bytes.

    `new_bytes` is the sum of the segments that hold content: all that has to be kept of a variant.
    """

    segments: tuple[Segment, ...]
    size: int
    new_bytes: int
    etag: str
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


def etag_of(base: str, segments: Iterable[Segment]) -> str:
    """Return a tag for a variant of the prepared file that is known as *base*."""
    digest = sha256(base.encode())
    for segment in segments:
        digest.update(b"%d %d;" % (segment.start, segment.length))
        digest.update(segment.content or b"")
    return digest.hexdigest()[:32]


def materialise(prepared: Path, variant: Variant, out: Path) -> None:
    """Write a variant as a plain file, which appears whole or not at all."""
    with prepared.open("rb") as file:
        source = FileSource(file.fileno(), prepared.stat().st_size)
        write_file(
            out,
            (
                Range(source, segment.start, segment.length)
                if segment.content is None
                else segment.content
                for segment in variant.segments
            ),
        )
