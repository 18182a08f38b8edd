"""What is handed out for a build: its own bytes, or those of a variant signed for our devices."""

from dataclasses import dataclass
from typing import Any

from storage.blobs.segments import Segments, VirtualFile
from storage.inspection.facts import Facts
from storage.records.build import Build
from storage.records.variant import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """A file and what it says about itself. `edition` names a variant, None for the build."""

    file: VirtualFile
    sheet: dict[str, Any]
    edition: str | None = None

    @property
    def facts(self) -> Facts:
        """The facts of the very file: for a variant with its own profile and devices."""
        return Facts(**self.sheet)


#: So much of a variant's tag names it in an address.
EDITION_LENGTH = 16


def handout(build: Build, variant: Variant | None) -> Handout:
    """Return what to hand out for *build*, given its newest ready variant, if there is one."""
    if variant is None:
        own = VirtualFile(
            segments=Segments.whole(build.sha256, build.size),
            tag=build.sha256,
            chunk_size=build.chunk_size,
            chunks=tuple(build.chunks),
        )
        return Handout(file=own, sheet=build.facts)
    file = VirtualFile(
        segments=Segments.from_json(variant.segments),
        tag=variant.tag,
        chunk_size=variant.chunk_size,
        chunks=tuple(variant.chunks),
    )
    sheet = {**build.facts, "size": file.size, "signing": variant.signing}
    return Handout(file=file, sheet=sheet, edition=variant.tag[:EDITION_LENGTH])
