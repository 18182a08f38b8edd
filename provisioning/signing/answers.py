"""What a process apart answers, which read strangers' bytes: believed only as far as it must be."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from provisioning.codesign.container.parts import Part
from provisioning.codesign.errors import Malformed
from provisioning.signing.apart import SigningFailed


@contextmanager
def understanding() -> Iterator[None]:
    """Raise SigningFailed for an answer that does not say what it must."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, Malformed) as error:
        raise SigningFailed from error


def told_parts(values: Sequence[Any], files: Collection[Path]) -> tuple[Part, ...]:
    """Return parts that an answer names. Raise ValueError for what does not lie in *files*."""
    sizes = {path: path.stat().st_size for path in files if path.exists()}
    parts = tuple(Part.from_json(value) for value in values)
    for part in parts:
        if not (0 <= part.start <= part.start + part.length <= sizes.get(part.path, -1)):
            raise ValueError("A part lies outside of the files that were lent.")
    return parts
