"""Writing a variant out as a plain file, for tests and benchmarks that look at one."""

from pathlib import Path

from provisioning.codesign.container.writing import write_file
from provisioning.codesign.splicing.variant import Variant
from provisioning.codesign.structures.assembled import Range
from provisioning.codesign.structures.source import FileSource


def materialise(prepared: Path, variant: Variant, out: Path) -> None:
    """Write a variant of the prepared file in bounded memory."""
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
