"""Blobs lent as local files, and what was made of them told as blobs again."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioning.codesign.container.parts import Part
from storage.blobs.segments import Segment, Segments
from storage.blobs.store import BlobStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A virtual file as parts of local ones; `paths` are these, by the SHA-256 of their blob."""

    parts: tuple[Part, ...]
    paths: Mapping[str, Path]

    def segments(self, parts: Iterable[Part], new: Mapping[Path, str]) -> Segments:
        """Return where something lies that was made of this; *new* are the blobs of new files."""
        blobs = {path: sha256 for sha256, path in self.paths.items()} | dict(new)
        return Segments.of(
            Segment(sha256=blobs[part.path], start=part.start, end=part.start + part.length)
            for part in parts
        )


@asynccontextmanager
async def lent(blobs: BlobStore, segments: Segments) -> AsyncGenerator[Lent]:
    """Lend a virtual file; nothing of it is swept away meanwhile. Raise BlobMissing."""
    async with AsyncExitStack() as stack:
        paths = {
            sha256: await stack.enter_async_context(blobs.local(sha256))
            for sha256 in sorted(segments.blobs)
        }
        yield Lent(
            parts=tuple(
                Part(path=paths[part.sha256], start=part.start, length=part.length)
                for part in segments.parts
            ),
            paths=paths,
        )
