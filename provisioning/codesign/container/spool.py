"""A spool: one unnamed file for all that is too large for memory, gone when it is closed."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from provisioning.codesign.errors import Malformed
from provisioning.codesign.structures.assembled import Range
from provisioning.codesign.structures.source import FileSource

#: More than the code of any app; a file that claims more would only fill the disk.
LARGEST: Final = 12 << 30
_NO_LIMIT: Final = 1 << 62


@dataclass(slots=True)
class Spool:
    """An unnamed file that is appended to; what was written once never changes."""

    file: IO[bytes]
    source: FileSource
    end: int = 0

    def append(self, chunks: Iterable[bytes]) -> Range:
        """Write chunks and return the range they lie in. Raise Malformed when it is too much."""
        start = self.end
        for chunk in chunks:
            self.file.write(chunk)
            self.end += len(chunk)
            if self.end > LARGEST:
                raise Malformed("There is more code in this app than any device could hold.")
        return Range(self.source, start, self.end - start)


@contextmanager
def spool() -> Iterator[Spool]:
    """Lend an empty spool."""
    with tempfile.TemporaryFile(buffering=0) as file:
        # The file grows while it is used; its ranges never reach past what was written.
        yield Spool(file, FileSource(file.fileno(), _NO_LIMIT))
