"""What a reader is handed: an open file with its name and digests."""

from dataclasses import dataclass
from typing import TypedDict

from storage.inspection.digests import Hashes
from storage.inspection.source import Source


class Measured(TypedDict):
    """The fields of a fact sheet that are the same for every kind of file."""

    size: int
    md5: str
    sha1: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """
    A file that waits to be read.

    `name` is what the sender calls it. It decides nothing; where content leaves two names for one
    format, its ending chooses between them.
    """

    source: Source
    name: str
    hashes: Hashes

    @property
    def measured(self) -> Measured:
        return Measured(
            size=self.source.size,
            md5=self.hashes.md5,
            sha1=self.hashes.sha1,
            sha256=self.hashes.sha256,
        )
